"""What a customer does with a linked bank, and banks that are watched, dead or slow to answer."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

from httpx2 import Response

from atm_service.platform import chart
from atm_service.platform.gateway import BankGateway, BankOrder, BankResult, BankTimeout, HolderRequest
from atm_service.registers.banks.simulated import SimulatedBank
from atm_service.registers.billers.domain import BILLER
from atm_service.registers.billers.simulated import SimulatedBiller
from atm_service.wallet.bank_payments import service as bank_payments
from ledger import controls
from tests.atm_service.world import Customer, Service

BIN = "970436"
BANK = chart.settlement(BIN)
TREASURY = chart.biller(BILLER)
SILENT, SILENT_THEN_NO, DECLINES, LATE, TWICE = "0002", "0003", "0001", "0006", "0007"

_accounts = count(100_000)


class Watched:
    """The bank, with what was ordered of it; `after` is raised between its answer and ours."""

    def __init__(self, bank: BankGateway) -> None:
        self.bank = bank
        self.asked: list[BankOrder] = []
        self.after: Exception | None = None

    def holder(self, request: HolderRequest, timeout_s: float) -> str | None:
        """Pass on to the bank."""
        return self.bank.holder(request, timeout_s)

    def debit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Pass on to the bank, or fail."""
        return self._pass_on(self.bank.debit, order, timeout_s)

    def credit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Pass on to the bank, or fail."""
        return self._pass_on(self.bank.credit, order, timeout_s)

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:
        """Pass on to the bank."""
        return self.bank.status(id, timeout_s)

    def _pass_on(
        self, move: Callable[[BankOrder, float], BankResult], order: BankOrder, timeout_s: float
    ) -> BankResult:
        self.asked.append(order)
        result = move(order, timeout_s)
        if self.after is not None:
            raise self.after
        return result


class Dead:
    """A bank that nobody reaches."""

    def holder(self, request: HolderRequest, timeout_s: float) -> str | None:
        """Say nothing."""
        raise BankTimeout("away")

    def debit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Say nothing."""
        raise BankTimeout("away")

    credit = debit

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:
        """Say nothing."""
        raise BankTimeout("away")


def service_bank(service: Service) -> SimulatedBank:
    """Open the book of the service's own bank."""
    return SimulatedBank(service.context.settings.data_dir / "bank.sqlite", 0, lambda _: None)


def watch(service: Service, bank: BankGateway | None = None) -> Watched:
    """Put a watched bank in the place of the service's."""
    watched = Watched(bank or service_bank(service))
    service.context = replace(service.context, bank=watched)
    service.client.app.state.context = service.context  # type: ignore[attr-defined]
    return watched


def link(customer: Customer, end: str = "6789", bin: str = BIN) -> str:
    """Link an account that nobody else has, with this end."""
    return str(linked(customer, f"{next(_accounts)}{end}", bin).json()["id"])


def linked(customer: Customer, account_number: str = "1023456789", bin: str = BIN) -> Response:
    """Ask to link an account."""
    return customer.post("/wallet/v1/bank-links", {"bin": bin, "account_number": account_number})


def top_up(
    customer: Customer, link_id: str, amount: object = 500_000, key: str | None = None, **more: Any
) -> Response:
    """Bring money in."""
    body = {"bank_link_id": link_id, "amount": amount, "pin": customer.facts["pin"], **more}
    return customer.post("/wallet/v1/top-ups", body, key)


def payout(
    customer: Customer, link_id: str, amount: object = 500_000, key: str | None = None, **more: Any
) -> Response:
    """Pay money out."""
    body = {"bank_link_id": link_id, "amount": amount, "fee": 0, "pin": customer.facts["pin"], **more}
    return customer.post("/wallet/v1/payouts", body, key)


def look(customer: Customer, id: str) -> dict[str, Any]:
    """See where a bank payment stands."""
    body: dict[str, Any] = customer.get(f"/wallet/v1/bank-payments/{id}").json()
    return body


def status(customer: Customer, id: str) -> str:
    """Tell its status."""
    return str(look(customer, id)["status"])


def money(customer: Customer) -> tuple[int, int]:
    """Give what the customer may spend, and what is set aside."""
    account = customer.account()
    return account["available"], account["held"]


def all_controls_hold(service: Service) -> bool:
    """Tell whether the ledger is right."""
    with service.context.transaction() as session:
        return all(control.breaks == 0 for control in controls.run(session))


def resolve(service: Service, **later: float) -> int:
    """Let time pass and housekeeping ask banks and biller; give how many answers came."""
    service.clock.advance(**(later or {"minutes": 1}))
    return sum(
        bank_payments.resolve_pending(service.context, service.now, bills=bills) for bills in (False, True)
    )


def service_biller(service: Service) -> SimulatedBiller:
    """Open the book of the service's own biller."""
    return SimulatedBiller(service.context.settings.data_dir / "biller.sqlite", 0, lambda _: None)


def new_case(end: str = "7777") -> str:
    """Give the number of a case that nobody has named yet, with this end."""
    return f"H37.12-{next(_accounts)}-{end}"


def due(customer: Customer, case_number: str | None = None, procedure: str = "land") -> Response:
    """Ask what is due for a case: half a million, when nobody said otherwise."""
    body = {"procedure": procedure, "case_number": case_number or new_case()}
    return customer.post("/wallet/v1/bill-offers", body)


def offered(customer: Customer, end: str = "7777") -> str:
    """Have a new case with this end looked up."""
    return str(due(customer, new_case(end)).json()["offer"])


def pay_bill(customer: Customer, offer: str, key: str | None = None, **more: Any) -> Response:
    """Pay what was looked up."""
    return customer.post("/wallet/v1/bills", {"offer": offer, "pin": customer.facts["pin"], **more}, key)


def look_bill(customer: Customer, id: str) -> dict[str, Any]:
    """See a bill, with its proof."""
    body: dict[str, Any] = customer.get(f"/wallet/v1/bills/{id}").json()
    return body


def take_refunds(service: Service) -> int:
    """Let a minute pass and housekeeping ask the biller; give how many came back."""
    service.clock.advance(minutes=1)
    return bank_payments.take_refunds(service.context, service.now)
