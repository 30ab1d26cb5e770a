from typing import Any
from uuid import UUID, uuid4

import pytest

from atm_service.platform import chart
from tests.atm_service.mending import OTHER_FACE, picture, signed_in
from tests.atm_service.wallet.bank_payments.banking import (
    BANK,
    DECLINES,
    LATE,
    SILENT,
    SILENT_THEN_NO,
    TWICE,
    Dead,
    all_controls_hold,
    link,
    look,
    money,
    offered,
    pay_bill,
    payout,
    resolve,
    service_bank,
    status,
    top_up,
    watch,
)
from tests.atm_service.world import Service
from tests.contract.documented import slug_of
from tests.database import Database


def test_succeeds(service: Service) -> None:
    """Money moves from the customer to the bank, with one entry on the statement."""
    customer = service.customer()
    answer = payout(customer, link(customer))
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["kind"], shown["status"], shown["reason"], shown["bank"]) == (
        "payout",
        "succeeded",
        None,
        "Vietcombank",
    )
    assert (money(customer), service.balance(BANK)) == ((4_500_000, 0), -500_000)
    item = customer.get("/wallet/v1/statement").json()["items"][0]
    assert (item["kind"], item["amount"], item["balance"]) == ("payout", -500_000, 4_500_000)
    assert look(customer, shown["id"]) == shown
    assert service_bank(service).owed() == {"970436": -500_000}
    assert all_controls_hold(service)


def test_declined(service: Service) -> None:
    """When the bank declines, what was set aside is the customer's again, and the reason is said."""
    customer = service.customer()
    answer = payout(customer, link(customer, DECLINES)).json()
    assert (answer["status"], answer["reason"]) == ("declined", "account-closed")
    assert (money(customer), service.balance(BANK)) == ((5_000_000, 0), 0)
    assert all_controls_hold(service)


@pytest.mark.parametrize(
    ("account", "end", "after"),
    [(SILENT, "succeeded", (4_500_000, 0)), (SILENT_THEN_NO, "declined", (5_000_000, 0))],
)
def test_while_the_bank_is_silent_the_money_is_set_aside(
    service: Service, account: str, end: str, after: tuple[int, int]
) -> None:
    """It cannot be spent twice meanwhile; asked again, the payout ends as the bank says."""
    customer = service.customer()
    answer = payout(customer, link(customer, account)).json()
    assert (answer["status"], money(customer)) == ("pending", (4_500_000, 500_000))
    assert slug_of(customer.authorise(4_550_000)) == "insufficient-funds"
    assert resolve(service) == 1
    assert (status(customer, answer["id"]), money(customer)) == (end, after)
    assert all_controls_hold(service)


@pytest.mark.parametrize("account", [LATE, TWICE])
def test_lost_or_doubled_orders(service: Service, account: str) -> None:
    """An order that is lost on the way is given again; one that arrives twice pays once."""
    customer = service.customer()
    payout_id = payout(customer, link(customer, account)).json()["id"]
    for _ in range(3):
        resolve(service)
    assert (status(customer, payout_id), money(customer)) == ("succeeded", (4_500_000, 0))
    assert service_bank(service).owed() == {"970436": -500_000}


def test_death_after_the_banks_yes(service: Service) -> None:
    """When the process dies between the bank's yes and our record, housekeeping finds it, and pays no second time."""
    customer, bank = service.customer(), watch(service)
    link_id = link(customer)
    bank.after = RuntimeError("the process dies here")
    assert payout(customer, link_id, key="k1").status_code == 500
    assert money(customer) == (4_500_000, 500_000)
    bank.after = None
    assert resolve(service) == 1
    assert payout(customer, link_id, key="k1").json()["status"] == "succeeded"
    assert (money(customer), service_bank(service).owed()) == ((4_500_000, 0), {"970436": -500_000})


