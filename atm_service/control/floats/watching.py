"""Alarms of offices' cash, for housekeeping: counted into a metric, by alarm."""

from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from atm_service.control.floats import service
from atm_service.control.floats.planning import TripAlarm
from atm_service.platform import metrics
from atm_service.platform.context import Context

LOOK_EVERY: Final = timedelta(minutes=15)  # cash moves by hand: nobody drives out for less

_next_look: Final[WeakKeyDictionary[Engine, datetime]] = WeakKeyDictionary()


def watch(context: Context, now: datetime) -> int:
    """Count the offices of each alarm when it is time again; give 0, since nothing is brought to an end by looking."""
    if now < _next_look.get(context.engine, now):
        return 0
    _next_look[context.engine] = now + LOOK_EVERY  # if this look fails, too
    with context.transaction() as session:
        found = service.standings(session, context.policy.float, now)
    raised = [alarm for one in found for alarm in one.position.alarms]
    for alarm in TripAlarm:
        metrics.FLOAT_ALARMS.labels(alarm).set(raised.count(alarm))
    return 0
