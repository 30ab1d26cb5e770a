"""Counted cash between the vault and a drawer, and the notes that go with it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy.exc import IntegrityError

from atm_service.desk.moves import service as moves
from atm_service.desk.moves import store
from atm_service.platform import chart
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Notes, notes_of, total
from tests.atm_service.control.audit.days import broken_now
from tests.atm_service.world import OFFICE, PASSWORD, Clerk, Service
from tests.contract.documented import slug_of

OPENED = {"500000": 200}
SOME = {"500000": 10, "20000": 50}


def at_work(service: Service) -> Clerk:
    """Bring in a clerk at a drawer of large notes."""
    clerk = service.clerk(shift=False)
    assert clerk.open(counts=OPENED).status_code == 201
    return clerk


def move(clerk: Clerk, to: str, counts: dict[str, Any], key: str | None = None) -> Response:
    return clerk.post("/counter/v1/cash/moves", {"to": to, "counts": counts}, key)


def notes(service: Service, place: str) -> Notes | None:
    with service.context.transaction() as session:
        return stock.seen(session, place)


def test_cash_goes_to_the_vault_and_back(service: Service) -> None:
    """Sums and notes go together, and both places know theirs."""
    clerk = at_work(service)
    assert move(clerk, "vault", {"500000": 30}).json()["amount"] == 15_000_000
    assert service.balance(chart.vault(OFFICE)) == 15_000_000
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 30})
    assert notes(service, chart.drawer(OFFICE, 1)) == notes_of({"500000": 170})
    assert move(clerk, "drawer", {"500000": 10}).status_code == 201
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 20})
    assert clerk.close({"500000": 180}).json()["closing_over_short"] == 0


def test_notes_that_are_not_there_do_not_move(service: Service) -> None:
    """Neither from the drawer nor from the vault; it says which are too few."""
    clerk = at_work(service)
    refused = move(clerk, "vault", SOME)
    assert (slug_of(refused), refused.json()["too_few"]) == ("notes-not-there", ["20000"])
    assert refused.json()["place"] == "drawer"
    move(clerk, "vault", {"500000": 30})
    refused = move(clerk, "drawer", {"500000": 31})
    assert (slug_of(refused), refused.json()["too_few"]) == ("notes-not-there", ["500000"])
    assert refused.json()["place"] == "vault"


def test_a_refusal_tells_no_figure_and_is_on_record(service: Service) -> None:
    """Whoever asks for too many notes learns their kind, and not how many the drawer lacks: a count is blind."""
    clerk = at_work(service)
    many = {"500000": 10_000}
    for refused in (move(clerk, "vault", many), change(clerk, many, {"100000": 50_000})):
        told = {"place": "drawer", "too_few": ["500000"]}
        assert (slug_of(refused), told.items() <= refused.json().items()) == ("notes-not-there", True)
        assert not any(name in refused.json() for name in ("missing", "balance", "expected"))
    assert [one["detail"]["refusal"] for one in service.trail("/cash/")] == 2 * ["notes-not-there"]


def test_nothing_moves_between_two_counts(service: Service) -> None:
    """From a count that differs until one stands, no notes go in or out to feel for them; each try is on record."""
    clerk, other = at_work(service), service.clerk(drawer=2)
    assert (
        clerk.post("/counter/v1/shifts/current/count", {"counts": {"500000": 199}}).json()["recount"] is True
    )
    one = {"500000": 1}
    tries = (
        (move(clerk, "vault", one), "drawer"),
        (change(clerk, one, {"100000": 5}), "drawer"),
        (give(clerk, other, service, one), "drawer"),
        (give(other, clerk, service, {"10000": 1}), "colleague"),
    )
    for refused, place in tries:
        assert (slug_of(refused), refused.json()["place"]) == ("count-first", place)
    assert [one["detail"]["refusal"] for one in service.trail("/cash/")] == 4 * ["count-first"]
    assert clerk.post("/counter/v1/shifts/current/count", {"counts": OPENED}).json()["over_short"] == 0
    assert move(clerk, "vault", one).status_code == 201


def test_nothing_leaves_a_vault_between_two_counts(service: Service) -> None:
    """What comes in may come: a stopped office's cash must get into the vault."""
    clerk = at_work(service)
    assert move(clerk, "vault", {"500000": 10}).status_code == 201
    assert clerk.post("/counter/v1/cash/vault/count", {"counts": {"500000": 9}}).json()["recount"] is True
    one = {"500000": 1}
    for refused in (move(clerk, "drawer", one), change(clerk, {"500000": 1}, {"100000": 5}, "vault")):
        assert (slug_of(refused), refused.json()["place"]) == ("count-first", "vault")
    assert change(clerk, one, {"100000": 5}).status_code == 201
    assert move(clerk, "vault", one).status_code == 201
    assert clerk.post("/counter/v1/cash/vault/count", {"counts": {"500000": 11}}).json()["over_short"] == 0
    assert move(clerk, "drawer", one).status_code == 201


