"""An office's life over HTTP, in the database, and when two change it at once."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import exc

from atm_service.platform.context import Context
from atm_service.platform.refusals import Refusal
from atm_service.registers.offices import errors, hours, life, life_store
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.states import Item
from atm_service.registers.staff import service as staff
from atm_service.registers.units import coverage
from atm_service.registers.units.coverage import Standing
from atm_service.run import housekeeping
from tests.atm_service.world import OFFICE, PASSWORD, Person, Service, small_notes
from tests.contract.documented import slug_of
from tests.database import Database

LIFE = f"/staff/v1/offices/{OFFICE}"
ITS_AREA, ANOTHER = "178", "180"


def do(service: Service, deed: Callable[..., None], *arguments: Any, **more: Any) -> None:
    with service.context.transaction() as session:
        deed(session, None, *arguments, service.now, **more)


def change(service: Service, to: State, why: str = "Có lý do") -> None:
    do(service, life.change_state, OFFICE, to, why)


def active(service: Service) -> None:
    with service.context.transaction() as session:
        life.activate(session, OFFICE, 1, service.now)


def supervisor_of(service: Service, area: str) -> Person:
    person = service.staff("supervisor")
    with service.context.transaction() as session:
        id = staff.add(
            session,
            service.context.hasher,
            f"of{area}",
            PASSWORD,
            "supervisor",
            None,
            "Vi Thị Thu",
            service.now,
            area,
        )
    answer = service.client.post("/staff/v1/sessions", json={"username": f"of{area}", "password": PASSWORD})
    return Person(person.client, id, answer.json()["access_token"])


def test_from_planned_to_closed(service: Service) -> None:
    """Each step with its reason, kept newest first; the checklist stands between the first two."""
    with pytest.raises(errors.ChecklistIncomplete):
        change(service, State.READY)
    for item in Item:
        do(service, life.check, OFFICE, item, "đã xem tận nơi", passed=True)
    steps = [State.READY, State.ACTIVE, State.SUSPENDED, State.CLOSED]
    for to in steps:
        change(service, to, f"thành {to}")
    shown = service.staff("supervisor").get(f"{LIFE}/life").json()
    assert [(one["state"], one["reason"]) for one in shown["history"]] == [
        (to, f"thành {to}") for to in reversed(steps)
    ]
    assert (shown["state"], shown["may"]) == ("closed", [])
    assert [one["passed"] for one in shown["checks"]] == [True] * 4


def test_a_check_that_is_taken_back_counts(service: Service) -> None:
    """The newest word on an item is the one that holds, for active too."""
    for item in Item:
        do(service, life.check, OFFICE, item, "đã xem", passed=True)
    change(service, State.READY)
    service.clock.advance(minutes=1)
    do(service, life.check, OFFICE, Item.LINE, "đứt cáp", passed=False)
    with pytest.raises(errors.ChecklistIncomplete) as refused:
        change(service, State.ACTIVE)
    assert refused.value.members == {"missing": ["line"]}


def test_a_supervisor_suspends_and_resumes_by_name(service: Service) -> None:
    """The history names whoever it was; the clerk's open shift goes on, and no other opens."""
    clerk, other = service.clerk(), service.clerk(drawer=2, shift=False)
    supervisor = service.staff("supervisor")
    body = {"state": "suspended", "reason": "Lũ về"}
    shown = supervisor.post(f"{LIFE}/state", body).json()
    assert (shown["history"][0]["changed_by"], shown["may"]) == ("Hoàng Thị Supervisor", ["active"])
    assert slug_of(other.open(2)) == "office-not-active"
    assert clerk.close(small_notes(100_000_000)).status_code == 200
    assert (
        supervisor.post(f"{LIFE}/state", {"state": "active", "reason": "Nước rút"}).json()["state"]
        == "active"
    )
    assert len(service.trail("office-state")) == 4


@pytest.mark.parametrize(
    ("path", "body", "slug"),
    [
        ("state", {"state": "active", "reason": "abc"}, "state-unchanged"),
        ("state", {"state": "closed", "reason": "abc"}, "state-does-not-follow"),
        ("hours", {"week": ["08:00-07:00"] * 7}, "hours-unreadable"),
        ("days", {"day": "2026-12-01", "hours": "08:00", "reason": "abc"}, "hours-unreadable"),
        ("state", {"state": "suspended", "reason": "ab"}, "malformed-request"),
        ("hours", {"week": [""] * 6}, "malformed-request"),
        ("checks", {"item": "coffee", "passed": True, "words": "abc"}, "malformed-request"),
    ],
)
def test_refusals_at_an_active_office(service: Service, path: str, body: dict[str, Any], slug: str) -> None:
    """Each for its own reason."""
    active(service)
    assert slug_of(service.staff("supervisor").post(f"{LIFE}/{path}", body)) == slug


