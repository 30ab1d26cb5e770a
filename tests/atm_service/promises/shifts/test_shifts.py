"""Shifts from counted opening to counted close, and every way in which one ends."""

from typing import Any

import pytest

from atm_service.platform import chart
from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.offices.domain import State
from tests.atm_service.world import OFFICE, OTHER_OFFICE, PASSWORD, Clerk, Service
from tests.contract.documented import slug_of

FULL = {"500000": 200}  # what `service.clerk` opens with: 100,000,000 đồng
SHORT = {"500000": 199}
SAME_SUM = {"200000": 500}


def colleague(service: Service, office: str = OFFICE) -> tuple[Clerk, str]:
    """Bring in another clerk without a shift; give the user name too."""
    clerk = Clerk(service.client, *service.member("clerk", office), {"office": office})
    with service.context.transaction() as session:
        username: str = session.exec_driver_sql(
            "SELECT username FROM service.staff WHERE id = %(id)s", {"id": clerk.id}
        ).scalar_one()
    return clerk, username


def breaks(service: Service) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.staff("auditor").get("/audit/v1/opening-breaks").json()["items"]
    return items


def hand_over(clerk: Clerk, username: str, counts: dict[str, int], password: str = PASSWORD) -> Any:
    body = {"counts": counts, "username": username, "password": password}
    return clerk.post("/counter/v1/shifts/current/hand-over", body)


def grant(service: Service, shift: str) -> Any:
    return service.staff("supervisor").post(f"/staff/v1/shifts/{shift}/take-over", {"reason": "Ill at home"})


def take_over(clerk: Clerk, shift: str, counts: dict[str, int]) -> Any:
    return clerk.post(f"/counter/v1/shifts/{shift}/take-over", {"counts": counts})


# The close.


def test_a_count_that_agrees_closes_at_once(service: Service) -> None:
    """Any notes of the same sum will do."""
    clerk = service.clerk()
    closed = clerk.close(SAME_SUM).json()
    assert (closed["status"], closed["recount"], closed["closing_over_short"]) == ("closed", False, 0)
    assert (closed["closed_how"], closed["counted_by"]) == ("own", closed["clerk"])


def test_a_first_count_that_differs_shows_no_figure(service: Service) -> None:
    """The shift stays open, and nothing says by how much or to which side the count differs."""
    clerk = service.clerk()
    answer = clerk.close(SHORT).json()
    assert (answer["status"], answer["recount"]) == ("open", True)
    assert [name for name, value in answer.items() if name.startswith("closing") and value is not None] == []
    assert service.balance(chart.over_short(OFFICE)) == 0
    over = clerk.close({"500000": 201}, key="other").json()
    assert over["status"] == "closed"


def test_the_second_count_stands(service: Service) -> None:
    """What it is short is posted and kept."""
    clerk = service.clerk()
    clerk.close({"500000": 100})
    closed = clerk.close(SHORT).json()
    assert (closed["status"], closed["closing_over_short"]) == ("closed", -500_000)
    assert service.balance(chart.over_short(OFFICE)) == 500_000
    assert service.balance(chart.drawer(OFFICE, 1)) == 99_500_000


def test_the_second_count_may_agree(service: Service) -> None:
    """A miscount put right leaves nothing over or short."""
    clerk = service.clerk()
    clerk.close(SHORT)
    closed = clerk.close(FULL).json()
    assert (closed["status"], closed["closing_over_short"]) == ("closed", 0)


def test_what_moved_in_between_is_counted_twice_again(service: Service) -> None:
    """After a payment the drawer holds other cash: its first count may be wrong once more."""
    clerk, customer = service.clerk(), service.customer()
    assert clerk.close(SHORT).json()["recount"]
    assert clerk.serve(customer, customer.code(500_000)).status_code == 201
    assert clerk.close({"500000": 198}).json()["recount"]
    assert clerk.close({"500000": 198}).json()["closing_over_short"] == -500_000


