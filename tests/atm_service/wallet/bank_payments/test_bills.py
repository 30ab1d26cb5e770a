"""Bills: what is due is looked up, agreed to by PIN, paid once or given back, and proved by a signature."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from atm_service.control.audit import sealing
from atm_service.platform import chart
from atm_service.platform.gateway import (
    BankResult,
    BankStatus,
    BankTimeout,
    BillerGateway,
    BillOrder,
    Case,
    Due,
    Refund,
)
from atm_service.registers.billers.simulated import SimulatedBiller
from atm_service.wallet.bank_payments import cases
from tests.atm_service.control.audit.days import broken_now, missed, tamper, topped_up
from tests.atm_service.control.audit.test_watching import broken_since, watch
from tests.atm_service.mending import picture, signed_in
from tests.atm_service.wallet.bank_payments.banking import (
    LATE,
    SILENT,
    SILENT_THEN_NO,
    TREASURY,
    TWICE,
    all_controls_hold,
    due,
    look,
    look_bill,
    money,
    new_case,
    offered,
    pay_bill,
    resolve,
    service_biller,
    status,
    take_refunds,
)
from tests.atm_service.wallet.bank_payments.plants import PLANTS
from tests.atm_service.world import Service
from tests.contract.documented import slug_of
from tests.database import Database


class Away:
    """A biller that passes nothing on while `away`, or only what it is asked about; `orders` counts what arrived."""

    def __init__(self, book: SimulatedBiller) -> None:
        self.book, self.away, self.orders = book, True, 0

    def _refuse(self) -> None:
        if self.away:
            raise BankTimeout("away")

    def look_up(self, case: Case, timeout_s: float) -> Any:
        """Pass on."""
        return self.book.look_up(case, timeout_s)

    def pay(self, order: BillOrder, timeout_s: float) -> Any:
        """Count, and pass on."""
        self.orders += 1
        self._refuse()
        return self.book.pay(order, timeout_s)

    def status(self, id: UUID, timeout_s: float) -> Any:
        """Pass on."""
        self._refuse()
        return self.book.status(id, timeout_s)

    def refunds(self, after: int, timeout_s: float) -> Any:
        """Pass on, as if nothing were ever numbered: each refund comes again and again."""
        self._refuse()
        return self.book.refunds(0, timeout_s)


@dataclass
class Saying:
    """A biller that says yes by this receipt, and that this much is due from this payer."""

    receipt: str = "r-1"
    payer: str = "Lương Thị Bích"
    amount: Any = 500_000
    wrong: Exception | None = None
    answer: BankResult | None = None

    def look_up(self, case: Case, timeout_s: float) -> Due:
        """Say what is due."""
        return Due(self.amount, self.payer, date(2026, 12, 31), is_paid=False)

    def pay(self, order: BillOrder, timeout_s: float) -> BankResult:
        """Say yes."""
        if self.wrong:
            raise self.wrong
        return self.answer or BankResult(BankStatus.APPROVED, None, self.receipt)

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:
        """Say yes."""
        return self.answer or BankResult(BankStatus.APPROVED, None, self.receipt)

    def refunds(self, after: int, timeout_s: float) -> list[Any]:
        """Give nothing back."""
        return []


def put(service: Service, biller: BillerGateway) -> None:
    """Put another biller in the place of the service's."""
    service.context = replace(service.context, biller=biller)
    service.client.app.state.context = service.context  # type: ignore[attr-defined]


def saying(service: Service, **what: Any) -> Saying:
    biller = Saying(**what)
    put(service, biller)
    return biller


def notices(customer: Any) -> list[tuple[str, str]]:
    items = customer.get("/wallet/v1/notices").json()["items"]
    return [(one["kind"], one["bill_id"]) for one in items if one["bill_id"]]