def test_what_the_bank_may_have_paid_is_not_given_back(service: Service) -> None:
    """However long the bank is away, the money stays set aside; when it is back, its word counts."""
    customer, bank = service.customer(), watch(service)
    payout_id = payout(customer, link(customer, SILENT)).json()["id"]
    book, bank.bank = bank.bank, Dead()
    for _ in range(3):
        assert resolve(service, days=20) == 0
    assert money(service.again(customer)) == (4_500_000, 500_000)
    bank.bank = book
    assert resolve(service) == 1
    again = service.again(customer)
    assert (status(again, payout_id), money(again)) == ("succeeded", (4_500_000, 0))


def test_what_never_reached_the_bank_is_given_back(service: Service) -> None:
    """For half a day it is ordered, for half a day only asked about; then what the bank never heard of is released."""
    customer, bank = service.customer(), watch(service, Dead())
    payout_id = payout(customer, link_of(service, customer, bank)).json()["id"]
    assert resolve(service, hours=11) == 0
    assert len(bank.asked) == 2
    bank.bank = service_bank(service)
    assert resolve(service, hours=1, minutes=1) == 0
    assert resolve(service, hours=11) == 0
    assert (len(bank.asked), money(service.again(customer))) == (2, (4_500_000, 500_000))
    assert resolve(service, hours=1) == 1
    again = service.again(customer)
    ended = look(again, payout_id)
    assert (ended["status"], ended["reason"], money(again)) == (
        "declined",
        "bank-not-reached",
        (5_000_000, 0),
    )


def link_of(service: Service, customer: Any, bank: Any) -> str:
    """Link an account at a bank that is away for everything else."""
    away, bank.bank = bank.bank, service_bank(service)
    linked = link(customer)
    bank.bank = away
    return linked