def test_a_sum_that_is_not_there_does_not_move(service: Service) -> None:
    """Where notes are not known the ledger guards the sum; it is said of the place that lacks it, and on record."""
    clerk, other = at_work(service), service.clerk(drawer=2, cash=0)
    many = {"500000": 201}
    _forget(service, chart.drawer(OFFICE, 1))
    assert slug_of(move(clerk, "vault", many)) == "drawer-short"
    assert slug_of(give(clerk, other, service, many)) == "drawer-short"
    assert move(clerk, "vault", {"500000": 200}).status_code == 201
    _forget(service, chart.vault(OFFICE))
    assert slug_of(move(clerk, "drawer", many)) == "vault-short"
    assert len(service.trail("/cash/")) == 3


def _forget(service: Service, place: str) -> None:
    with service.context.transaction() as session:
        stock.forget(session, place)


def test_unknown_notes_stay_unknown_until_a_count(service: Service) -> None:
    """Then the count tells them."""
    clerk = at_work(service)
    drawer = chart.drawer(OFFICE, 1)
    with service.context.transaction() as session:
        stock.forget(session, drawer)
    move(clerk, "vault", {"500000": 30})
    assert notes(service, drawer) is None
    clerk.close({"500000": 169, "100000": 5})
    assert notes(service, drawer) == notes_of({"500000": 169, "100000": 5})


def test_without_a_shift_nothing_moves(service: Service) -> None:
    """The drawer is nobody's then."""
    clerk = service.clerk(shift=False)
    assert slug_of(move(clerk, "vault", {"500000": 1})) == "no-open-shift"


@pytest.mark.parametrize("counts", [{}, {"500000": 0}, {"300000": 1}, {"500000": -1}, {"500000": 100_001}])
def test_counts_that_are_none(service: Service, counts: dict[str, int]) -> None:
    """Nothing, unknown notes, and counts out of bounds are not moved."""
    assert slug_of(move(at_work(service), "vault", counts)) == "malformed-request"


def test_a_move_happens_once(service: Service) -> None:
    """The same key again changes nothing."""
    clerk = at_work(service)
    first, again = (move(clerk, "vault", {"500000": 30}, "key-1") for _ in range(2))
    assert first.json() == again.json()
    assert service.balance(chart.vault(OFFICE)) == 15_000_000
    assert len(service.trail("move-cash")) == 1


def test_an_opening_count_gives_the_notes(service: Service) -> None:
    """Whatever was known before."""
    at_work(service)
    assert notes(service, chart.drawer(OFFICE, 1)) == notes_of(OPENED)


def test_an_empty_place_knows_its_notes(service: Service) -> None:
    """There are none."""
    at_work(service)
    known = notes(service, chart.vault(OFFICE))
    assert known is not None
    assert total(known) == 0


def test_clerks_who_move_at_once_lose_no_note(service: Service) -> None:
    """Two drawers fill an empty vault in parallel: every note and every đồng arrives."""
    clerks = [service.clerk(drawer=drawer, shift=False) for drawer in (1, 2)]
    for drawer, clerk in enumerate(clerks, 1):
        assert clerk.open(drawer, OPENED).status_code == 201

    def fill(clerk: Clerk) -> None:
        caller, policy = Caller(clerk.id, "staff", "clerk", OFFICE), service.context.policy
        for _ in range(10):
            with service.context.transaction() as session:
                moves.move(session, policy, caller, {"500000": 1}, service.now, to_drawer=False)

    with ThreadPoolExecutor() as pool:
        list(pool.map(fill, clerks * 2))
    assert service.balance(chart.vault(OFFICE)) == 40 * 500_000
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 40})
    for drawer in (1, 2):
        assert notes(service, chart.drawer(OFFICE, drawer)) == notes_of({"500000": 180})


def change(
    clerk: Clerk,
    given: dict[str, int],
    taken: dict[str, int],
    partner: str = "customer",
    key: str | None = None,
) -> Response:
    body = {"partner": partner, "given": given, "taken": taken}
    return clerk.post("/counter/v1/cash/exchanges", body, key)


def test_a_customers_note_is_changed(service: Service) -> None:
    """The drawer's notes are others and its sum the same; asked twice with one key it is done once."""
    clerk = at_work(service)
    drawer = chart.drawer(OFFICE, 1)
    for _ in range(2):
        assert change(clerk, {"500000": 1}, {"100000": 4, "50000": 2}, key="once").status_code == 201
    assert notes(service, drawer) == notes_of({"500000": 199, "100000": 4, "50000": 2})
    assert service.balance(drawer) == 100_000_000
    assert clerk.close({"500000": 199, "100000": 4, "50000": 2}).json()["closing_over_short"] == 0
    (kept,) = service.trail("exchange-notes")
    assert kept["detail"] == {"drawer": 1, "amount": 500_000, "with": "customer"}
    assert broken_now(service) == {}


