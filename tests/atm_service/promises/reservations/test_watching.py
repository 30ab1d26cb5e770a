"""Offices that cannot keep their word: who is told what, and when, over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import exc

from atm_service.promises.reservations import watching
from atm_service.registers.offices import life
from atm_service.registers.offices.domain import State
from atm_service.run import housekeeping
from tests.atm_service.payout.test_wallet import slug
from tests.atm_service.promises.reservations.test_moving import move
from tests.atm_service.promises.reservations.test_reserving import TODAY, TOMORROW, booked, reserved
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Customer, Service
from tests.database import Database

FAR_OFFICE = "06184-1"


def suspend(service: Service, office: str = OFFICE) -> None:
    with service.context.transaction() as session:
        life.change_state(session, None, office, State.SUSPENDED, "Mất điện", service.now)


def watch(service: Service) -> int:
    return watching.break_what_does_not_stand(service.context, service.now)


def told(customer: Customer) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = customer.get("/wallet/v1/notices").json()["items"]
    return items


def test_a_suspended_office_tells_before_the_journey_and_proposes_the_nearest(service: Service) -> None:
    """Broken, told once with the reason, given three more days, and moved only when the customer says so."""
    service.clerk()
    service.clerk(FAR_OFFICE)
    there, customer = service.clerk(OTHER_OFFICE), service.customer()
    code = booked(customer, day=str(TOMORROW))
    suspend(service)
    service.clock.advance(hours=1)
    customer = service.again(customer)
    housekeeping.round_(service.context, service.now)
    assert watch(service) == 0
    broken = customer.look(code["id"])
    assert (broken["reservation"], broken["office"], reserved(service)) == ("broken", OFFICE, {})
    lives_until = (service.now + timedelta(hours=72)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert broken["expires_at"] == lives_until
    (notice,) = told(customer)
    assert (notice["kind"], notice["why"], notice["read_at"]) == ("reservation-broken", "not-active", None)
    assert (notice["place"]["office"], notice["place"]["day"]) == (OFFICE, str(TOMORROW))
    assert (notice["amount"], notice["expires_at"]) == (2_000_000, lives_until)
    assert (notice["proposed"]["office"], notice["proposed"]["day"]) == (OTHER_OFFICE, str(TOMORROW))
    proposed = notice["proposed"]
    moved = move(customer, code["id"], proposed["office"], day=proposed["day"])
    assert moved.status_code == 200
    assert told(customer)[0]["read_at"] is not None
    service.clock.advance(days=1)
    there, customer = service.again(there), service.again(customer)
    assert there.serve(customer, moved.json()).status_code == 201


def test_cash_that_is_short_breaks_the_youngest(service: Service) -> None:
    """A count that finds too little: the older promise stands, the younger is told."""
    clerk = service.clerk(cash=4_000_000)
    older, younger = service.customer(), service.customer()
    kept = booked(older)
    service.clock.advance(seconds=1)
    lost = booked(younger)
    assert watch(service) == 0
    assert clerk.close_twice({"10000": 399}).status_code == 200
    assert watch(service) == 1
    assert older.look(kept["id"])["reservation"] == "standing"
    assert younger.look(lost["id"])["reservation"] == "broken"
    assert [notice["why"] for notice in told(younger)] == ["cash"]
    assert told(older) == []


def test_no_office_is_proposed_beyond_its_cash(service: Service) -> None:
    """Two customers, one near office with cash for one: the second is sent further."""
    service.clerk()
    service.clerk(OTHER_OFFICE, cash=3_000_000)
    service.clerk(FAR_OFFICE)
    customers = [service.customer() for _ in range(2)]
    for customer in customers:
        booked(customer)
    suspend(service)
    assert watch(service) == 2
    proposed = {told(customer)[0]["proposed"]["office"] for customer in customers}
    assert proposed == {OTHER_OFFICE, FAR_OFFICE}


def test_where_nobody_can_pay_nothing_is_proposed(service: Service) -> None:
    """The notice says so; an office where nobody is on shift today can be proposed for tomorrow."""
    service.clerk()
    first, second = service.customer(), service.customer()
    booked(first)
    suspend(service)
    assert watch(service) == 1
    assert told(first)[0]["proposed"] is None
    service.clerk(FAR_OFFICE)
    service.clerk(OTHER_OFFICE, shift=False)
    booked(second, office=FAR_OFFICE)
    suspend(service, FAR_OFFICE)
    assert watch(service) == 1
    proposed = told(second)[0]["proposed"]
    assert (proposed["office"], proposed["day"]) == (OTHER_OFFICE, str(TOMORROW))


def test_who_is_at_the_counter_is_not_told(service: Service) -> None:
    """While a clerk pays, the reservation stands; it breaks when the clerk has let go."""
    clerk, customer = service.clerk(cash=2_000_000), service.customer()
    code = booked(customer)
    clerk.present(code["code"])
    suspend(service)
    assert watch(service) == 0
    service.clock.advance(minutes=5)
    assert watch(service) == 1


def test_a_broken_one_may_still_be_paid_if_there_is_cash(service: Service) -> None:
    """The office has opened again: the customer who came all the same is not sent away."""
    clerk, customer = service.clerk(), service.customer()
    code = booked(customer)
    suspend(service)
    watch(service)
    with service.context.transaction() as session:
        life.change_state(session, None, OFFICE, State.ACTIVE, "Có điện lại", service.now)
    assert clerk.serve(customer, customer.look(code["id"])).status_code == 201


def test_a_missed_day_is_told_and_can_be_moved(service: Service) -> None:
    """The cash is free for others at midnight; the code lives on and finds another day."""
    service.clerk(cash=2_000_000)
    customer = service.customer()
    code = booked(customer)
    service.clock.advance(days=1)
    customer = service.again(customer)
    booked(service.customer(), day="2026-11-18")
    assert (watching.miss(service.context, service.now), watching.miss(service.context, service.now)) == (
        1,
        0,
    )
    assert (customer.look(code["id"])["reservation"], told(customer)[0]["kind"]) == (
        "missed",
        "reservation-missed",
    )
    assert slug(move(customer, code["id"], OFFICE)) == "cannot-reserve"
    service.clerk(OTHER_OFFICE)
    assert move(customer, code["id"]).json()["reservation"] == "standing"


def test_the_life_is_extended_once_at_most(service: Service) -> None:
    """Broken again and again, a code lives no longer than three days past its first end; its hold does as well."""
    for office in (OFFICE, OTHER_OFFICE, FAR_OFFICE):
        service.clerk(office)
    customer = service.customer()
    code = booked(customer, day="2026-11-18")
    ends = []
    for office, days in ((OTHER_OFFICE, 2), (FAR_OFFICE, 1), (OFFICE, 1)):
        service.clock.advance(days=days)
        customer = service.again(customer)
        suspend(service, customer.look(code["id"])["office"])
        assert watch(service) == 1
        with service.context.transaction() as session:
            life.activate(session, office, 1, service.now)
        moved = move(customer, code["id"], office, day=str((service.now + timedelta(days=1)).date()))
        assert moved.status_code == 200, moved.text
        ends.append(moved.json()["expires_at"])
    first = service.now - timedelta(days=4)
    assert ends == [(first + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (5, 6, 6)]


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = expires_at - interval '1 s'",
        "expires_at = expires_at + interval '3 days 6 min'",
    ],
)
def test_the_database_guards_the_life(service: Service, database: Database, change: str) -> None:
    """Never shortened, and never past the hold, whoever asks."""
    service.clerk()
    booked(service.customer())
    with database.owner.connect() as session, pytest.raises(exc.IntegrityError, match="out of its bounds"):
        session.exec_driver_sql(f"UPDATE service.withdrawal SET {change}")


def test_the_database_moves_only_appointments(service: Service, database: Database) -> None:
    """A journey's code stays where it is."""
    service.clerk()
    service.customer().code()
    with database.owner.connect() as session, pytest.raises(exc.IntegrityError, match="no appointment"):
        session.exec_driver_sql(f"UPDATE service.withdrawal SET office = '{OFFICE}'")


def test_notices_are_the_customers_own(service: Service) -> None:
    """Marked as read once, by nobody else; a list of pages."""
    service.clerk()
    customer, stranger = service.customer(), service.customer()
    for _ in range(2):
        booked(customer, 50_000)
    suspend(service)
    watch(service)
    first = customer.get("/wallet/v1/notices", limit=1).json()
    second = customer.get("/wallet/v1/notices", limit=1, cursor=first["next_cursor"]).json()
    assert second["next_cursor"] is None
    id = first["items"][0]["id"]
    assert second["items"][0]["id"] < id
    assert told(stranger) == []
    assert slug(stranger.post(f"/wallet/v1/notices/{id}/read")) == "not-found"
    assert slug(customer.post(f"/wallet/v1/notices/{uuid4()}/read")) == "not-found"
    assert [customer.post(f"/wallet/v1/notices/{id}/read").status_code for _ in range(2)] == [204, 204]
    assert told(customer)[0]["read_at"] is not None
    assert told(customer)[1]["read_at"] is None
    assert str(TODAY) == told(customer)[0]["place"]["day"]
