"""The use cases of the audit. They only read, and run inside one snapshot of the database."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import BinaryIO, Final

from sqlalchemy import Connection, Engine

from atm_service.control.audit import exports, reconciliation_store, store, watching
from atm_service.control.audit.exports import Format
from atm_service.control.audit.reconciliation import OfficeDay, reconcile
from atm_service.control.audit.reconciliation_store import Day
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import Unavailable
from atm_service.registers.offices.errors import OfficeUnknown
from ledger import reading
from ledger.controls import Control
from ledger.reading import DatedBalance

AT_ONCE: Final = 2  # exports and runs of the controls in one process: each keeps a connection and reads much
RETRY_S: Final = 30

_turns: Final = threading.BoundedSemaphore(AT_ONCE)


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
    return watching.controls(session, policy, now)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for nobody: raise `Unavailable` when as many are reading much in this process as may."""
    if not _turns.acquire(blocking=False):
        raise Unavailable(retry_after_s=RETRY_S)
    try:
        yield
    finally:
        _turns.release()


def journal(engine: Engine, first: date, last: date, format_: Format) -> Generator[bytes, None, None]:
    """Write the journal of a period, piece by piece, in a snapshot of its own that ends with the last piece.

    Raises `Unavailable` at the first piece when too many are being written.
    """
    with turn(), store.snapshot(engine) as session:
        yield from exports.chunks(store.extract(session, first, last), format_)


def write_journal(engine: Engine, first: date, last: date, format_: Format, file: BinaryIO) -> int:
    """Write the journal of a period into a file; give how many bytes that were."""
    return sum(file.write(piece) for piece in journal(engine, first, last, format_))