def test_the_same_key_is_the_same_count(service: Service) -> None:
    """A lost answer that is asked for again does not make a second count."""
    clerk = service.clerk()
    first, again = (clerk.close(SHORT, key="count-1") for _ in range(2))
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    assert clerk.get("/counter/v1/shifts/current").json()["status"] == "open"


def test_every_count_is_kept(service: Service) -> None:
    """Both counts, what the ledger had, and a row of the trail."""
    clerk = service.clerk()
    clerk.close_twice(SHORT)
    with service.context.transaction() as session:
        kept = session.exec_driver_sql(
            "SELECT number, total, expected FROM service.cash_count WHERE NOT stood OR total <> expected"
            " ORDER BY number"
        )
        assert [tuple(row) for row in kept] == [(1, 99_500_000, 100_000_000), (2, 99_500_000, 100_000_000)]
    assert [row["action"] for row in service.trail("count-again")] == ["count-again"]
    assert service.trail("close-shift")[0]["detail"]["over_short"] == -500_000


def test_a_close_with_withdrawals_presented_names_them(service: Service) -> None:
    """Which and how much; released, they no longer stand in the way."""
    clerk, customer = service.clerk(), service.customer()
    code = customer.code(700_000)
    clerk.present(code["code"])
    refused = clerk.close(FULL)
    assert slug_of(refused) == "withdrawals-still-presented"
    assert (refused.json()["withdrawals"], refused.json()["amounts"]) == ([code["id"]], [700_000])
    clerk.post(f"/counter/v1/withdrawals/{code['id']}/release")
    assert clerk.close(FULL).json()["status"] == "closed"


# The opening.


def test_an_opening_equals_the_last_close(service: Service) -> None:
    """The same sum opens without a break, whatever the notes."""
    clerk = service.clerk()
    clerk.close_twice(SHORT)
    opened = clerk.open(counts={"500000": 198, "100000": 5})
    assert opened.json()["opening_over_short"] == 0
    assert breaks(service) == []


def test_an_opening_that_differs_is_a_break(service: Service) -> None:
    """It is posted, and an auditor sees which shift closed with what."""
    clerk = service.clerk()
    closed = clerk.close(FULL).json()
    service.clock.advance(hours=15)
    clerk = service.again(clerk)
    opened = clerk.open_twice(SHORT).json()
    (found,) = breaks(service)
    assert found["shift_id"] == opened["id"]
    assert (found["previous_shift"], found["closed_total"]) == (closed["id"], 100_000_000)
    assert (found["expected"], found["counted"], found["clerk"]) == (100_000_000, 99_500_000, opened["clerk"])
    assert service.balance(chart.over_short(OFFICE)) == 500_000


def test_what_was_brought_overnight_is_expected(service: Service) -> None:
    """Cash that came to the closed drawer is no break when it is there, and one when it is not."""
    clerk = service.clerk()
    clerk.close(FULL)
    with service.context.transaction() as session:
        offices.bring_cash(session, OFFICE, 1, 1_000_000, clerk.id, service.now)
    opened = clerk.open(counts={"500000": 202})
    assert (opened.json()["opening_over_short"], breaks(service)) == (0, [])


def test_a_first_opening_has_no_close_to_equal(service: Service) -> None:
    """It is measured by what was brought."""
    clerk = service.clerk(shift=False)
    clerk.open_twice(SHORT)
    (found,) = breaks(service)
    assert (found["previous_shift"], found["closed_total"], found["expected"]) == (None, None, 100_000_000)


def test_breaks_of_one_office(service: Service) -> None:
    """The auditor's list can be of one office."""
    service.clerk(shift=False).open_twice(SHORT)
    auditor = service.staff("auditor")
    for office, number in ((OFFICE, 1), (OTHER_OFFICE, 0)):
        found = auditor.get("/audit/v1/opening-breaks", office=office).json()["items"]
        assert len(found) == number


