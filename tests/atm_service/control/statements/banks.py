"""A bank whose statements are read, money that moves there, and what the desk does with it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from atm_service.control.statements import service as statements
from atm_service.control.statements import simulated
from atm_service.control.statements.domain import Line, Statement
from atm_service.control.statements.service import Imported
from atm_service.control.statements.simulated import Disagreement
from atm_service.platform.keys.tokens import Caller
from tests.atm_service.control.instructions.colleague import approve, colleague
from tests.atm_service.wallet.bank_payments.banking import link, payout, service_bank, top_up
from tests.atm_service.world import Person, Service

BIN = "970436"
NUMBER = "0011004000001"
MONDAY = date(2026, 11, 16)
WEDNESDAY = MONDAY + timedelta(days=2)


def a_line(amount: int, *names: str, on: date = MONDAY, text: str = "", **more: Any) -> Line:
    """Build a line as a reader gives it."""
    return Line(0, on, on, amount, names, text, **more)


def a_statement(
    *lines: Line, sequence: int = 1, opening: int = 0, on: date = MONDAY, account: str = NUMBER
) -> Statement:
    """Build a statement of one day that adds up."""
    closing = opening + sum(line.amount for line in lines)
    return Statement(0, account, sequence, opening, on, closing, on, lines)


class Desk:
    """An operator who imports, and an account at a bank."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.operator: Caller = colleague(service)
        self.charges = 0
        self.opened = self.open_account(BIN, NUMBER)

    def open_account(self, bin: str, number: str) -> bool:
        with self.service.context.transaction() as session:
            return statements.open_account(session, self.operator, bin, number, self.service.now)

    def take_in(self, content: bytes) -> Imported:
        return statements.take_in(self.service.context, self.operator, content, self.service.now)

    def told(self, *lines: Line, **more: Any) -> Imported:
        """Import one statement with these lines."""
        return self.take_in(simulated.camt([a_statement(*lines, **more)]))

    def day(
        self, on: date, disagree: Sequence[Disagreement] = (), told: int = 0, form: str = "camt"
    ) -> bytes:
        """Give the file in which the simulated bank tells of a day."""
        one = simulated.day(service_bank(self.service), BIN, NUMBER, on, disagree, told)
        return simulated.camt([one]) if form == "camt" else simulated.mt940([one])

    def move_to(self, on: date) -> None:
        """Let it be the evening of another day, with sessions that last."""
        self.service.clock.now = datetime.combine(on, self.service.now.time(), self.service.now.tzinfo)

    def breaks(self, person: Person | None = None, **query: Any) -> dict[str, Any]:
        answer = (person or self.service.staff("auditor")).get("/audit/v1/breaks", **{"limit": 100, **query})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def account(self) -> dict[str, Any]:
        (found,) = self.service.staff("auditor").get("/audit/v1/settlement-accounts").json()
        ties = found["balance"] + found["breaks_total"] - found["expected_total"] + found["before"]
        assert found["closing"] == ties
        return dict(found)

    def approve(self, person: Person, breaks: Sequence[str]) -> None:
        """Let a colleague approve what was proposed for these breaks."""
        whole = person.get(f"/audit/v1/breaks/{breaks[0]}").json()
        approve(self.service, UUID(whole["proposals"][0]["id"]))


def moved(service: Service, *amounts: int) -> list[str]:
    """Top up (positive) and pay out; give the orders' ids, in the bank's order."""
    customer = service.customer(50_000_000)
    account = link(customer)
    found = []
    for amount in amounts:
        service.clock.advance(seconds=1)
        ask = top_up if amount > 0 else payout
        answer = ask(customer, account, abs(amount), again=True)
        assert answer.json()["status"] == "succeeded", answer.text
        found.append(str(answer.json()["id"]))
    return found


def entry_of(service: Service, payment: str) -> UUID:
    """Give the entry of a bank payment."""
    with service.context.transaction() as session:
        query = f"SELECT entry_id FROM service.bank_payment WHERE id = '{payment}'"
        return UUID(str(session.exec_driver_sql(query).scalar_one()))


def resolve(person: Person, *breaks: str, reason: str = "đã gọi ngân hàng") -> Any:
    """Ask to resolve breaks together."""
    return person.post("/staff/v1/breaks/resolution", {"breaks": list(breaks), "reason": reason})