def test_what_is_due_is_shown_before_anything(service: Service) -> None:
    """Sum, fee, day, the payer's masked name and what may still go out today; nothing moves."""
    service.change_bill(fee=2_000)
    customer = service.customer()
    shown = due(customer).json()
    assert {
        name: shown[name] for name in ("amount", "fee", "payer", "due_on", "left_today", "procedure")
    } == {
        "amount": 500_000,
        "fee": 2_000,
        "payer": "L••• T••• Bích",
        "due_on": "2026-12-31",
        "left_today": 20_000_000,
        "procedure": "land",
    }
    assert money(customer) == (5_000_000, 0)


@pytest.mark.parametrize(
    ("end", "slug"), [("0004", "bill-unknown"), ("0005", "bill-paid"), ("0008", "unavailable")]
)
def test_nothing_to_pay(service: Service, end: str, slug: str) -> None:
    """A case that is unknown or paid, and a biller that is silent, are told apart."""
    assert slug_of(due(service.customer(), new_case(end))) == slug


@pytest.mark.parametrize("typed", ["x", "ab c1", "a" * 31, "../etc", "số-1234"])
def test_what_is_no_case_number(service: Service, typed: str) -> None:
    """It is malformed, and nobody is asked."""
    assert slug_of(due(service.customer(), typed)) == "malformed-request"


def test_cases_are_not_guessed(service: Service) -> None:
    """So many look-ups a day, right or wrong, then none; the day after again."""
    customer, most = service.customer(), service.context.policy.attempts.bill_case.most
    seen = [slug_of(due(customer, new_case("0004"))) for _ in range(most - 1)]
    assert seen == ["bill-unknown"] * (most - 1)
    assert due(customer).status_code == 200
    assert slug_of(due(customer)) == "too-many-attempts"
    assert due(service.customer()).status_code == 200
    service.clock.advance(days=1, minutes=1)
    assert due(service.again(customer)).status_code == 200


def test_paid(service: Service) -> None:
    """The money is the treasury's, the fee the post's; the statement's row opens the bill with receipt and proof."""
    service.change_bill(fee=2_000)
    customer, case = service.customer(), new_case().lower()
    begun = pay_bill(customer, due(customer, case).json()["offer"])
    assert begun.status_code == 201
    shown = begun.json()
    facts = {name: shown[name] for name in ("kind", "status", "bank", "bank_link_id", "procedure", "amount")}
    assert facts == {
        "kind": "bill",
        "status": "succeeded",
        "bank": None,
        "bank_link_id": None,
        "procedure": "land",
        "amount": 500_000,
    }
    assert money(customer) == (4_498_000, 0)
    assert (service.balance(TREASURY), service.balance(chart.WALLET_FEES)) == (500_000, 2_000)
    assert service_biller(service).collected() == 500_000
    bill = look_bill(customer, shown["id"])
    assert (bill["case_number"], bill["receipt"]) == (case.upper(), f"sim-{shown['id']}")
    rows = customer.get("/wallet/v1/statement", kind="bill").json()["items"]
    assert [(row["amount"], row["other"], row["number"]) for row in rows] == [
        (-2_000, "Kho bạc Nhà nước Lạng Sơn", bill["receipt"]),
        (-500_000, "Kho bạc Nhà nước Lạng Sơn", bill["receipt"]),
    ]
    proof = customer.get(f"/wallet/v1/entries/{rows[0]['entry_id']}/proof").json()
    assert (proof["bill_id"], proof["amount"], proof["fee"]) == (shown["id"], -500_000, 2_000)
    assert slug_of(due(customer, case)) == "bill-paid"
    assert notices(customer) == []  # who saw it end is not told again
    assert all_controls_hold(service)


def test_the_proof_is_anybodys_to_check(service: Service) -> None:
    """With the published keys alone, after the key was changed, too; a changed text is none."""
    customer, case = service.customer(), new_case()
    id = pay_bill(customer, due(customer, case).json()["offer"]).json()["id"]
    old = look_bill(customer, id)["proof"]
    service.rotate("proof")
    assert look_bill(customer, id)["proof"] != old
    keys = service.client.get("/proofs/v1/keys").json()["keys"]
    published = {one["kid"]: jwt.PyJWK(one) for one in keys}
    header = jwt.get_unverified_header(old)
    claims = json.loads(jwt.PyJWS().decode(old, published[header["kid"]], algorithms=["EdDSA"]))
    assert header["typ"] == "bill+jws"
    assert claims == {
        "id": id,
        "procedure": "land",
        "case": case,
        "amount": 500_000,
        "receipt": f"sim-{id}",
        "paid_at": int(service.now.timestamp()) - 31,
    }
    head, body, signature = old.split(".")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.PyJWS().decode(
            f"{head}.{body[:-4]}AAAA.{signature}", published[header["kid"]], algorithms=["EdDSA"]
        )


