"""Cash on the road: ordered, sent, received by count, refused, called off, and back again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, ProgrammingError

import ledger
from atm_service.platform import chart
from atm_service.registers.cash import counting
from atm_service.registers.cash import service as cash
from atm_service.registers.cash.delivery import Delivery, Direction
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Notes, notes_of
from atm_service.registers.staff import hands, store
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Person, Service
from tests.contract.documented import slug_of
from tests.waiting import wait_until_blocked

SENT = {"500000": 100, "50000": 200}  # 60,000,000 đồng
AMOUNT = 60_000_000
SUSPENSE = chart.suspense_transit(OFFICE)
RECEIVER = {"to-office": "office", "to-area": "area"}
ALONE_MAX = 100_000_000  # the policy's `approval.delivery_above`


class Road:
    """Two supervisors of the area and a clerk of the office, with what they do to deliveries."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clerk: Clerk = service.clerk()
        self.supervisor: Person = service.staff("supervisor")
        self.another: Person = service.staff("supervisor")

    def order(self, direction: str = "to-office", amount: int = AMOUNT, office: str = OFFICE) -> Response:
        body = {"office": office, "direction": direction, "amount": amount}
        return self.supervisor.post("/staff/v1/deliveries", body)

    def short(self, direction: str) -> str:
        """Order and send 60,000,000 and let it be counted a note short; give the delivery's id."""
        id = self.sent(direction)
        for _ in range(2):
            counted = self.step(RECEIVER[direction], id, "receive", counts=SENT | {"500000": 99})
        assert counted.json()["difference"] == -500_000
        return id

    def explain(self, by: Person, id: str) -> Response:
        return by.post(f"/staff/v1/deliveries/{id}/explain", {"reason": "A bundle was miscounted"})

    def ordered(self, direction: str = "to-office") -> str:
        return str(self.order(direction).json()["id"])

    def sent(self, direction: str = "to-office") -> str:
        id = self.ordered(direction)
        side = "area" if direction == "to-office" else "office"
        answer = self.step(side, id, "send", counts=SENT)
        assert answer.status_code == 200, answer.text
        return id

    def step(self, side: str, id: str, step: str, **body: Any) -> Response:
        if side == "office":
            return self.clerk.post(f"/counter/v1/cash/deliveries/{id}/{step}", body)
        return self.supervisor.post(f"/staff/v1/deliveries/{id}/{step}", body)

    def filled(self) -> None:
        """Put the cash of one delivery into the vault."""
        assert self.step("office", self.sent(), "receive", counts=SENT).json()["status"] == "received"

    def balance(self, *names: str) -> list[int]:
        accounts = {
            "vault": chart.vault(OFFICE),
            "transit": chart.transit(OFFICE),
            "suspense": SUSPENSE,
            "funding": chart.TREASURY_FUNDING,
            "treasury": chart.TREASURY_CASH,
            "over-short": chart.over_short(OFFICE),
        }
        return [self.service.balance(accounts[name]) for name in names]

    def vault(self) -> Notes | None:
        with self.service.context.transaction() as session:
            return stock.seen(session, chart.vault(OFFICE))


@pytest.fixture
def road(service: Service) -> Road:
    return Road(service)


def test_cash_comes_to_the_office(road: Road) -> None:
    """Ordered, sent, counted in: each step moves the cash one place on, and the vault knows its notes."""
    funding = road.balance("funding")[0]
    id = road.ordered()
    assert road.balance("transit", "vault") == [0, 0]
    assert road.step("area", id, "send", counts=SENT).json()["status"] == "sent"
    assert road.balance("transit", "vault", "treasury") == [AMOUNT, 0, 0]
    received = road.step("office", id, "receive", counts=SENT).json()
    assert (received["status"], received["difference"], received["amount"]) == ("received", 0, AMOUNT)
    assert road.balance("transit", "vault", "suspense") == [0, AMOUNT, 0]
    assert road.balance("funding")[0] == funding + AMOUNT
    assert road.vault() == notes_of(SENT)


def test_the_office_counts_blind(road: Road) -> None:
    """Until it is counted, the clerk is told of the bag and not of what is in it."""
    id = road.sent()
    (listed,) = road.clerk.get("/counter/v1/cash/deliveries").json()["items"]
    assert (listed["id"], listed["amount"], listed["difference"]) == (id, None, None)
    again = road.step("office", id, "receive", counts={"500000": 1}).json()
    assert (again["recount"], again["status"], again["amount"]) == (True, "sent", None)
    assert road.balance("transit", "vault") == [AMOUNT, 0]