def test_a_drawer_in_use_says_since_when(service: Service) -> None:
    """The clerk learns which shift is in the way."""
    theirs = service.clerk().facts["shift"]
    other, _ = colleague(service)
    refused = other.open(counts=FULL)
    assert (slug_of(refused), refused.json()["shift_id"]) == ("drawer-in-use", theirs["id"])
    assert refused.json()["opened_at"] == theirs["opened_at"]
    (listed,) = other.get("/counter/v1/shifts").json()["items"]
    assert (listed["id"], listed["may_be_taken_over"]) == (theirs["id"], False)
    assert set(listed) == {"id", "office", "drawer", "clerk", "opened_at", "may_be_taken_over"}


# Handing over at noon.


def test_a_drawer_is_handed_over_by_one_count(service: Service) -> None:
    """One act closes and opens; the next clerk begins with what the last one left."""
    clerk = service.clerk()
    other, username = colleague(service)
    done = hand_over(clerk, username, SAME_SUM).json()
    assert (done["closed"]["status"], done["closed"]["closed_how"]) == ("closed", "handed-over")
    assert (done["opened"]["drawer"], done["opened"]["opening_counts"]) == (1, SAME_SUM)
    assert (done["opened"]["opening_over_short"], breaks(service)) == (0, [])
    assert other.get("/counter/v1/shifts/current").json()["id"] == done["opened"]["id"]
    assert slug_of(clerk.get("/counter/v1/shifts/current")) == "no-open-shift"
    (row,) = service.trail("hand-over")
    assert (str(row["actor"]), row["detail"]["from"]) == (str(other.id), done["closed"]["id"])


def test_a_hand_over_that_differs_is_counted_again(service: Service) -> None:
    """Then the shortage is the one's who leaves, and the other begins clean."""
    clerk = service.clerk()
    other, username = colleague(service)
    first = hand_over(clerk, username, SHORT).json()
    assert (first["closed"]["recount"], first["opened"]) == (True, None)
    assert slug_of(other.get("/counter/v1/shifts/current")) == "no-open-shift"
    second = hand_over(clerk, username, SHORT).json()
    assert second["closed"]["closing_over_short"] == -500_000
    assert second["opened"]["opening_over_short"] == 0


def test_both_clerks_prove_themselves(service: Service) -> None:
    """A wrong password, the own name, an auditor's and another office's clerk take nothing over."""
    clerk = service.clerk()
    _, username = colleague(service)
    _, foreign = colleague(service, OTHER_OFFICE)
    assert slug_of(hand_over(clerk, username, FULL, "not-the-password")) == "colleague-not-proved"
    assert slug_of(hand_over(clerk, foreign, FULL)) == "colleague-not-proved"
    with service.context.transaction() as session:
        own = session.exec_driver_sql(
            "SELECT username FROM service.staff WHERE id = %(id)s", {"id": clerk.id}
        )
        own_name = own.scalar_one()
    assert slug_of(hand_over(clerk, own_name, FULL)) == "colleague-not-proved"
    assert clerk.get("/counter/v1/shifts/current").json()["status"] == "open"


def test_a_colleagues_password_is_not_guessed_for_ever(service: Service) -> None:
    """The guesses are counted with those at the sign-in."""
    clerk = service.clerk()
    _, username = colleague(service)
    for _ in range(5):
        hand_over(clerk, username, FULL, "a-wrong-password")
    assert slug_of(hand_over(clerk, username, FULL)) == "too-many-attempts"


def test_a_busy_colleague_takes_nothing_over(service: Service) -> None:
    """One clerk, one shift."""
    clerk = service.clerk()
    other, username = colleague(service)
    assert other.open(2, {"500000": 0}).status_code == 201
    refused = hand_over(clerk, username, FULL)
    assert (slug_of(refused), refused.json()["drawer"]) == ("colleague-busy", 2)


