from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from atm_service.platform import chart
from atm_service.platform.gateway import BankGateway, BankTimeout, DebitRequest, DebitResult
from atm_service.registers.banks.simulated import SimulatedBank
from atm_service.registers.payments import service as payments
from ledger import controls
from tests.atm_service.world import Customer, Service

BIN = "970436"
BANK = chart.settlement(BIN)


class Watched:
    """The bank, with what was asked of it; `after` runs between its answer and ours."""

    def __init__(self, bank: BankGateway) -> None:
        self.bank = bank
        self.asked: list[DebitRequest] = []
        self.after: Exception | None = None

    def debit(self, request: DebitRequest, timeout_s: float) -> DebitResult:
        """Pass on to the bank, or fail."""
        self.asked.append(request)
        result = self.bank.debit(request, timeout_s)
        if self.after is not None:
            raise self.after
        return result

    def status(self, top_up_id: UUID, timeout_s: float) -> DebitResult | None:
        """Pass on to the bank, or fail."""
        return self.bank.status(top_up_id, timeout_s)


class Dead:
    """A bank that nobody reaches."""

    def debit(self, request: DebitRequest, timeout_s: float) -> DebitResult:
        """Pass on to the bank, or fail."""
        raise BankTimeout("away")

    def status(self, top_up_id: UUID, timeout_s: float) -> DebitResult | None:
        """Pass on to the bank, or fail."""
        raise BankTimeout("away")


def service_bank(service: Service) -> BankGateway:
    return SimulatedBank(service.context.settings.data_dir / "bank.sqlite", 0, lambda _: None)


def watch(service: Service) -> Watched:
    bank = Watched(service.context.bank)
    service.context = replace(service.context, bank=bank)
    service.client.app.state.context = service.context  # type: ignore[attr-defined]
    return bank


def link(customer: Customer, account_number: str = "1023456789") -> str:
    body = {"bin": BIN, "account_number": account_number}
    return str(customer.post("/wallet/v1/bank-links", body).json()["id"])


def top_up(customer: Customer, link_id: str, amount: object = 500_000, key: str | None = None) -> Any:
    return customer.post("/wallet/v1/top-ups", {"bank_link_id": link_id, "amount": amount}, key)


def status(customer: Customer, id: str) -> str:
    return str(customer.get(f"/wallet/v1/top-ups/{id}").json()["status"])


def all_controls_hold(service: Service) -> bool:
    with service.context.transaction() as session:
        return all(control.breaks == 0 for control in controls.run(session))


def resolve(service: Service, **later: float) -> int:
    service.clock.advance(**(later or {"minutes": 1}))
    return payments.resolve_pending(service.context, service.now)


def test_succeeds(service: Service) -> None:
    """Money moves from the bank's settlement account to the customer, with one entry on the statement."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer))
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["reason"]) == ("succeeded", None)
    assert (customer.account()["available"], service.balance(BANK)) == (500_000, 500_000)
    [item] = customer.get("/wallet/v1/statement").json()["items"]
    assert (item["kind"], item["amount"], item["balance"]) == ("top-up", 500_000, 500_000)
    assert customer.get(f"/wallet/v1/top-ups/{answer.json()['id']}").json() == answer.json()
    assert all_controls_hold(service)


def test_declined(service: Service) -> None:
    """When the bank declines, nothing moves, and the reason is said."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer, "1000000001")).json()
    assert (answer["status"], answer["reason"]) == ("declined", "insufficient-funds-at-bank")
    assert (customer.account()["available"], service.balance(BANK)) == (0, 0)


@pytest.mark.parametrize(
    ("account_number", "end", "money"),
    [("1000000002", "succeeded", 500_000), ("1000000003", "declined", 0)],
)
def test_time_out_then_answer(service: Service, account_number: str, end: str, money: int) -> None:
    """While the bank is silent nothing moves; asked again, the top-up ends as the bank says."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer, account_number)).json()
    assert (answer["status"], customer.account()["available"]) == ("pending", 0)
    assert resolve(service) == 1
    assert (status(customer, answer["id"]), customer.account()["available"]) == (end, money)
    assert resolve(service) == 0


def test_replayed(service: Service) -> None:
    """The same key brings the money once, and gets the same bytes once the top-up has ended."""
    customer, bank = service.customer(0), watch(service)
    link_id = link(customer)
    first, again = top_up(customer, link_id, key="k1"), top_up(customer, link_id, key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (len(bank.asked), customer.account()["available"]) == (1, 500_000)


def test_replay_of_a_pending_one(service: Service) -> None:
    """The same key while the bank is silent asks nobody; later it finds the end."""
    customer, bank = service.customer(0), watch(service)
    link_id = link(customer, "1000000002")
    first, again = top_up(customer, link_id, key="k1").json(), top_up(customer, link_id, key="k1").json()
    assert (first, again["status"], len(bank.asked)) == (again, "pending", 1)
    resolve(service)
    last = top_up(customer, link_id, key="k1").json()
    assert (last["id"], last["status"]) == (first["id"], "succeeded")
    assert customer.account()["available"] == 500_000


def test_key_for_another_amount(service: Service) -> None:
    """The same key with another amount is refused, and brings nothing."""
    customer = service.customer(0)
    link_id = link(customer)
    top_up(customer, link_id, key="k1")
    other = top_up(customer, link_id, 600_000, key="k1")
    assert (other.status_code, other.json()["type"].rpartition(":")[2]) == (422, "idempotency-key-reused")
    assert customer.account()["available"] == 500_000


def test_twenty_with_one_key(service: Service) -> None:
    """Twenty requests at once with one key bring the money once."""
    customer, bank = service.customer(0), watch(service)
    link_id = link(customer)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: top_up(customer, link_id, key="k1"), range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert (len(bank.asked), customer.account()["available"]) == (1, 500_000)


def test_death_after_the_banks_yes(service: Service) -> None:
    """When the process dies between the bank's yes and our record, housekeeping finds the yes."""
    customer, bank = service.customer(0), watch(service)
    link_id = link(customer)
    bank.after = RuntimeError("the process dies here")
    assert top_up(customer, link_id, key="k1").status_code == 500
    assert customer.account()["available"] == 0
    bank.after = None
    assert resolve(service) == 1
    assert customer.account()["available"] == 500_000
    assert top_up(customer, link_id, key="k1").json()["status"] == "succeeded"