@pytest.mark.parametrize(("notes", "difference"), [(99, -500_000), (101, 500_000), (0, -50_000_000)])
def test_what_differs_waits_for_a_word(road: Road, notes: int, difference: int) -> None:
    """The second count stands; the difference is in suspense until a supervisor explains it, once."""
    counts = SENT | {"500000": notes}
    id = road.sent()
    road.step("office", id, "receive", counts=counts)
    received = road.step("office", id, "receive", counts=counts).json()
    assert (received["status"], received["difference"]) == ("received", difference)
    assert road.balance("transit", "vault", "suspense") == [0, AMOUNT + difference, difference]
    (open_one,) = road.supervisor.get("/staff/v1/deliveries", which="unexplained").json()["items"]
    assert open_one["id"] == id
    assert road.explain(road.another, id).json()["explanation"] == "A bundle was miscounted"
    assert road.balance("suspense", "over-short") == [0, -difference]
    assert slug_of(road.explain(road.another, id)) == "nothing-to-explain"
    assert road.supervisor.get("/staff/v1/deliveries", which="unexplained").json()["items"] == []


def test_nothing_at_all_arrives(road: Road) -> None:
    """An empty bag is a count too."""
    id = road.sent()
    road.step("office", id, "receive", counts={})
    assert road.step("office", id, "receive", counts={}).json()["difference"] == -AMOUNT
    assert road.balance("transit", "vault", "suspense") == [0, 0, -AMOUNT]


def test_a_refused_delivery_goes_back(road: Road) -> None:
    """The bag's seal is broken: the office does not count it, the area does."""
    funding = road.balance("funding")[0]
    id = road.sent()
    refused = road.step("office", id, "refuse", reason="The seal is broken").json()
    assert (refused["status"], refused["turned_reason"]) == ("turned-back", "The seal is broken")
    assert slug_of(road.step("office", id, "receive", counts=SENT)) == "delivery-other-side"
    assert road.balance("transit") == [AMOUNT]
    assert road.step("area", id, "receive", counts=SENT).json()["status"] == "returned"
    assert road.balance("transit", "vault", "treasury", "funding") == [0, 0, 0, funding]


def test_an_order_is_called_off(road: Road) -> None:
    """Before anything is sent it simply ends."""
    id = road.ordered()
    assert road.step("area", id, "cancel", reason="Not needed").json()["status"] == "cancelled"
    assert slug_of(road.step("area", id, "send", counts=SENT)) == "delivery-not-at-step"
    assert road.balance("transit") == [0]


def test_cash_on_the_road_is_called_back(road: Road) -> None:
    """It stays on the road until the area has counted it in again."""
    id = road.sent()
    assert road.step("area", id, "cancel", reason="Flood").json()["status"] == "turned-back"
    assert road.balance("transit") == [AMOUNT]
    assert road.step("area", id, "receive", counts=SENT).json()["status"] == "returned"
    assert road.balance("transit", "treasury") == [0, 0]
    assert slug_of(road.step("area", id, "cancel", reason="again")) == "delivery-not-at-step"


def test_cash_goes_back_to_the_area(road: Road) -> None:
    """The clerk counts it out of the vault, the area counts it in."""
    road.filled()
    funding = road.balance("funding")[0]
    id = road.sent("to-area")
    assert road.balance("vault", "transit") == [0, AMOUNT]
    assert road.vault() == notes_of({})
    assert road.step("area", id, "receive", counts=SENT).json()["status"] == "received"
    assert road.balance("transit", "treasury", "funding") == [0, 0, funding - AMOUNT]


def test_the_area_receives_short(road: Road) -> None:
    """What the area misses waits in suspense like anything else."""
    road.filled()
    id, counts = road.sent("to-area"), SENT | {"500000": 98}
    assert road.step("area", id, "receive", counts=counts).json()["recount"] is True
    assert road.step("area", id, "receive", counts=counts).json()["difference"] == -1_000_000
    assert road.balance("transit", "suspense", "treasury") == [0, -1_000_000, 0]


def test_what_the_area_refuses_comes_back_to_the_vault(road: Road) -> None:
    """With its notes."""
    road.filled()
    id = road.sent("to-area")
    road.step("area", id, "refuse", reason="Nobody is here")
    assert road.step("office", id, "receive", counts=SENT).json()["status"] == "returned"
    assert (road.balance("vault", "transit"), road.vault()) == ([AMOUNT, 0], notes_of(SENT))


@pytest.mark.parametrize(
    ("direction", "side", "step"),
    [
        ("to-office", "office", "send"),
        ("to-area", "area", "send"),
    ],
)
def test_only_the_sender_sends(road: Road, direction: str, side: str, step: str) -> None:
    """Each step by the side that may."""
    answer = road.step(side, road.ordered(direction), step, counts=SENT)
    assert slug_of(answer) == "delivery-other-side"