def test_what_is_the_operators(service: Service) -> None:
    """A supervisor neither opens nor closes an office for good."""
    supervisor = service.staff("supervisor")
    assert slug_of(supervisor.post(f"{LIFE}/state", {"state": "closed", "reason": "abc"})) == "for-operator"
    active(service)
    change(service, State.SUSPENDED)
    assert slug_of(supervisor.post(f"{LIFE}/state", {"state": "closed", "reason": "abc"})) == "for-operator"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("checks", {"item": "line", "passed": True, "words": "abc"}),
        ("hours", {"week": [""] * 7}),
        ("days", {"day": "2026-12-01", "hours": None, "reason": "abc"}),
        ("line", {"line": "weak"}),
    ],
)
def test_nothing_of_a_closed_office_changes(service: Service, path: str, body: dict[str, Any]) -> None:
    """Closed is for good; before, each of these is taken."""
    supervisor = service.staff("supervisor")
    assert supervisor.post(f"{LIFE}/{path}", body).status_code == 200
    change(service, State.CLOSED)
    assert slug_of(supervisor.post(f"{LIFE}/{path}", body)) == "office-closed"


def test_an_office_is_closed_when_it_is_empty(service: Service) -> None:
    """An open shift, a delivery on order and cash each keep it, one after another."""
    clerk, supervisor = service.clerk(cash=1_000_000), service.staff("supervisor")
    order = {"office": OFFICE, "direction": "to-office", "amount": 10_000_000}
    ordered = supervisor.post("/staff/v1/deliveries", order).json()["id"]
    change(service, State.SUSPENDED)
    with pytest.raises(errors.ShiftsStillOpen) as refused:
        change(service, State.CLOSED)
    assert refused.value.members == {"drawers": [1]}
    assert clerk.close(small_notes(1_000_000)).status_code == 200
    with pytest.raises(errors.DeliveriesStillOpen):
        change(service, State.CLOSED)
    supervisor.post(f"/staff/v1/deliveries/{ordered}/cancel", {"reason": "Sắp đóng"})
    with pytest.raises(errors.CashStillThere) as cash:
        change(service, State.CLOSED)
    assert cash.value.members == {"places": [f"office/{OFFICE}/drawer/1"]}


def test_another_area_is_not_there(service: Service) -> None:
    """An area's supervisor sees, changes and counts its own offices alone."""
    active(service)
    stranger, own = supervisor_of(service, ANOTHER), supervisor_of(service, ITS_AREA)
    assert slug_of(stranger.get(f"{LIFE}/life")) == "office-unknown"
    body = {"state": "suspended", "reason": "Lũ về"}
    assert slug_of(stranger.post(f"{LIFE}/state", body)) == "office-unknown"
    assert own.post(f"{LIFE}/state", body).status_code == 200
    report = stranger.get("/staff/v1/coverage").json()
    assert [one["area_code"] for one in report["areas"]] == [ANOTHER]


def test_hours_of_the_week_and_of_a_date(service: Service) -> None:
    """An office's word on a date comes before the one for all; taken back, the one for all holds again."""
    supervisor, day = service.staff("supervisor"), date(2026, 11, 17)
    week = ["08:00-12:00"] * 7
    assert supervisor.post(f"{LIFE}/hours", {"week": week}).json()["week"] == week
    do(service, life.set_day, None, day, "", "Quốc khánh")
    body = {"day": "2026-11-17", "hours": "09:00-10:00", "reason": "Chợ phiên"}
    shown = supervisor.post(f"{LIFE}/days", body).json()["days"]
    assert [(one["hours"], one["everywhere"]) for one in shown] == [("09:00-10:00", False)]
    service.clock.advance(minutes=1)
    shown = supervisor.post(f"{LIFE}/days", body | {"hours": None}).json()["days"]
    assert [(one["hours"], one["everywhere"]) for one in shown] == [("", True)]
    with service.context.transaction() as session:
        found = life_store.hours_of(session, day)
    assert found.of(OFFICE).on(day) == found.of("05974-1").on(day) == ()
    assert found.of("05974-1").on(date(2026, 11, 18)) == hours.USUAL


def test_coverage_has_two_denominators() -> None:
    """A unit with two offices is served once, if of two areas; a closed office is none, its unit still one."""
    places = [
        Standing("1", "178", "A", State.ACTIVE),
        Standing("1", "178", "A", State.ACTIVE),
        Standing("2", "178", "A", State.SUSPENDED),
        Standing("3", "178", "A", State.CLOSED),
        Standing("4", "180", "B", State.PLANNED),
        Standing("1", "180", "B", State.ACTIVE),
    ]
    parts = coverage.of(places)
    found = [
        (one.units_served, one.units, one.offices_active, one.offices)
        for one in [*parts, coverage.whole(places)]
    ]
    assert found == [(1, 3, 2, 3), (1, 2, 1, 2), (1, 4, 3, 5)]


def test_a_clerks_requests_are_contact(service: Service) -> None:
    """Noted without a write; written down once a minute at most; a later moment stays."""
    clerk = service.clerk(shift=False)
    assert clerk.get("/counter/v1/line").status_code == 204
    assert seen(service) == []
    first = service.now
    housekeeping.write_contacts(service.context, service.now)
    service.clock.advance(seconds=59)
    clerk.get("/counter/v1/line")
    housekeeping.write_contacts(service.context, service.now)
    assert seen(service) == [(OFFICE, first)]
    service.clock.advance(seconds=1)
    housekeeping.write_contacts(service.context, service.now)
    assert seen(service)[0][1] > first


