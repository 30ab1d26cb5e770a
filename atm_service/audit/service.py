"""The use cases of the audit. They only read, and run inside one snapshot of the database."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import BinaryIO, Final
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, Engine, text

import ledger
from atm_service import calendar, metrics
from atm_service.audit import exports, reconciliation_store, sql, store
from atm_service.audit.exports import Format
from atm_service.audit.reconciliation import OfficeDay, reconcile
from atm_service.audit.reconciliation_store import Day
from atm_service.context import Context
from atm_service.limits.policy import AMOUNT_MAX, Policy
from atm_service.offices.errors import OfficeUnknown
from atm_service.refusals import Unavailable
from ledger import controls as ledger_controls
from ledger import reading
from ledger.controls import EXAMPLES_MAX, Control
from ledger.reading import DatedBalance

AT_ONCE: Final = 2  # exports and runs of the controls in one process: each keeps a connection and reads much
RETRY_S: Final = 30
CHECK_EVERY: Final = timedelta(minutes=5)
REST_AFTER_CHECK: Final = 20  # the controls rest so many times as long as they took
HOUSEKEEPING_GRACE: Final = timedelta(minutes=10)

log = structlog.get_logger("audit")

_turns: Final = threading.BoundedSemaphore(AT_ONCE)
_next_check: Final[WeakKeyDictionary[Engine, datetime]] = WeakKeyDictionary()


def trial_balance(session: Connection, as_of: date) -> list[DatedBalance]:
    """Give the totals of every account that moved until `as_of`, by code."""
    return [account for account in reading.trial_balance(session, as_of) if account.debits or account.credits]


def reconcile_office(session: Connection, policy: Policy, code: str, day: date, now: datetime) -> OfficeDay:
    """Put one office's day together. Raises `OfficeUnknown`."""
    days = reconcile(reconciliation_store.facts(session, _day(policy, day, now), code))
    if not days:
        raise OfficeUnknown
    return days[0]


def reconcile_all(session: Connection, policy: Policy, day: date, now: datetime) -> list[OfficeDay]:
    """Put the day together of every office where something happened, or does not agree, by code."""
    days = reconcile(reconciliation_store.facts(session, _day(policy, day, now), None))
    return [office for office in days if office.is_active]


def _day(policy: Policy, day: date, now: datetime) -> Day:
    return Day(day, now, oldest=policy.withdrawal.longest_lifetime)


def controls(session: Connection, policy: Policy, now: datetime) -> list[Control]:
    """Run every control of the ledger and of the service over everything that is recorded."""
    return ledger_controls.run(session) + _service_controls(session, policy, now)


def _service_controls(session: Connection, policy: Policy, now: datetime) -> list[Control]:
    today = ledger.business_date(now)
    last_month = today.replace(day=1) - timedelta(days=1)
    parameters = {
        "customer_day": policy.customer.per_day,
        "customer_month": policy.customer.per_month or AMOUNT_MAX,
        "office_day": policy.office.per_day,
        "office_month": policy.office.per_month,
        "last_month": calendar.month_start(last_month),
        "overdue": now - policy.withdrawal.lease - HOUSEKEEPING_GRACE,
    }
    found = []
    for name, query in sql.controls().items():
        # The query is one of the package's own files.
        counted = (
            f"SELECT count(*), (array_agg(detail ORDER BY detail))[1:{EXAMPLES_MAX}] FROM ({query}) AS b"  # noqa: S608
        )
        wanted = {key: value for key, value in parameters.items() if f":{key}" in query}
        breaks, examples = session.execute(text(counted), wanted).one()
        found.append(Control(name, int(breaks), tuple(examples or ())))
    return found


@contextmanager
def turn() -> Iterator[None]:
    """Wait for nobody: raise `Unavailable` when as many are reading much in this process as may."""
    if not _turns.acquire(blocking=False):
        raise Unavailable(retry_after_s=RETRY_S)
    try:
        yield
    finally:
        _turns.release()


def watch(context: Context, now: datetime) -> int:
    """Run the controls when it is time again, for housekeeping; give how many were run.

    Each broken one is logged and set in the metric `soft_atm_broken_controls`.
    """
    if now < _next_check.get(context.engine, now):
        return 0
    _next_check[context.engine] = now + CHECK_EVERY  # if this run fails, too
    started = time.perf_counter()
    with store.snapshot(context.engine) as session:
        found = controls(session, context.policy, now)
    took = timedelta(seconds=time.perf_counter() - started)
    _next_check[context.engine] = now + max(CHECK_EVERY, took * REST_AFTER_CHECK)
    for control in found:
        metrics.BROKEN_CONTROLS.labels(control.name).set(control.breaks)
        if not control.holds:
            log.error("control broken", control=control.name, breaks=control.breaks)
    return len(found)


def journal(engine: Engine, first: date, last: date, format_: Format) -> Generator[bytes, None, None]:
    """Write the journal of a period, piece by piece, in a snapshot of its own that ends with the last piece.

    Raises `Unavailable` at the first piece when too many are being written.
    """
    with turn(), store.snapshot(engine) as session:
        yield from exports.chunks(store.extract(session, first, last), format_)


def write_journal(engine: Engine, first: date, last: date, format_: Format, file: BinaryIO) -> int:
    """Write the journal of a period into a file; give how many bytes that were."""
    return sum(file.write(piece) for piece in journal(engine, first, last, format_))