def test_only_the_receiver_receives(road: Road) -> None:
    """The area neither counts in nor refuses what it has sent."""
    id = road.sent()
    assert slug_of(road.step("area", id, "receive", counts=SENT)) == "delivery-other-side"
    assert slug_of(road.step("area", id, "refuse", reason="no")) == "malformed-request"
    assert slug_of(road.step("area", id, "refuse", reason="not mine")) == "delivery-other-side"


def test_what_is_sent_is_what_was_ordered(road: Road) -> None:
    """One note more or fewer is refused, with the sum."""
    id = road.ordered()
    for notes in (99, 101):
        refused = road.step("area", id, "send", counts=SENT | {"500000": notes})
        assert (slug_of(refused), refused.json()["amount"]) == ("delivery-sum-differs", AMOUNT)


@pytest.mark.parametrize("amount", [ALONE_MAX, ALONE_MAX + 1_000])
def test_a_large_sum_takes_two(road: Road, amount: int) -> None:
    """Up to the threshold one supervisor orders and sends; above it another sends, and each is told."""
    alone, ordered = amount == ALONE_MAX, road.order(amount=amount).json()
    assert ordered["for_another"] is not alone
    counts = {"500000": 200} | ({} if alone else {"1000": 1})
    if not alone:
        refused = road.step("area", ordered["id"], "send", counts=counts)
        assert slug_of(refused) == "sender-ordered"
        assert road.balance("transit") == [0]
        (theirs,) = road.another.get("/staff/v1/deliveries").json()["items"]
        assert (theirs["id"], theirs["for_another"]) == (ordered["id"], False)
    sender = road.supervisor if alone else road.another
    sent = sender.post(f"/staff/v1/deliveries/{ordered['id']}/send", {"counts": counts})
    assert (sent.json()["status"], road.balance("transit")) == ("sent", [amount])


def test_what_one_person_orders_for_an_office_is_added_up(road: Road) -> None:
    """Many small sums on a day are a large one; what was called off, and another's or another day's, is not counted."""
    half = ALONE_MAX // 2
    called_off, first = road.order(amount=half).json(), road.order(amount=half).json()
    road.step("area", called_off["id"], "cancel", reason="gọi nhầm số")
    road.supervisor, road.another = road.another, road.supervisor
    road.order(amount=ALONE_MAX)
    road.supervisor, road.another = road.another, road.supervisor
    second, third = road.order(amount=half).json(), road.order(amount=1_000).json()
    assert [one["for_another"] for one in (first, second, third)] == [False, False, True]
    assert slug_of(road.step("area", third["id"], "send", counts={"1000": 1})) == "sender-ordered"
    road.service.clock.advance(days=1)
    road.supervisor = road.service.again(road.supervisor)
    assert road.order(amount=ALONE_MAX).json()["for_another"] is False


def test_two_are_needed_by_the_rule_of_the_order(road: Road) -> None:
    """A threshold that rises while a delivery waits does not let the one who ordered it send it."""
    id = road.order(amount=ALONE_MAX + 1_000).json()["id"]
    road.service.change_approval(delivery_above=2 * ALONE_MAX)
    road.supervisor.client = road.service.client
    assert slug_of(road.step("area", id, "send", counts={"500000": 200, "1000": 1})) == "sender-ordered"


def test_the_office_sends_a_large_sum_that_the_area_ordered(road: Road) -> None:
    """There the two are there already: one orders, the clerk sends."""
    for _ in range(2):
        road.filled()
        road.supervisor, road.another = road.another, road.supervisor
    id = road.order("to-area", 2 * AMOUNT).json()["id"]
    counts = {note: 2 * number for note, number in SENT.items()}
    assert road.step("office", id, "send", counts=counts).json()["status"] == "sent"


def test_who_sent_does_not_explain(road: Road) -> None:
    """A supervisor cannot send a bag a note short and then say why."""
    id = road.short("to-office")
    (listed,) = road.supervisor.get("/staff/v1/deliveries", which="unexplained").json()["items"]
    assert (listed["id"], listed["for_another"]) == (id, True)
    assert slug_of(road.explain(road.supervisor, id)) == "explainer-handled"
    assert road.balance("suspense", "over-short") == [-500_000, 0]
    (listed,) = road.another.get("/staff/v1/deliveries", which="unexplained").json()["items"]
    assert listed["for_another"] is False
    assert road.explain(road.another, id).status_code == 200