@pytest.mark.parametrize(("end", "reason"), [("0001", "already-paid"), ("0009", "amount-changed")])
def test_declined(service: Service, end: str, reason: str) -> None:
    """When somebody was quicker, or another sum is due by now, the money is the customer's again."""
    customer = service.customer()
    ended = pay_bill(customer, offered(customer, end)).json()
    assert (ended["status"], ended["reason"], money(customer)) == ("declined", reason, (5_000_000, 0))
    assert (look_bill(customer, ended["id"])["proof"], service.balance(TREASURY)) == (None, 0)
    assert all_controls_hold(service)


def test_no_other_sum_is_paid_than_was_shown(service: Service) -> None:
    """The office sets another sum after the look-up: nothing is paid, and the next look-up shows it."""
    customer, case = service.customer(), new_case()
    offer = due(customer, case).json()["offer"]
    service_biller(service).charge(Case("land", case), 700_000)
    assert pay_bill(customer, offer).json()["reason"] == "amount-changed"
    assert due(customer, case).json()["amount"] == 700_000


@pytest.mark.parametrize(
    ("end", "ends", "after", "told"),
    [
        (SILENT, "succeeded", (4_500_000, 0), "bill-paid"),
        (SILENT_THEN_NO, "declined", (5_000_000, 0), "bill-declined"),
    ],
)
def test_while_the_biller_is_silent_the_money_is_set_aside(
    service: Service, end: str, ends: str, after: tuple[int, int], told: str
) -> None:
    """It is in one place meanwhile; asked by its id the bill ends, and the customer is told."""
    customer = service.customer()
    id = pay_bill(customer, offered(customer, end)).json()["id"]
    assert (status(customer, id), money(customer)) == ("pending", (4_500_000, 500_000))
    assert [one["id"] for one in customer.get("/wallet/v1/bank-payments", pending=True).json()["items"]] == [
        id
    ]
    assert resolve(service) == 1
    assert (status(customer, id), money(customer), notices(customer)) == (ends, after, [(told, id)])
    assert all_controls_hold(service)


@pytest.mark.parametrize("end", [LATE, TWICE])
def test_lost_or_doubled_orders(service: Service, end: str) -> None:
    """An order that is lost on the way is given again; one that arrives twice pays once."""
    customer = service.customer()
    id = pay_bill(customer, offered(customer, end)).json()["id"]
    for _ in range(3):
        resolve(service)
    assert (status(customer, id), money(customer)) == ("succeeded", (4_500_000, 0))
    assert (service_biller(service).collected(), service.balance(TREASURY)) == (500_000, 500_000)


def test_what_never_reached_the_biller_is_given_back(service: Service) -> None:
    """Half a day it is ordered, half a day only asked about; then what the biller never heard of is released."""
    customer, away = service.customer(), Away(service_biller(service))
    put(service, away)
    id = pay_bill(customer, offered(customer)).json()["id"]
    assert resolve(service, hours=11) == 0
    assert away.orders == 2
    away.away = False
    assert resolve(service, hours=1, minutes=1) == 0
    assert (resolve(service, hours=12), away.orders) == (1, 2)
    again = service.again(customer)
    assert (look(again, id)["reason"], money(again)) == ("biller-not-reached", (5_000_000, 0))


