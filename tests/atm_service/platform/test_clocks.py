"""A process whose clock is not the database's: alarmed when a little off, moving no money when far off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response

from atm_service.platform import clocks, metrics
from atm_service.platform.clocks import Clocks
from atm_service.platform.context import Context
from atm_service.run import housekeeping
from tests.atm_service.world import START, Clock, Service
from tests.database import Database

S = timedelta(seconds=1)


def service_off(context: Context, clock: Clock, off_s: float) -> Service:
    """Give a service whose clock is so much ahead of the database's."""
    skewed = Clocks(lambda _: clock.now - off_s * S, clock.steady)
    return Service(replace(context, clocks=skewed), clock)


def told(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "").rpartition(":")[2]


@pytest.mark.parametrize(
    ("theirs", "off"), [(-3 * S, 3 * S), (0 * S, 0 * S), (2 * S, 0 * S), (5 * S, -3 * S), (-1 * S, 1 * S)]
)
def test_only_what_is_certain_counts(theirs: timedelta, off: timedelta) -> None:
    """A slow answer makes no clock wrong: what lies between our two readings may be right."""
    assert clocks.apart(START, START + theirs, START + 2 * S) == off


def test_the_databases_clock_is_read(database: Database) -> None:
    """On one machine the two are one."""
    assert abs(Clocks().look(database.app, lambda: datetime.now(UTC))) < clocks.ALARM  # noqa: TID251


@pytest.mark.parametrize("off_s", [-2.5, 2.5, 30, -30])
def test_a_little_off_is_an_alarm_and_serves(context: Context, clock: Clock, off_s: float) -> None:
    """Readiness and the metric say so; customers notice nothing."""
    service = service_off(context, clock, off_s)
    ready = service.client.get("/readyz").json()
    assert ready["clock"] == {"right": False, "off_s": off_s}
    assert metrics.scrape().decode().count(f"soft_atm_clock_off_seconds {float(off_s)}") == 1
    assert service.customer().authorise().status_code == 201


@pytest.mark.parametrize("off_s", [-30.1, 30.1])
def test_far_off_no_money_is_moved(context: Context, clock: Clock, off_s: float) -> None:
    """It says why, can be looked at, and serves again when its clock is right."""
    customer = service_off(context, clock, 0).customer()
    wrong = service_off(context, clock, off_s)
    customer.client = wrong.client
    assert told(wrong.client.get("/readyz")) == (503, "clock-wrong")
    assert told(customer.authorise(key="k")) == (503, "clock-wrong")
    assert customer.account()["available"] == 5_000_000
    customer.client = service_off(context, clock, 0).client
    assert customer.authorise(key="k").status_code == 201


def test_a_jump_stops_money_until_the_clocks_were_compared(context: Context, clock: Clock) -> None:
    """Whoever sets the clock by an hour is noticed by the next request, and by the next round of housekeeping."""
    steady = clock.now.timestamp()
    service = Service(replace(context, clocks=Clocks(lambda _: clock.now, lambda: steady)), clock)
    customer = service.customer()
    assert service.client.get("/readyz").status_code == 200
    clock.advance(seconds=30)
    assert customer.authorise().status_code == 201
    assert service.context.clocks.is_due(clock.now)
    clock.advance(seconds=5)
    assert told(customer.authorise()) == (503, "clock-wrong")
    housekeeping.compare_clocks(service.context)
    assert customer.authorise().status_code == 201
    assert not service.context.clocks.is_due(clock.now)


def test_it_is_looked_at_every_minute(context: Context, clock: Clock) -> None:
    """Before the first look, and a minute after each."""
    known = context.clocks
    assert known.is_due(clock.now)
    known.look(context.engine, clock)
    clock.advance(seconds=59)
    assert not known.is_due(clock.now)
    clock.advance(seconds=1)
    assert known.is_due(clock.now)