def test_who_may_be_the_one_who_sent_does_not_count_it_in(road: Road) -> None:
    """Nobody carries an office's cash off under two names: what came back would be on no later count of that office."""
    road.filled()
    id = road.ordered("to-area")
    reset = road.supervisor.post(f"/staff/v1/members/{road.clerk.id}/password", {"reason": "quên mật khẩu"})
    with road.service.context.transaction() as session:
        clerk = store.find(session, road.clerk.id)
    assert clerk is not None
    given = {"username": clerk.username, "password": reset.json()["password"]}
    own = {**given, "new_password": "cau-cua-rieng-toi-dai"}
    assert road.service.client.post("/staff/v1/password", json=own).status_code == 204
    mine = {"username": clerk.username, "password": own["new_password"]}
    signed_in = road.service.client.post("/staff/v1/sessions", json=mine)
    road.clerk = Clerk(road.service.client, clerk.id, signed_in.json()["access_token"])
    assert road.step("office", id, "send", counts=SENT).json()["status"] == "sent"
    refused = road.step("area", id, "receive", counts=SENT)
    assert (slug_of(refused), road.balance("transit")) == ("receiver-sent", [AMOUNT])
    received = road.another.post(f"/staff/v1/deliveries/{id}/receive", {"counts": SENT})
    assert received.json()["status"] == "received"


def test_two_orders_at_once_under_two_names_are_added_up(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever orders for an office takes turns there: the second finds what the first has ordered."""
    both, context = frozenset({road.supervisor.id, road.another.id}), road.service.context
    monkeypatch.setattr(hands, "kin", lambda *_: both)
    with context.transaction() as session:  # or the second would wait for the first one's new accounts
        ledger.open_accounts(session, chart.delivery_accounts(OFFICE), road.service.now)

    def order(session: Connection, by: Person) -> Delivery:
        member = store.find(session, by.id)
        assert member is not None
        to, policy = Direction.TO_OFFICE, context.policy
        return cash.order(session, policy, member.caller, OFFICE, to, ALONE_MAX, road.service.now)

    def second() -> Delivery:
        with context.transaction() as session:
            return order(session, road.another)

    with ThreadPoolExecutor(1) as pool:
        with context.transaction() as session:
            first = order(session, road.supervisor)
            asked = pool.submit(second)
            wait_until_blocked(context.engine, asked)
        assert (first.needs_two, asked.result().needs_two) == (False, True)


def test_who_may_be_the_one_who_counted_does_not_explain(road: Road) -> None:
    """Nor under the name of a clerk to whom the supervisor has just given a password."""
    id = road.short("to-office")
    reset = road.another.post(f"/staff/v1/members/{road.clerk.id}/password", {"reason": "quên mật khẩu"})
    assert reset.status_code == 201
    assert slug_of(road.explain(road.another, id)) == "explainer-handled"
    assert road.explain(road.service.staff("supervisor"), id).status_code == 200


def test_who_counted_does_not_explain(road: Road) -> None:
    """A supervisor cannot count an office's bag a note short and then say why."""
    road.filled()
    id = road.short("to-area")
    assert slug_of(road.explain(road.supervisor, id)) == "explainer-handled"
    assert road.explain(road.another, id).status_code == 200


def test_who_sent_and_counted_back_does_not_explain(road: Road) -> None:
    """Nor what was called off and came back short into the same hands."""
    id = road.sent()
    road.step("area", id, "cancel", reason="Flood")
    for _ in range(2):
        road.step("area", id, "receive", counts=SENT | {"500000": 99})
    assert slug_of(road.explain(road.supervisor, id)) == "explainer-handled"
    assert road.explain(road.another, id).status_code == 200


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("sent_by = ordered_by", "delivery_sent_by_another"),
        ("explained_by = sent_by", "delivery_explained_by_another"),
        ("explained_by = ended_by", "delivery_explained_by_another"),
    ],
)
def test_the_database_lets_nobody_act_alone(road: Road, change: str, rule: str) -> None:
    """Whatever the program above believes."""
    id = road.order(amount=ALONE_MAX + 1_000).json()["id"]
    counts = {"counts": {"500000": 200, "1000": 1}}
    assert road.another.post(f"/staff/v1/deliveries/{id}/send", counts).status_code == 200
    for _ in range(2):
        road.step("office", id, "receive", counts={"500000": 200})
    with pytest.raises(IntegrityError, match=rule), road.service.context.transaction() as session:
        session.exec_driver_sql(f"UPDATE service.delivery SET {change}")


