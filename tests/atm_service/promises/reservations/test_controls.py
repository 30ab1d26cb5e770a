"""The controls of reservations: they hold after appointments of every kind, and find what is planted."""

from atm_service.promises.reservations import watching
from atm_service.registers.offices import life
from atm_service.registers.offices.domain import State
from tests.atm_service.control.audit.days import broken_now, missed, topped_up
from tests.atm_service.promises.reservations.plants import PLANTS
from tests.atm_service.promises.reservations.test_reserving import TOMORROW, booked
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Service
from tests.database import Database


def appointments(service: Service) -> None:
    """One missed, one broken, one paid, one cancelled, one moved, two that stand, and a journey's code."""
    here = service.clerk()
    service.clerk(OTHER_OFFICE)
    first, second, third = (topped_up(service) for _ in range(3))
    booked(first)
    service.clock.advance(days=1)
    first, second, third = (service.again(one) for one in (first, second, third))
    here = service.again(here)
    assert watching.miss(service.context, service.now) == 1
    booked(second, office=OTHER_OFFICE, day="2026-11-18")
    with service.context.transaction() as session:
        life.change_state(session, None, OTHER_OFFICE, State.SUSPENDED, "Mất điện", service.now)
    assert watching.break_what_does_not_stand(service.context, service.now) == 1
    with service.context.transaction() as session:
        life.change_state(session, None, OTHER_OFFICE, State.ACTIVE, "Có điện lại", service.now)
    assert here.serve(third, booked(third, 3_000_000)).status_code == 201
    assert third.cancel(booked(third, 1_000_000)["id"]).status_code == 200
    moved = booked(third, 500_000, office=OTHER_OFFICE)["id"]
    assert third.post(f"/wallet/v1/withdrawals/{moved}/move", {"office": OFFICE}).status_code == 200
    booked(third, 700_000, day="2026-11-19")
    first.code(600_000)


def test_all_controls_hold_after_appointments_of_every_kind(service: Service) -> None:
    """Missed, broken, paid, cancelled, moved and standing."""
    assert str(TOMORROW) == "2026-11-17"
    appointments(service)
    assert broken_now(service) == {}


def test_every_plant_is_found(service: Service, database: Database) -> None:
    """Whatever is changed behind the service's back breaks the control that is there for it."""
    appointments(service)
    assert missed(database, service, PLANTS) == []