def test_what_the_biller_may_have_taken_is_not_given_back(service: Service) -> None:
    """After half a day it is only asked about, and its word counts."""
    customer = service.customer()
    id = pay_bill(customer, offered(customer, SILENT)).json()["id"]
    assert resolve(service, hours=13) == 1
    again = service.again(customer)
    assert (status(again, id), money(again), service.balance(TREASURY)) == (
        "succeeded",
        (4_500_000, 0),
        500_000,
    )


def test_once(service: Service) -> None:
    """The same key gets the same answer; another key, the same offer or the same case that waits, begin nothing."""
    customer, case = service.customer(), new_case(SILENT)
    offer, another = due(customer, case).json()["offer"], due(customer, case).json()["offer"]
    first = pay_bill(customer, offer, "k1").json()
    assert pay_bill(customer, offer, "k1").json()["id"] == first["id"]
    refused = pay_bill(customer, offer)
    assert (slug_of(refused), refused.json()["bank_payment_id"]) == ("bill-begun", first["id"])
    refused = pay_bill(customer, another)
    assert (slug_of(refused), refused.json()["bank_payment_id"]) == ("bank-payment-pending", first["id"])
    assert customer.get("/wallet/v1/bank-payments", key="k1").json()["items"][0]["id"] == first["id"]
    assert money(customer) == (4_500_000, 500_000)


def test_an_offer_is_its_customers_for_a_while_at_its_fee(service: Service) -> None:
    """Somebody else's, a changed one, one of another fee and an old one pay nothing."""
    customer, other = service.customer(), service.customer()
    offer = offered(customer)
    assert slug_of(pay_bill(other, offer)) == "bill-offer-lapsed"
    assert slug_of(pay_bill(customer, offer[:-2] + "AA")) == "bill-offer-lapsed"
    service.clock.advance(minutes=14, seconds=59)
    again = service.again(customer)
    service.change_bill(fee=1_000)
    assert slug_of(pay_bill(service.again(customer), offer)) == "bill-offer-lapsed"
    service.change_bill(fee=0)
    service.clock.advance(seconds=1)
    assert slug_of(pay_bill(service.again(again), offer)) == "bill-offer-lapsed"
    assert money(service.again(customer)) == (5_000_000, 0)


def test_it_takes_pin_face_money_and_a_wallet_that_is_not_frozen(service: Service) -> None:
    """As every movement out; a wrong PIN pays nothing."""
    customer, poor = service.customer(30_000_000), service.customer(400_000)
    assert slug_of(pay_bill(customer, offered(customer), pin="111222")) == "wrong-pin"
    refused = pay_bill(poor, offered(poor))
    assert (slug_of(refused), refused.json()["available"]) == ("insufficient-funds", 400_000)
    case = new_case()
    service_biller(service).charge(Case("traffic-fine", case), 12_000_000)
    dear = due(customer, case, "traffic-fine").json()["offer"]
    assert slug_of(pay_bill(customer, dear)) == "step-up-required"
    assert pay_bill(customer, dear, face_capture=picture()).status_code == 201
    ten = new_case()
    service_biller(service).charge(Case("land", ten), 9_000_000)
    refused = pay_bill(customer, due(customer, ten).json()["offer"])
    assert (slug_of(refused), refused.json()["remaining"]) == ("transfer-limit-reached", 8_000_000)
    offer = offered(customer)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    frozen = signed_in(service, customer)
    assert slug_of(pay_bill(frozen, offer)) == "wallet-frozen"
    assert slug_of(due(frozen)) == "wallet-frozen"


def test_a_frozen_wallet_orders_nothing_more(service: Service) -> None:
    """What waits when the wallet is frozen is only asked about."""
    customer, away = service.customer(), Away(service_biller(service))
    put(service, away)
    id = pay_bill(customer, offered(customer)).json()["id"]
    customer.post("/wallet/v1/freeze")
    away.away = False
    resolve(service)
    assert (away.orders, status(signed_in(service, customer), id)) == (1, "pending")