def test_death_before_asking(service: Service) -> None:
    """When the process dies before the bank was asked, housekeeping asks, with the same id."""
    customer = service.customer(0)
    link_id = link(customer)
    watch(service).bank = Dead()
    answer = top_up(customer, link_id).json()
    assert answer["status"] == "pending"
    bank = watch(service)
    bank.bank = service_bank(service)
    assert resolve(service) == 1
    assert [str(request.top_up_id) for request in bank.asked] == [answer["id"]]
    assert status(customer, answer["id"]) == "succeeded"


@pytest.mark.parametrize(
    ("reached", "end", "money"),
    [(False, ("declined", "bank-not-reached"), 0), (True, ("succeeded", None), 500_000)],
)
def test_a_day_of_silence(
    service: Service,
    reached: bool,  # noqa: FBT001
    end: tuple[str, str | None],
    money: int,
) -> None:
    """After a day nothing new is taken: the bank says what it took, or the top-up ends without a debit."""
    customer = service.customer(0)
    link_id = link(customer, "1000000002")
    bank = watch(service)
    bank.bank = service_bank(service) if reached else Dead()
    top_up_id = UUID(top_up(customer, link_id).json()["id"])
    bank.bank = service_bank(service)
    bank.asked.clear()
    assert resolve(service, hours=24) == 1
    assert bank.asked == []
    with service.context.transaction() as session:
        found = payments.own(session, customer.id, top_up_id)
    assert (found.status, found.reason) == end
    assert service.balance(chart.customer(customer.id)) == money


def test_many_resolvers(service: Service) -> None:
    """Eight who have the bank's yes at once record one entry."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer, "1000000002")).json()
    top_up_id, now = UUID(answer["id"]), service.now
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: payments.ask(service.context, top_up_id, now), range(8)))
    assert (status(customer, answer["id"]), customer.account()["available"]) == ("succeeded", 500_000)
    assert (len(service.trail("top-up.succeeded")), all_controls_hold(service)) == (1, True)


def test_resolvers_share_the_work(service: Service) -> None:
    """What one resolver has taken, another does not ask about at the same time."""
    customer = service.customer(0)
    link_id = link(customer)
    bank = watch(service)
    bank.bank = Dead()
    top_up(customer, link_id)
    bank.bank = service_bank(service)
    service.clock.advance(minutes=1)
    bank.asked.clear()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: payments.resolve_pending(service.context, service.now), range(4)))
    assert len(bank.asked) == 1


def test_a_round_ends_at_the_first_silence(service: Service) -> None:
    """With the bank away, a round of housekeeping waits for one answer and not for all."""
    customer = service.customer(0)
    link_id = link(customer)
    bank = watch(service)
    bank.bank = Dead()
    for _ in range(3):
        top_up(customer, link_id)
    bank.asked.clear()
    assert resolve(service) == 0
    assert len(bank.asked) == 1


@pytest.mark.parametrize("amount", [9_999, 100_000_001])
def test_out_of_range(service: Service, amount: int) -> None:
    """An amount that the policy does not allow is refused with both bounds, and the bank is not asked."""
    customer, bank = service.customer(0), watch(service)
    answer = top_up(customer, link(customer), amount)
    assert (answer.status_code, answer.json()["amount_min"], answer.json()["amount_max"]) == (
        409,
        10_000,
        100_000_000,
    )
    assert bank.asked == []


@pytest.mark.parametrize("amount", [0, -1, 1.5, 500_000.0, "500000", True, None, 10**13, 1e400])
def test_bad_amounts(service: Service, amount: object) -> None:
    """An amount that is no whole positive number within reason is malformed."""
    customer = service.customer(0)
    link_id = link(customer)
    if amount == float("inf"):
        text = f'{{"bank_link_id": "{link_id}", "amount": 1e400}}'
        headers = {"Authorization": f"Bearer {customer.token}", "Idempotency-Key": "k1"}
        answer = service.client.post("/wallet/v1/top-ups", content=text, headers=headers)
    else:
        answer = top_up(customer, link_id, amount)
    assert answer.status_code == 422


def test_link_of_another(service: Service) -> None:
    """Somebody else's linked account, or none at all, cannot be used."""
    mine, other = service.customer(0), service.customer(0)
    for link_id in (link(other), str(uuid4())):
        answer = top_up(mine, link_id)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (404, "bank-link-unknown")


def test_top_up_of_another(service: Service) -> None:
    """Somebody else's top-up is not found."""
    mine, other = service.customer(0), service.customer(0)
    top_up_id = top_up(other, link(other)).json()["id"]
    assert mine.get(f"/wallet/v1/top-ups/{top_up_id}").status_code == 404


def test_key_is_needed(service: Service) -> None:
    """Without an Idempotency-Key nothing is begun."""
    customer = service.customer(0)
    body = {"bank_link_id": link(customer), "amount": 500_000}
    headers = {"Authorization": f"Bearer {customer.token}"}
    answer = service.client.post("/wallet/v1/top-ups", json=body, headers=headers)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (400, "idempotency-key-missing")
