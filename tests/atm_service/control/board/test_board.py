"""The board over HTTP: all two hundred offices in one answer, and one from close by."""

from typing import Any

from sqlalchemy import event

from atm_service.registers.offices import life
from atm_service.registers.offices.domain import State
from atm_service.run import housekeeping
from tests.atm_service.control.offices.test_life import ANOTHER, ITS_AREA, supervisor_of
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Service, small_notes
from tests.contract.documented import slug_of


def desks(service: Service) -> dict[str, dict[str, Any]]:
    answer = service.staff("supervisor").get("/staff/v1/board")
    assert answer.status_code == 200, answer.text
    return {one["code"]: one for one in answer.json()["offices"]}


def test_two_hundred_offices_in_one_answer(service: Service) -> None:
    """All are there; few statements, whatever their number."""
    service.clerk()
    supervisor, statements = service.staff("supervisor"), []
    event.listen(service.context.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    board = supervisor.get("/staff/v1/board").json()
    assert len(board["offices"]) == 200
    assert board["coverage"] | {"area": "", "area_code": ""} == board["coverage"]
    assert (board["coverage"]["units_served"], board["coverage"]["units"]) == (1, 65)
    assert len(statements) <= 6


def test_an_office_at_work(service: Service) -> None:
    """Its cash, its shift, and when it was heard of."""
    service.clerk(cash=300_000_000)
    assert "silent" in desks(service)[OFFICE]["alarms"]
    housekeeping.write_contacts(service.context, service.now)
    found = desks(service)[OFFICE]
    assert found["seen_at"] == "2026-11-16T02:00:00Z"
    assert (found["open_now"], found["shifts"], found["alarms"]) == (True, 1, [])
    target = service.context.policy.float.target
    assert (found["filled"], found["mark"]) == (300_000_000 * 100 // target, "well")


def test_an_office_in_trouble_comes_first(service: Service) -> None:
    """Suspended and short at the close: at the head of its area, with both reasons."""
    clerk = service.clerk(cash=50_000_000)
    clerk.close_twice(small_notes(49_500_000))
    with service.context.transaction() as session:
        life.change_state(session, None, OFFICE, State.SUSPENDED, "Lũ về", service.now)
    found = service.staff("supervisor").get("/staff/v1/board").json()["offices"]
    first = next(one for one in found if one["area_code"] == ITS_AREA)
    assert (first["code"], first["mark"], first["over_short"]) == (OFFICE, "act", -500_000)
    assert first["alarms"] == ["suspended", "over-short"]


def test_a_count_that_waits_for_a_word_is_red(service: Service) -> None:
    """With its figure and sign, while nothing is booked; a small difference is only looked at."""
    clerk, boss = service.clerk(cash=100_000_000, shift=False), service.staff("supervisor")

    def seen() -> tuple[str, int, bool]:
        found = boss.get("/staff/v1/board").json()["offices"]
        here = next(one for one in found if one["code"] == OFFICE)
        return here["mark"], here["over_short"], "count-far" in here["alarms"]

    clerk.open(1, {"500000": 10})
    assert seen()[1:] == (0, False)
    assert slug_of(clerk.open(1, {"500000": 10})) == "count-needs-word"
    assert seen() == ("act", -95_000_000, True)
    clerk.open(1, small_notes(99_900_000))
    assert seen()[1:] == (-100_000, False)


def test_an_area_sees_its_own(service: Service) -> None:
    """Neither on the board nor from close by is there anything of another area."""
    own, stranger = supervisor_of(service, ITS_AREA), supervisor_of(service, ANOTHER)
    assert {one["area_code"] for one in own.get("/staff/v1/board").json()["offices"]} == {ITS_AREA}
    assert OFFICE not in {one["code"] for one in stranger.get("/staff/v1/board").json()["offices"]}
    assert slug_of(stranger.get(f"/staff/v1/offices/{OFFICE}")) == "office-unknown"
    assert slug_of(own.get("/staff/v1/offices/00000-1")) == "office-unknown"


def test_one_office_from_close_by(service: Service) -> None:
    """Shifts, places of cash, deliveries, staff, life."""
    service.clerk(cash=40_000_000)
    supervisor = service.staff("supervisor")
    order = {"office": OFFICE, "direction": "to-office", "amount": 10_000_000}
    supervisor.post("/staff/v1/deliveries", order)
    found = supervisor.get(f"/staff/v1/offices/{OFFICE}").json()
    assert {one["place"]: one["cash"] for one in found["places"]} == {
        "vault": 0,
        "drawer/1": 40_000_000,
        "drawer/2": 0,
        "transit": 0,
    }
    assert [(one["status"], one["amount"]) for one in found["deliveries"]] == [("ordered", 10_000_000)]
    assert [one["drawer"] for one in found["shifts"]] == [1]
    assert (found["cash"], found["life"]["state"], len(found["staff"])) == (40_000_000, "active", 1)
    assert supervisor.get(f"/staff/v1/offices/{OTHER_OFFICE}").json()["life"]["state"] == "planned"