def test_given_back(service: Service) -> None:
    """A refund brings the sum back once, however often it is told; the statement shows both, and no proof stays."""
    customer = service.customer()
    id = pay_bill(customer, offered(customer)).json()["id"]
    away = Away(service_biller(service))
    put(service, away)
    service_biller(service).give_back(UUID(id))
    assert take_refunds(service) == 0
    away.away = False
    assert [take_refunds(service) for _ in range(2)] == [1, 0]  # told twice
    bill = look_bill(customer, id)
    assert (bill["status"], bill["proof"], bill["refunded_at"] is None) == ("succeeded", None, False)
    assert look(customer, id)["refunded_at"] == bill["refunded_at"]
    assert (money(customer), service.balance(TREASURY)) == ((5_000_000, 0), 0)
    items = customer.get("/wallet/v1/statement", kind="bill").json()["items"]
    assert [(row["kind"], row["amount"]) for row in items] == [("bill-reversal", 500_000), ("bill", -500_000)]
    proof = customer.get(f"/wallet/v1/entries/{items[1]['entry_id']}/proof").json()
    assert proof["undone_by"] == items[0]["number"] == "sim-refund-1"
    assert notices(customer) == [("bill-refunded", id)]
    assert service_biller(service).collected() == 0
    assert all_controls_hold(service)


def test_a_refund_that_is_quicker_than_the_answer(service: Service) -> None:
    """A bill that waits gets its answer first; then what was given back comes back."""
    customer, case = service.customer(), new_case("0002")
    id = pay_bill(customer, due(customer, case).json()["offer"]).json()["id"]
    service_biller(service).give_back(UUID(id))
    assert (take_refunds(service), broken_now(service)) == (0, {})
    assert (resolve(service), take_refunds(service)) == (1, 1)
    assert (status(customer, id), money(customer)) == ("succeeded", (5_000_000, 0))
    assert all_controls_hold(service)
    again = pay_bill(customer, due(customer, case).json()["offer"]).json()  # it is due again
    resolve(service)
    assert (status(customer, again["id"]), service.balance(TREASURY)) == ("succeeded", 500_000)


@pytest.mark.parametrize("what", ["nobody", "another sum", "declined", "twice"])
def test_a_refund_that_is_not_owed_moves_nothing(service: Service, what: str) -> None:
    """It is written down once, and an auditor sees it until it is explained; what comes behind it is taken."""
    customer = service.customer()
    paid = UUID(pay_bill(customer, offered(customer)).json()["id"])
    no = UUID(pay_bill(customer, offered(customer, "0001")).json()["id"])
    refund = Refund(1, "r-1", paid, 500_000)
    if what == "twice":
        with service.context.transaction() as session:
            cases.give_back(session, refund, service.now)
    before = money(customer)
    odd = {
        "nobody": replace(refund, order_id=uuid4()),
        "another sum": replace(refund, amount=400_000),
        "declined": replace(refund, order_id=no),
        "twice": replace(refund, number=2, reference="r-2"),
    }[what]
    for _ in range(2):
        with service.context.transaction() as session:
            cases.give_back(session, odd, service.now)
    assert money(customer) == before
    broken = broken_now(service)
    assert (list(broken), broken["bills-given-back-once"].breaks) == (["bills-given-back-once"], 1)


def test_what_is_kept_of_a_case_is_encrypted(service: Service, database: Database) -> None:
    """Neither the database nor the trail has the number in clear."""
    customer, case = service.customer(), new_case()
    id = pay_bill(customer, due(customer, case).json()["offer"]).json()["id"]
    assert len(service.trail("bill.")) == 2
    assert case not in str(service.trail(""))
    with database.owner.connect() as session:
        row = session.exec_driver_sql("SELECT * FROM service.bill").mappings().one()
    assert str(row["id"]) == id
    assert case.encode() not in row["case_sealed"] + row["case_print"]


def test_a_bill_is_its_customers_alone(service: Service) -> None:
    """Another customer does not find it, and a top-up or payout is no bill."""
    customer, other = service.customer(), service.customer()
    id = pay_bill(customer, offered(customer)).json()["id"]
    assert other.get(f"/wallet/v1/bills/{id}").status_code == 404
    assert customer.get(f"/wallet/v1/bills/{uuid4()}").status_code == 404


