"""The controls: over everything when somebody asks, and by housekeeping over what is new since all was right."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, Engine

import ledger
from atm_service.control.audit import sealing, sql, store
from atm_service.platform import calendar, ids, metrics
from atm_service.platform.context import Context
from atm_service.platform.policy import AMOUNT_MAX, Policy
from ledger import controls as ledger_controls
from ledger.controls import Control, New, marks, queries
from ledger.controls.marks import Mark

CHECK_EVERY: Final = timedelta(minutes=5)
REST_AFTER_CHECK: Final = 20  # the controls rest so many times as long as they took
HOUSEKEEPING_GRACE: Final = timedelta(minutes=10)
NEW_MAX: Final = 50_000
"""When more ids than so many are new, looking at everything is the quicker way."""

# What a service wrote together with an entry is found by that entry's seal. For rows that have no entry, the time in
# their id must do; no transaction of ours is open for as long as this.
OVERLAP: Final = timedelta(hours=1)

log = structlog.get_logger("audit")

_next_check: Final[WeakKeyDictionary[Engine, datetime]] = WeakKeyDictionary()
_NEW_IDS: Final = sql.query("new_ids")


@dataclass(frozen=True)
class Span:
    """What a run looked at: what is new since a mark, or everything if `mark` is None."""

    mark: Mark | None = None
    new: New | None = None

    def values(self) -> dict[str, Any]:
        """Give what the service's controls may use besides the ids: from when on rows count that are in no seal."""
        if self.mark is None:
            return {}
        since = (self.mark.sealed_at - OVERLAP).replace(microsecond=0)
        day = ledger.business_date(since)
        start = calendar.day_start(day)
        return {
            "since": since,
            "since_id": ids.first(since),
            "since_day": day,
            "since_day_start": start,
            "since_day_id": ids.first(start),
        }


EVERYTHING: Final = Span()


def since_mark(session: Connection) -> Span:
    """Find what is new since the controls last held; everything, when there is no mark or too much is new."""
    mark = marks.last(session)
    new = None if mark is None else marks.new_since(session, mark, NEW_MAX)
    if mark is None or new is None:
        return EVERYTHING
    span = Span(mark, new)
    wanted = {"first_id": span.values()["since_id"], "limit": NEW_MAX}
    return replace(span, new=replace(new, ids=[*new.ids, *session.execute(_NEW_IDS, wanted).scalars()]))


def controls(session: Connection, policy: Policy, now: datetime, span: Span = EVERYTHING) -> list[Control]:
    """Run every control of the ledger and of the service over a span."""
    values = _values(policy, now) | span.values()
    return ledger_controls.run(session, span.new) + [
        queries.found(session, name, query, values, span.new) for name, query in sql.controls().items()
    ]


def _values(policy: Policy, now: datetime) -> dict[str, Any]:
    today = ledger.business_date(now)
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    start = calendar.day_start(last_month)
    return {
        "customer_day": policy.customer.per_day,
        "customer_month": policy.customer.per_month or AMOUNT_MAX,
        "transfer_day": policy.transfer.per_day,
        "office_day": policy.office.per_day,
        "office_month": policy.office.per_month,
        "delivery_above": policy.approval.delivery_above,
        "count_above": policy.approval.count_above,
        "today": today,
        "last_month": start,
        "last_month_day": last_month,
        "last_month_id": ids.first(start),
        "settled": now - HOUSEKEEPING_GRACE,
        "overdue": now - policy.withdrawal.lease - HOUSEKEEPING_GRACE,
    }


def remember(session: Connection, found: Sequence[Control]) -> bool:
    """Set a mark if all held that look at what is new; the next run then looks on from here.

    While one of them is broken the mark stays, so that every run finds the break again. The others look at everything
    each time and need no mark. The transaction must be the one in which the controls ran, REPEATABLE READ.
    """
    every = {**ledger_controls.CONTROLS, **sql.controls()}
    if all(control.holds for control in found if every[control.name].looks_at_new):
        marks.set_here(session)
        return True
    return False


def watch(context: Context, now: datetime) -> int:
    """Run the controls over what is new when it is time again, for housekeeping; give how many were run.

    Each broken one is logged and set in the metric `soft_atm_broken_controls`.
    """
    if now < _next_check.get(context.engine, now):
        return 0
    _next_check[context.engine] = now + CHECK_EVERY  # if this run fails, too
    started = time.perf_counter()
    with store.snapshot(context.engine, read_only=False) as session:
        found = controls(session, context.policy, now, since_mark(session))
        remember(session, found)
    took = timedelta(seconds=time.perf_counter() - started)
    _next_check[context.engine] = now + max(CHECK_EVERY, took * REST_AFTER_CHECK)
    for control in found:
        metrics.BROKEN_CONTROLS.labels(control.name).set(control.breaks)
        if not control.holds:
            log.error("control broken", control=control.name, breaks=control.breaks)
    return len(found)


def watch_sealing(context: Context, now: datetime) -> int:
    """Look whether sealing keeps up, for housekeeping; give 0, since nothing is brought to an end by looking."""
    with context.transaction() as session:
        waiting = sealing.unsealed_for(session, now)
    if waiting > sealing.SEALED_WITHIN:
        log.error("sealing does not keep up", oldest_s=int(waiting.total_seconds()))
    return 0
