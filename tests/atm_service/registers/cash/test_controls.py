"""The controls of cash hold after a day of it, and each finds what was changed behind the service's back."""

from typing import Final

import pytest

from tests.atm_service.control.audit.days import broken_now, missed
from tests.atm_service.registers.cash.plants import PLANTS
from tests.atm_service.world import OFFICE, Clerk, Service
from tests.database import Database

BAG: Final = {"500000": 100}
AMOUNT: Final = 50_000_000
LARGE: Final = 500_000_000  # above it, two people


def worked(service: Service) -> None:
    """Let an office have every kind of cash there is: moves, deliveries in every state, counts that differ."""
    # The day finds, and one supervisor orders, more than one person may alone.
    service.change_approval(count_above=10_000_000, delivery_above=LARGE)
    clerk, boss, other = service.clerk(), service.staff("supervisor"), service.staff("supervisor")

    def order(direction: str = "to-office", amount: int = AMOUNT) -> str:
        body = {"office": OFFICE, "direction": direction, "amount": amount}
        return str(boss.post("/staff/v1/deliveries", body).json()["id"])

    def sent() -> str:
        id = order()
        assert boss.post(f"/staff/v1/deliveries/{id}/send", {"counts": BAG}).status_code == 200
        return id

    def receive(who: Clerk, id: str, notes: int) -> None:
        for _ in range(2):
            who.post(f"/counter/v1/cash/deliveries/{id}/receive", {"counts": {"500000": notes}})

    receive(clerk, sent(), 100)
    receive(clerk, sent(), 99)
    explained = sent()
    receive(clerk, explained, 101)
    other.post(f"/staff/v1/deliveries/{explained}/explain", {"reason": "One note too many"})
    sent()
    turned = sent()
    boss.post(f"/staff/v1/deliveries/{turned}/cancel", {"reason": "Flood on the road"})
    back = order("to-area")
    assert clerk.post(f"/counter/v1/cash/deliveries/{back}/send", {"counts": BAG}).status_code == 200
    for _ in range(2):
        boss.post(f"/staff/v1/deliveries/{back}/receive", {"counts": {"500000": 98}})
    large = order(amount=LARGE)
    assert other.post(f"/staff/v1/deliveries/{large}/send", {"counts": {"500000": 1000}}).status_code == 200
    order()
    assert clerk.post("/counter/v1/cash/moves", {"to": "drawer", "counts": {"500000": 3}}).status_code == 201
    for _ in range(2):
        clerk.post("/counter/v1/cash/vault/count", {"counts": {"500000": 195}})
    for partner, given, taken in (
        ("customer", {"10000": 50}, {"500000": 1}),
        ("vault", {"500000": 1}, {"10000": 50}),
    ):
        body = {"partner": partner, "given": given, "taken": taken}
        clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"10000": 50}})
        assert clerk.post("/counter/v1/cash/exchanges", body).status_code == 201
    customer = service.customer()
    assert clerk.serve(customer, customer.code(500_000)).status_code == 201
    for _ in range(2):
        clerk.post("/counter/v1/shifts/current/count", {"counts": {"500000": 199, "10000": 49}})
    service.clock.advance(minutes=1)
    clerk.close_twice({"500000": 200})
    service.clock.advance(minutes=1)
    assert clerk.open_twice({"500000": 199}).status_code == 201


def test_all_controls_hold_after_a_day_of_cash(service: Service) -> None:
    """Everything that cash can go through is in order for every control there is."""
    worked(service)
    assert broken_now(service) == {}


def test_every_plant_is_found(service: Service, database: Database) -> None:
    """Whatever is changed behind the service's back breaks the control that is there for it."""
    worked(service)
    assert missed(database, service, PLANTS) == []


@pytest.mark.parametrize("table", ["cash_count", "opening_break", "take_over", "note_movement"])
def test_facts_are_never_changed(database: Database, table: str) -> None:
    """Not by the service, not by the owner."""
    with database.owner.connect() as session, pytest.raises(Exception, match="never changed or deleted"):
        session.exec_driver_sql(f"DELETE FROM service.{table}")