@pytest.mark.parametrize("letter", ["R", "ữ", "\U00020b9f"])
def test_a_paid_bill_is_shown_whatever_its_receipt_is_called(service: Service, letter: str) -> None:
    """A biller's number may be long, in any letters: what is kept of it is shown and proved."""
    saying(service, receipt=letter * 200)
    customer = service.customer()
    case = "H37.12-261116-000000000-0042"
    id = pay_bill(customer, due(customer, case, "criminal-record").json()["offer"]).json()["id"]
    bill = look_bill(customer, id)
    assert (bill["receipt"], bool(bill["proof"])) == (letter * 128, True)


def test_a_paid_bill_without_a_receipt_is_proved(service: Service) -> None:
    """The biller said yes and gave no number: it is paid all the same."""
    saying(service, receipt="")
    customer = service.customer()
    id = pay_bill(customer, offered(customer)).json()["id"]
    assert look_bill(customer, id)["proof"]


@pytest.mark.parametrize("payer", [None, "", " ", "Công ty 1-9", "Công ty TNHH Một", "  Lương  Bích "])
def test_what_is_due_is_shown_whoever_is_to_pay(service: Service, payer: str | None) -> None:
    """Not every case has a name; its fee can be paid all the same."""
    saying(service, payer=payer)
    assert due(service.customer()).status_code == 200


def test_a_receipt_with_a_zero_byte_ends_the_bill(service: Service) -> None:
    """A yes is a yes, whatever letters it comes with: the money is not set aside for ever."""
    saying(service, receipt="r\x001")
    customer = service.customer()
    pay_bill(customer, offered(customer))
    assert money(customer) == (4_500_000, 0)


@pytest.mark.parametrize("amount", [0, -500_000, 10**13, 500_000.5])
def test_a_sum_that_is_none_is_not_offered(service: Service, amount: Any) -> None:
    """Nothing, less than nothing, too much, and half a đồng."""
    saying(service, amount=amount)
    assert due(service.customer()).status_code in (409, 422, 503)


def test_a_no_without_a_reason_is_told_as_a_no(service: Service) -> None:
    """The biller was silent, then declined with an empty reason: nobody is told that the bill is paid."""
    biller = saying(service)
    customer = service.customer()
    biller.wrong = BankTimeout("x")
    id = pay_bill(customer, offered(customer)).json()["id"]
    biller.wrong, biller.answer = None, BankResult(BankStatus.DECLINED, "", "")
    resolve(service)
    (notice,) = customer.get("/wallet/v1/notices").json()["items"]
    assert (look(customer, id)["status"], notice["kind"]) == ("declined", "bill-declined")


def three_kinds(service: Service) -> dict[str, str]:
    """Pay two bills, have one given back, and one that waits; give their ids."""
    customer = service.customer()
    ends = {"paid": "7777", "other": "7777", "given": "0010", "pending": SILENT}
    ids = {name: pay_bill(customer, offered(customer, end)).json()["id"] for name, end in ends.items()}
    assert take_refunds(service) == 1
    service.clock.advance(minutes=10)
    return ids


def test_controls_find_what_is_broken(service: Service, database: Database) -> None:
    """Bills and their refunds against the ledger: each row that is changed behind the service's back is named."""
    ids = three_kinds(service)
    assert broken_now(service) == {}
    assert missed(database, service, PLANTS, **ids) == []


def test_controls_find_it_among_what_is_new(service: Service, database: Database) -> None:
    """So they do when all before it was found right hours ago."""
    topped_up(service)
    watch(service)
    service.clock.advance(hours=2)
    ids = three_kinds(service)
    sealing.seal_all(service.context, service.now)
    unseen = []
    with database.owner.connect() as session:
        assert broken_since(session, service) == set()
        for name, statement in PLANTS:
            tamper(session, statement, **{key: id for key, id in ids.items() if f":{key}" in statement})
            unseen += [] if name in broken_since(session, service) else [(name, statement)]
            session.rollback()
    assert unseen == []