def test_notes_are_changed_with_the_vault(service: Service) -> None:
    """Both places change, and what either lacks is refused; a vault that nobody has counted gives nothing."""
    clerk = at_work(service)
    move(clerk, "vault", {"500000": 2})
    refused = change(clerk, {"500000": 2}, {"100000": 10}, "vault")
    assert (slug_of(refused), refused.json()["place"]) == ("notes-not-there", "vault")
    assert change(clerk, {"500000": 1}, {"100000": 5}).status_code == 201
    assert change(clerk, {"100000": 5}, {"500000": 1}, "vault").status_code == 201
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 1, "100000": 5})
    assert notes(service, chart.drawer(OFFICE, 1)) == notes_of({"500000": 198})
    assert slug_of(change(clerk, {"100000": 5}, {"500000": 1})) == "notes-not-there"
    service.clock.advance(days=8)
    refused = change(service.again(clerk), {"500000": 1}, {"100000": 5}, "vault")
    assert slug_of(refused) == "vault-count-due"


def test_unequal_sums_are_not_changed(service: Service) -> None:
    """The service says so; behind its back the database does."""
    clerk = at_work(service)
    refused = change(clerk, {"500000": 1}, {"100000": 4})
    assert (slug_of(refused), refused.json()["given"]) == ("exchange-differs", 500_000)
    assert change(clerk, {"500000": 1}, {"500000": 1}).status_code == 422
    shift = UUID(clerk.get("/counter/v1/shifts/current").json()["id"])
    unequal = notes_of({"500000": 1}), notes_of({"100000": 4})
    with pytest.raises(IntegrityError, match="note_exchange_equal"), service.context.transaction() as session:
        store.add_exchange(session, uuid4(), shift, "customer", *unequal, service.now)


def give(
    clerk: Clerk, other: Clerk, service: Service, counts: dict[str, int], key: str | None = None
) -> Response:
    with service.context.transaction() as session:
        username = session.exec_driver_sql(
            "SELECT username FROM service.staff WHERE id = %(id)s", {"id": other.id}
        ).scalar_one()
    body = {"counts": counts, "username": username, "password": PASSWORD}
    return clerk.post("/counter/v1/cash/handed", body, key)


def test_cash_from_drawer_to_drawer(service: Service) -> None:
    """One entry and both drawers' notes, under one key; it stands in the totals of both."""
    clerk, other = at_work(service), service.clerk(drawer=2, cash=0)
    for _ in range(2):
        given = give(clerk, other, service, {"500000": 4}, key="once")
        assert (given.status_code, given.json()["drawer"], given.json()["amount"]) == (201, 2, 2_000_000)
    assert notes(service, chart.drawer(OFFICE, 2)) == notes_of({"500000": 4})
    assert service.balance(chart.drawer(OFFICE, 1)) == 98_000_000
    assert other.close({"500000": 4}).json()["movements"]["moved_in_total"] == 2_000_000
    assert clerk.close({"500000": 196}).json()["movements"]["moved_out_total"] == 2_000_000
    assert broken_now(service) == {}


def test_cash_is_given_to_an_open_drawer_alone(service: Service) -> None:
    """Of a colleague who is there; never to oneself, never notes that are not there, never nothing."""
    clerk, other = at_work(service), service.clerk(drawer=2, cash=0, shift=False)
    assert slug_of(give(clerk, other, service, {"500000": 1})) == "colleague-has-no-drawer"
    assert slug_of(give(clerk, clerk, service, {"500000": 1})) == "colleague-not-proved"
    other.open(2, {"500000": 0})
    assert slug_of(give(clerk, other, service, {"100000": 1})) == "notes-not-there"
    assert give(clerk, other, service, {}).status_code == 422
    assert slug_of(give(other, clerk, service, {"500000": 1})) == "notes-not-there"
    frozen = {"frozen": True, "reason": "kiểm quỹ"}
    freeze = service.staff("supervisor").post(f"/staff/v1/offices/{OFFICE}/drawers/2/freeze", frozen)
    assert freeze.status_code == 200
    assert slug_of(give(clerk, other, service, {"500000": 1})) == "drawer-frozen"


def test_two_who_give_to_each_other_at_once(service: Service) -> None:
    """Neither waits for the other for ever, and nothing is lost."""
    one, other = at_work(service), service.clerk(drawer=2, cash=0, shift=False)
    other.open(2, {"500000": 0})
    assert give(one, other, service, {"500000": 50}).status_code == 201
    with ThreadPoolExecutor(2) as both:
        ways = [(one, other), (other, one)] * 4
        answers = [both.submit(give, *way, service, {"500000": 5}) for way in ways]
    assert {answer.result().status_code for answer in answers} == {201}
    assert [service.balance(chart.drawer(OFFICE, number)) for number in (1, 2)] == [75_000_000, 25_000_000]