def seen(service: Service) -> list[tuple[Any, ...]]:
    with service.context.transaction() as session:
        return [
            tuple(row)
            for row in session.exec_driver_sql("SELECT office, seen_at FROM service.office_contact")
        ]


def test_two_changes_at_once(service: Service) -> None:
    """One is made; the other reads that it has been."""
    active(service)
    outcomes: list[str] = []

    def suspend(context: Context) -> None:
        try:
            with context.transaction() as session:
                life.change_state(session, None, OFFICE, State.SUSPENDED, "Lũ về", service.now)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=suspend, args=(service.context,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["StateUnchanged"] * 7 + ["done"]


def test_a_shift_cannot_open_while_the_office_is_suspended(service: Service) -> None:
    """An opening waits for a change that is under way, and then reads it."""
    clerk = service.clerk(shift=False)
    answers: list[str] = []
    with service.context.transaction() as session:
        life.change_state(session, None, OFFICE, State.SUSPENDED, "Lũ về", service.now)
        opening = threading.Thread(target=lambda: answers.append(slug_of(clerk.open())))
        opening.start()
        opening.join(timeout=0.5)
        assert answers == []
    opening.join()
    assert answers == ["office-not-active"]


CHANGE = (
    "INSERT INTO service.office_change"
    " VALUES (gen_random_uuid(), '{office}', 0, '{was}', '{to}', 'by hand', NULL, now())"
)
BY_HAND = [
    f"UPDATE service.office SET state = 'closed' WHERE code = '{OFFICE}'",
    CHANGE.format(office=OFFICE, was="active", to="closed"),
    CHANGE.format(office=OFFICE, was="planned", to="ready"),
    CHANGE.format(office="05974-1", was="planned", to="ready"),
    CHANGE.format(office="05974-1", was="planned", to="active"),
    CHANGE.format(office="no-such", was="planned", to="closed"),
    "UPDATE service.office_change SET reason = 'another'",
    "DELETE FROM service.office_check",
    "TRUNCATE service.office_hours",
    (
        "INSERT INTO service.office (code, name, searchable, state, line)"
        f" SELECT '09999-1', name, searchable, 'active', line FROM service.office WHERE code = '{OFFICE}'"
    ),
    (
        f"INSERT INTO service.office_hours VALUES (gen_random_uuid(), '{OFFICE}',"
        " ARRAY['08:00-07:00', '', '', '', '', '', ''], NULL, now())"
    ),
    f"INSERT INTO service.office_hours VALUES (gen_random_uuid(), '{OFFICE}', ARRAY['', ''], NULL, now())",
    (
        f"INSERT INTO service.office_day_hours VALUES (gen_random_uuid(), '{OFFICE}', '2026-12-01',"
        " '08:00-09:00 ', 'by hand', NULL, now())"
    ),
    (
        "INSERT INTO service.shift (id, office, drawer, clerk_id, opened_at, opening_counts, opening_total,"
        " opening_over_short) VALUES (gen_random_uuid(), '05974-1', 1, gen_random_uuid(), now(), '{}', 0, 0)"
    ),
]


@pytest.mark.parametrize("statement", BY_HAND)
def test_the_database_refuses_a_hand_at_psql(service: Service, database: Database, statement: str) -> None:
    """Whatever the program believes, and whoever asks: here the owner."""
    active(service)
    do(service, life.set_line, OFFICE, Line.WEAK)
    with pytest.raises(exc.DBAPIError), database.owner.begin() as session:
        session.exec_driver_sql(statement)


@pytest.mark.parametrize("left", ["shift", "cash"])
def test_the_database_closes_no_office_that_is_not_empty(
    service: Service, database: Database, left: str
) -> None:
    """Its own look, not the program's."""
    service.clerk(shift=left == "shift")
    change(service, State.SUSPENDED)
    close = CHANGE.format(office=OFFICE, was="suspended", to="closed")
    why = "a shift is open" if left == "shift" else "cash is there"
    with pytest.raises(exc.DBAPIError, match=why), database.owner.begin() as session:
        session.exec_driver_sql(close)


def test_the_database_takes_what_is_right(service: Service, database: Database) -> None:
    """The same statements pass where the rules are kept: the refusals above are for their reasons."""
    active(service)
    with database.owner.begin() as session:
        session.exec_driver_sql(CHANGE.format(office=OFFICE, was="active", to="suspended"))
        session.exec_driver_sql(CHANGE.format(office=OFFICE, was="suspended", to="closed"))
        session.exec_driver_sql(
            f"INSERT INTO service.office_hours VALUES (gen_random_uuid(), '{OFFICE}',"
            " ARRAY['08:00-11:30 13:00-24:00', '', '', '', '', '', ''], NULL, now())"
        )