def test_replayed(service: Service) -> None:
    """The same key pays once, and gets the same bytes once the payout has ended; the phone finds it by its key."""
    customer, bank = service.customer(), watch(service)
    link_id = link(customer)
    first, again = payout(customer, link_id, key="k1"), payout(customer, link_id, key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert slug_of(payout(customer, link_id, 600_000, key="k1")) == "idempotency-key-reused"
    assert (len(bank.asked), money(customer)) == (1, (4_500_000, 0))
    assert customer.get("/wallet/v1/bank-payments", key="k1").json()["items"] == [first.json()]
    assert customer.get("/wallet/v1/bank-payments", key="k2").json()["items"] == []
    assert service.customer(0).get("/wallet/v1/bank-payments", key="k1").json()["items"] == []


@pytest.mark.parametrize("amount", [9_999, 20_000_001])
def test_out_of_range(service: Service, amount: int) -> None:
    """An amount that the policy does not allow is refused with both bounds."""
    customer = service.customer()
    answer = payout(customer, link(customer), amount, face_capture=picture())
    assert slug_of(answer) == "amount-out-of-range"
    assert (answer.json()["amount_min"], answer.json()["amount_max"]) == (10_000, 20_000_000)


def test_no_more_than_there_is(service: Service) -> None:
    """What is not in the wallet is not paid out, nor is what a code has set aside."""
    customer = service.customer()
    link_id = link(customer)
    customer.code(2_000_000)
    answer = payout(customer, link_id, 3_000_001)
    assert (slug_of(answer), answer.json()["available"]) == ("insufficient-funds", 3_000_000)
    assert payout(customer, link_id, 3_000_000).status_code == 201


def test_the_fee_is_agreed_to(service: Service) -> None:
    """A fee is shown before, set aside and posted beside the amount; another one than was shown is refused."""
    service.change_payout(fee=3_300)
    customer = service.customer()
    link_id = link(customer, SILENT)
    terms = customer.get("/wallet/v1/bank-payment-terms").json()
    assert terms["payout"] == {"amount_min": 10_000, "amount_max": 20_000_000, "fee": 3_300}
    refused = payout(customer, link_id)
    assert (slug_of(refused), refused.json()["fee"]) == ("fee-changed", 3_300)
    begun = payout(customer, link_id, fee=3_300).json()
    assert money(customer) == (4_496_700, 503_300)
    assert resolve(service) == 1
    assert (money(customer), look(customer, begun["id"])["fee"]) == ((4_496_700, 0), 3_300)
    assert (service.balance(BANK), service.balance(chart.WALLET_FEES)) == (-500_000, 3_300)


def test_much_money_takes_a_face(service: Service) -> None:
    """Above the step-up's sum a fresh face match is asked for, as for a withdrawal; a known key is told without."""
    customer = service.customer(20_000_000)
    link_id = link(customer)
    assert slug_of(payout(customer, link_id, 10_000_001)) == "step-up-required"
    assert (
        slug_of(payout(customer, link_id, 10_000_001, face_capture=picture(OTHER_FACE))) == "step-up-required"
    )
    clear = {"face_capture": picture()}
    assert payout(customer, link_id, 10_000_001, key="k1", **clear).status_code == 201
    assert payout(customer, link_id, 10_000_001, key="k1", **clear).headers["Idempotency-Replayed"] == "true"
    assert payout(customer, link_id, 9_999_999).status_code == 201


def test_it_takes_the_pin(service: Service) -> None:
    """A session alone pays nothing out; wrong PINs are counted, also beside a known key."""
    customer, bank = service.customer(), watch(service)
    link_id = link(customer)
    assert payout(customer, link_id, key="k1").status_code == 201
    for _ in range(5):
        assert slug_of(payout(customer, link_id, key="k1", pin="735109")) == "wrong-pin"
    assert slug_of(payout(customer, link_id)) == "too-many-attempts"
    assert len(bank.asked) == 1


def test_an_equal_one_is_warned_of(service: Service) -> None:
    """While the bank is silent the same again goes only for who says so; a top-up of the same sum is another thing."""
    customer = service.customer()
    link_id = link(customer, SILENT)
    first = payout(customer, link_id).json()
    again = payout(customer, link_id)
    assert (slug_of(again), again.json()["bank_payment_id"]) == ("bank-payment-pending", first["id"])
    assert top_up(customer, link_id).status_code == 201
    assert payout(customer, link_id, again=True).status_code == 201
    pending = customer.get("/wallet/v1/bank-payments", pending=True).json()["items"]
    assert [one["kind"] for one in pending] == ["payout", "top-up", "payout"]
    resolve(service)
    assert customer.get("/wallet/v1/bank-payments", pending=True).json()["items"] == []
    assert len(customer.get("/wallet/v1/bank-payments").json()["items"]) == 3
    assert money(customer) == (4_500_000, 0)


def test_limits_are_those_of_transfers(service: Service) -> None:
    """A day's payouts and transfers share one limit; what the bank declines counts no more."""
    customer = service.customer(40_000_000)
    link_id, closed = link(customer), link(customer, DECLINES)
    assert payout(customer, closed, 9_000_000).json()["status"] == "declined"
    assert payout(customer, link_id, 9_000_000).status_code == 201
    assert customer.get("/wallet/v1/bank-payment-terms").json()["left_today"] == 11_000_000
    assert payout(customer, link_id, 9_500_000).status_code == 201
    refused = payout(customer, link_id, 1_500_001)
    assert (slug_of(refused), refused.json()["remaining"]) == ("transfer-limit-reached", 1_500_000)
    payee = service.customer(0)
    seen = customer.post("/wallet/v1/payees", {"to": {"phone": payee.facts["phone"]}}).json()
    assert seen["left_today"] == 1_500_000


def test_frozen_begins_nothing_and_ends_what_is_pending(service: Service, database: Database) -> None:
    """A stopped wallet pays nothing out; what the bank was told before ends as it says."""
    customer = service.customer()
    link_id = link(customer, SILENT)
    begun = payout(customer, link_id).json()
    with database.owner.begin() as session:
        session.exec_driver_sql("UPDATE service.customer SET frozen = true")
    assert slug_of(payout(customer, link_id, 600_000)) == "wallet-frozen"
    assert slug_of(top_up(customer, link_id, 600_000)) == "wallet-frozen"
    assert resolve(service) == 1
    assert (status(customer, begun["id"]), money(customer)) == ("succeeded", (4_500_000, 0))


@pytest.mark.parametrize("whose", ["customer", "staff"])
def test_nothing_is_ordered_of_the_bank_once_the_wallet_is_frozen(service: Service, whose: str) -> None:
    """A thief begins it while the bank is away; after the freeze it is only asked about, and given back when due."""
    customer, bank = service.customer(), watch(service, Dead())
    payout_id = payout(customer, link_of(service, customer, bank), 3_000_000).json()["id"]
    ordered = len(bank.asked)
    if whose == "customer":
        assert customer.post("/wallet/v1/freeze").status_code == 204
    else:
        boss, why = service.staff("supervisor"), {"frozen": True, "reason": "Khách báo mất điện thoại"}
        assert boss.post(f"/staff/v1/customers/{customer.id}/freeze", why).status_code == 200
    bank.bank = service_bank(service)
    assert resolve(service, hours=2) == 0
    assert len(bank.asked) == ordered
    assert resolve(service, hours=22) == 1
    again = signed_in(service, customer)
    assert (status(again, payout_id), money(again)) == ("declined", (5_000_000, 0))
    assert (len(bank.asked), service_bank(service).owed()) == (ordered, {})


def test_a_thaw_has_it_ordered_after_all(service: Service) -> None:
    customer, bank, boss = service.customer(), watch(service, Dead()), service.staff("supervisor")
    payout_id = payout(customer, link_of(service, customer, bank)).json()["id"]
    bank.bank = service_bank(service)
    for frozen, answers in ((True, 0), (False, 1)):
        body = {"frozen": frozen, "reason": "Khách báo mất điện thoại"}
        assert boss.post(f"/staff/v1/customers/{customer.id}/freeze", body).status_code == 200
        assert resolve(service) == answers
    assert status(signed_in(service, customer), payout_id) == "succeeded"


def test_of_another(service: Service) -> None:
    """Somebody else's linked account takes nothing; somebody else's payout is not found."""
    mine, other = service.customer(), service.customer()
    theirs = link(other)
    for link_id in (theirs, str(uuid4())):
        assert slug_of(payout(mine, link_id)) == "bank-link-unknown"
    payout_id = payout(other, theirs).json()["id"]
    assert mine.get(f"/wallet/v1/bank-payments/{UUID(payout_id)}").status_code == 404


def test_what_is_left_beside_money_set_aside_is_not_the_whole_rest(service: Service) -> None:
    """A code, a bill or a payout holds the most, and comes back: no crumb is paid out to a bank beside it."""
    customer = service.customer(2_003_000)
    link_id = link(customer)
    code = customer.code(2_000_000)
    refused = payout(customer, link_id, 3_000)
    customer.cancel(code["id"])
    assert money(customer) == (2_003_000, 0)
    assert slug_of(refused) == "amount-out-of-range"


def test_the_rest_beside_a_fee(service: Service) -> None:
    """Amount and fee together are the rest, and not a đồng less."""
    service.change_payout(fee=3_300)
    customer = service.customer(8_300)
    link_id = link(customer)
    assert slug_of(payout(customer, link_id, 4_999, fee=3_300)) == "amount-out-of-range"
    assert slug_of(payout(customer, link_id, 8_300, fee=0)) == "fee-changed"
    assert payout(customer, link_id, 5_000, fee=3_300).status_code == 201
    assert money(customer) == (0, 0)


def test_the_rest_beside_a_bill(service: Service) -> None:
    """A bill that waits is no part of the rest."""
    customer = service.customer(505_000)
    link_id = link(customer)
    pay_bill(customer, offered(customer, "0002"))
    assert slug_of(payout(customer, link_id, 5_000)) == "amount-out-of-range"


def test_a_rest_no_greater_than_the_fee_leaves_the_wallet(service: Service) -> None:
    """It goes out free, or nobody with so little left could ever close it."""
    service.change_payout(fee=3_300)
    customer = service.customer(3_000)
    link_id = link(customer)
    refused = payout(customer, link_id, 1, fee=2_999)
    assert (slug_of(refused), refused.json()["fee"]) == ("fee-changed", 0)
    assert payout(customer, link_id, 3_000).status_code == 201
    assert money(customer) == (0, 0)