def test_nothing_is_handed_over_at_a_suspended_office(service: Service) -> None:
    """The clerk may still close."""
    clerk = service.clerk()
    _, username = colleague(service)
    with service.context.transaction() as session:
        life.change_state(session, None, OFFICE, State.SUSPENDED, "Mất điện", service.now)
    assert slug_of(hand_over(clerk, username, FULL)) == "office-not-active"
    assert clerk.close(FULL).status_code == 200


# Left open overnight.


def test_a_shift_left_open_is_taken_over_by_leave(service: Service) -> None:
    """The next clerk counts, the absent one is named, and the drawer is free."""
    absent = service.clerk()
    service.clock.advance(hours=22)
    other, _ = colleague(service)
    shift = absent.facts["shift"]["id"]
    assert slug_of(take_over(other, shift, SHORT)) == "take-over-not-granted"
    assert grant(service, shift).json()["may_be_taken_over"] is True
    assert other.get("/counter/v1/shifts").json()["items"][0]["may_be_taken_over"] is True
    assert take_over(other, shift, SHORT).json()["recount"] is True
    closed = take_over(other, shift, SHORT).json()
    assert (closed["closed_how"], closed["closing_over_short"]) == ("taken-over", -500_000)
    assert (closed["clerk"], closed["id"]) == (absent.facts["shift"]["clerk"], shift)
    assert other.open(counts=SHORT).json()["opening_over_short"] == 0
    rows = {row["action"]: row for row in service.trail("")}
    assert rows["close-shift"]["actor"] == other.id
    assert rows["close-shift"]["detail"]["clerk"] == str(absent.id)
    assert rows["grant-take-over"]["detail"]["reason"] == "Ill at home"


def test_the_next_clerk_may_miscount_once_too(service: Service) -> None:
    """A count that the absent clerk made in the evening is not the next one's first."""
    absent = service.clerk()
    absent.close(SHORT)
    shift = absent.facts["shift"]["id"]
    grant(service, shift)
    other, _ = colleague(service)
    assert take_over(other, shift, {"500000": 1}).json()["recount"] is True
    assert take_over(other, shift, FULL).json()["closing_over_short"] == 0


def test_a_supervisor_sees_what_is_open(service: Service) -> None:
    """Newest first, over all offices, without a figure."""
    first = service.clerk().facts["shift"]["id"]
    service.clock.advance(seconds=1)
    second = service.clerk(OTHER_OFFICE).facts["shift"]["id"]
    items = service.staff("supervisor").get("/staff/v1/shifts").json()["items"]
    assert [item["id"] for item in items] == [second, first]


def test_leave_is_given_for_open_shifts_alone(service: Service) -> None:
    """A closed or unknown shift has nothing to take over; giving leave twice is harmless."""
    clerk = service.clerk()
    shift = clerk.facts["shift"]["id"]
    assert grant(service, shift).status_code == 200
    assert grant(service, shift).status_code == 200
    clerk.close(FULL)
    assert slug_of(grant(service, shift)) == "shift-unknown"
    assert slug_of(grant(service, str(clerk.id))) == "shift-unknown"


def test_leave_does_not_reach_other_offices(service: Service) -> None:
    """A clerk of another office cannot close it; its own clerk closes it in the usual way."""
    absent = service.clerk()
    shift = absent.facts["shift"]["id"]
    grant(service, shift)
    foreign, _ = colleague(service, OTHER_OFFICE)
    assert slug_of(take_over(foreign, shift, FULL)) == "shift-unknown"
    assert slug_of(take_over(absent, shift, FULL)) == "own-shift"


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_leave_is_a_supervisors(service: Service, role: str) -> None:
    """Nobody else gives it."""
    shift = service.clerk().facts["shift"]["id"]
    answer = service.staff(role).post(f"/staff/v1/shifts/{shift}/take-over", {"reason": "why not"})
    assert slug_of(answer) == "forbidden"