def test_who_needs_two_is_settled_at_the_order(road: Road) -> None:
    """The service's own role cannot let a delivery off afterwards."""
    road.order(amount=ALONE_MAX + 1_000)
    with pytest.raises(ProgrammingError, match="denied"), road.service.context.transaction() as session:
        session.exec_driver_sql("UPDATE service.delivery SET needs_two = false")


def test_a_vault_sends_only_its_own_notes(road: Road) -> None:
    """The same sum in other notes is refused, and names the kinds that are too few."""
    road.filled()
    id = road.ordered("to-area")
    refused = road.step("office", id, "send", counts={"500000": 120})
    assert (slug_of(refused), refused.json()["too_few"]) == ("notes-not-there", ["500000"])


def test_every_step_once(road: Road) -> None:
    """A step done again, with another key, is refused by where the delivery stands; with the same key it replays."""
    id = road.ordered()
    path = f"/staff/v1/deliveries/{id}/send"
    first, again = (road.supervisor.post(path, {"counts": SENT}, "key-1") for _ in range(2))
    assert first.json() == again.json()
    refused = road.step("area", id, "send", counts=SENT)
    assert (slug_of(refused), refused.json()["delivery_status"]) == ("delivery-not-at-step", "sent")
    road.step("office", id, "receive", counts=SENT)
    assert slug_of(road.step("office", id, "receive", counts=SENT)) == "delivery-not-at-step"
    assert road.balance("vault", "transit") == [AMOUNT, 0]


def test_other_offices_deliveries_are_unknown(road: Road) -> None:
    """A clerk sees and touches the own office's alone."""
    id = road.sent()
    foreign = road.service.clerk(OTHER_OFFICE, shift=False)
    assert foreign.get("/counter/v1/cash/deliveries").json()["items"] == []
    answer = foreign.post(f"/counter/v1/cash/deliveries/{id}/receive", {"counts": SENT})
    assert slug_of(answer) == "delivery-unknown"
    assert slug_of(road.step("area", str(uuid4()), "send", counts=SENT)) == "delivery-unknown"


def test_orders_are_for_active_offices(road: Road) -> None:
    """A planned office has no vault; an unknown one has nothing."""
    assert slug_of(road.order(office="05977-1")) == "office-not-active"
    assert slug_of(road.order(office="99999-1")) == "office-unknown"


@pytest.mark.parametrize("amount", [0, 999, 1_500, 10_000_001_000, -1_000])
def test_sums_that_are_no_orders(road: Road, amount: int) -> None:
    """Whole thousands within bounds."""
    assert slug_of(road.order(amount=amount)) == "malformed-request"


def test_every_step_is_in_the_trail(road: Road) -> None:
    """By whom, and why."""
    id = road.sent()
    road.step("office", id, "refuse", reason="The seal is broken")
    rows = {row["action"]: row for row in road.service.trail("-delivery")}
    assert [str(row["subject"]) for row in rows.values()] == [id] * 3
    assert rows["refuse-delivery"]["actor"] == road.clerk.id
    assert rows["refuse-delivery"]["detail"]["reason"] == "The seal is broken"


def test_lists_go_by_pages(road: Road) -> None:
    """Newest first; what has ended is in the whole list alone."""
    first = road.ordered()
    road.service.clock.advance(seconds=1)
    second = road.ordered()
    road.step("area", first, "cancel", reason="Not needed")
    page = road.supervisor.get("/staff/v1/deliveries", which="all", limit=1).json()
    assert [one["id"] for one in page["items"]] == [second]
    rest = road.supervisor.get("/staff/v1/deliveries", which="all", cursor=page["next_cursor"]).json()
    assert [one["id"] for one in rest["items"]] == [first]
    assert [one["id"] for one in road.supervisor.get("/staff/v1/deliveries").json()["items"]] == [second]


def test_what_differs_is_received_however_often_was_counted_today(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery's difference waits for its own word; a day of more counts than are looked at does not stop it."""
    monkeypatch.setattr(counting, "LOOKED_AT", 1)
    for _ in range(2):
        road.clerk.post("/counter/v1/shifts/current/count", {"counts": {"10000": 9_999}})
    road.short("to-office")


def test_nothing_is_sent_out_of_a_vault_in_doubt(road: Road) -> None:
    """A count of it differed, and none has stood since."""
    road.filled()
    id = road.ordered("to-area")
    assert road.clerk.post("/counter/v1/cash/vault/count", {"counts": {}}).json()["recount"] is True
    assert slug_of(road.step("office", id, "send", counts=SENT)) == "count-first"
    assert road.clerk.post("/counter/v1/cash/vault/count", {"counts": SENT}).json()["recount"] is False
    assert road.step("office", id, "send", counts=SENT).status_code == 200
