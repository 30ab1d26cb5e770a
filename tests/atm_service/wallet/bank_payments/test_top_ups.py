from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from atm_service.platform import chart
from atm_service.wallet.bank_payments import service as bank_payments
from tests.atm_service.wallet.bank_payments.banking import (
    BANK,
    DECLINES,
    SILENT,
    SILENT_THEN_NO,
    Dead,
    all_controls_hold,
    link,
    resolve,
    service_bank,
    status,
    top_up,
    watch,
)
from tests.atm_service.world import Service
from tests.contract.documented import slug_of


def test_succeeds(service: Service) -> None:
    """Money moves from the bank's settlement account to the customer, with one entry on the statement."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer))
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["reason"]) == ("succeeded", None)
    assert (customer.account()["available"], service.balance(BANK)) == (500_000, 500_000)
    [item] = customer.get("/wallet/v1/statement").json()["items"]
    assert (item["kind"], item["amount"], item["balance"]) == ("top-up", 500_000, 500_000)
    assert customer.get(f"/wallet/v1/bank-payments/{answer.json()['id']}").json() == answer.json()
    assert all_controls_hold(service)


def test_declined(service: Service) -> None:
    """When the bank declines, nothing moves, and the reason is said."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer, DECLINES)).json()
    assert (answer["status"], answer["reason"]) == ("declined", "insufficient-funds-at-bank")
    assert (customer.account()["available"], service.balance(BANK)) == (0, 0)


@pytest.mark.parametrize(
    ("account", "end", "money"),
    [(SILENT, "succeeded", 500_000), (SILENT_THEN_NO, "declined", 0)],
)
def test_time_out_then_answer(service: Service, account: str, end: str, money: int) -> None:
    """While the bank is silent nothing moves; asked again, the top-up ends as the bank says."""
    customer = service.customer(0)
    answer = top_up(customer, link(customer, account)).json()
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
    link_id = link(customer, SILENT)
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
    assert [str(order.id) for order in bank.asked] == [answer["id"]]
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
    link_id = link(customer, SILENT)
    bank = watch(service)
    bank.bank = service_bank(service) if reached else Dead()
    top_up_id = UUID(top_up(customer, link_id).json()["id"])
    bank.bank = service_bank(service)
    bank.asked.clear()
    assert resolve(service, hours=24) == 1
    assert bank.asked == []
    with service.context.transaction() as session:
        found = bank_payments.own(session, customer.id, top_up_id)
    assert (found.payment.status, found.payment.reason) == end
    assert service.balance(chart.customer(customer.id)) == money


def test_many_resolvers(service: Service) -> None:
    """Eight who have the bank's yes at once record one entry; what has ended the bank is not asked about."""
    customer, bank = service.customer(0), watch(service)
    answer = top_up(customer, link(customer, SILENT)).json()
    top_up_id, now = UUID(answer["id"]), service.now
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bank_payments.ask(service.context, top_up_id, now), range(8)))
    assert (status(customer, answer["id"]), customer.account()["available"]) == ("succeeded", 500_000)
    assert (len(service.trail("top-up.succeeded")), all_controls_hold(service)) == (1, True)
    bank.asked.clear()
    assert bank_payments.ask(service.context, top_up_id, now) is True
    assert bank.asked == []


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
        list(pool.map(lambda _: bank_payments.resolve_pending(service.context, service.now), range(4)))
    assert len(bank.asked) == 1


def test_a_round_ends_at_the_first_silence(service: Service) -> None:
    """With the bank away, a round of housekeeping waits for one answer and not for all."""
    customer = service.customer(0)
    link_id = link(customer)
    bank = watch(service)
    bank.bank = Dead()
    for _ in range(3):
        top_up(customer, link_id, again=True)
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
        text = f'{{"bank_link_id": "{link_id}", "amount": 1e400, "pin": "480152"}}'
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
    assert mine.get(f"/wallet/v1/bank-payments/{top_up_id}").status_code == 404


def test_key_is_needed(service: Service) -> None:
    """Without an Idempotency-Key nothing is begun."""
    customer = service.customer(0)
    body = {"bank_link_id": link(customer), "amount": 500_000, "pin": customer.facts["pin"]}
    headers = {"Authorization": f"Bearer {customer.token}"}
    answer = service.client.post("/wallet/v1/top-ups", json=body, headers=headers)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (400, "idempotency-key-missing")


def test_each_takes_the_pin(service: Service) -> None:
    """A session alone takes nothing from a bank account; wrong PINs are counted, also beside a known key."""
    customer, bank = service.customer(0), watch(service)
    link_id = link(customer)
    assert top_up(customer, link_id, key="k1").status_code == 201
    for _ in range(5):
        assert slug_of(top_up(customer, link_id, key="k1", pin="735109")) == "wrong-pin"
    assert slug_of(top_up(customer, link_id)) == "too-many-attempts"
    assert len(bank.asked) == 1


def test_an_equal_one_is_warned_of(service: Service) -> None:
    """While the bank is silent the same again is begun only by who says so; another amount is another wish."""
    customer = service.customer(0)
    link_id = link(customer, SILENT)
    first = top_up(customer, link_id).json()
    again = top_up(customer, link_id)
    assert slug_of(again) == "bank-payment-pending"
    assert again.json()["bank_payment_id"] == first["id"]
    assert top_up(customer, link_id, 600_000).status_code == 201
    assert top_up(customer, link_id, again=True).status_code == 201
    resolve(service)
    assert customer.account()["available"] == 1_600_000
    assert top_up(customer, link_id).status_code == 201
