"""Sealing the journal, for housekeeping and for the command line."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from atm_service import metrics
from atm_service.context import Context
from atm_service.keys import store as key_store
from atm_service.keys.domain import VerifyingKey
from ledger import seals
from ledger.seals import LEAVES_MAX
from ledger.seals.reading import Key

ROUND_MAX: Final = 20_000
"""How many rows one round of housekeeping seals at most, so that its other tasks do not wait."""
SWEEP_MAX: Final = 200_000
SWEEP_TIMEOUT_MS: Final = 120_000

# A round looks at what was recorded since the round before, and a while further back for transactions that
# commit late. A sweep looks at all rows, for whatever came later still; it rests long enough to cost little.
OVERLAP: Final = timedelta(minutes=2)
SWEEP_EVERY: Final = timedelta(minutes=10)
REST_AFTER_SWEEP: Final = 50


SEALED_WITHIN: Final = timedelta(minutes=5)
"""Something is wrong with sealing when a row waits for longer; verification reports such a row, too."""


@dataclass(slots=True)
class _Progress:
    """Until when all is known to be looked at, and when the next sweep is due."""

    since: datetime
    next_sweep: datetime


_progress: Final[WeakKeyDictionary[Engine, _Progress]] = WeakKeyDictionary()


def seal_due(context: Context, now: datetime) -> int:
    """Seal what is not sealed yet, for housekeeping; give how many rows that were."""
    progress = _progress.get(context.engine)
    if progress is None or now >= progress.next_sweep:
        return _sweep(context, now)
    with context.transaction() as session:
        found = seals.unsealed(session, ROUND_MAX, progress.since - OVERLAP)
    sealed = _seal(context, found, now)
    if sealed == len(found) < ROUND_MAX:  # not so when another process was at it: look there again
        progress.since = now
    return sealed


def _sweep(context: Context, now: datetime) -> int:
    started = time.perf_counter()
    found = _unsealed(context)
    took = timedelta(seconds=time.perf_counter() - started)
    sealed = _seal(context, found, now)
    if sealed == len(found) < SWEEP_MAX:
        rest = max(SWEEP_EVERY, took * REST_AFTER_SWEEP)
        _progress[context.engine] = _Progress(now, now + rest)
    return sealed


def seal_all(context: Context, now: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """Seal everything that is not sealed when this begins; give how many rows that were."""
    total = 0
    while True:
        found = _unsealed(context)
        sealed = _seal(context, found, now, progress)
        total += sealed
        if len(found) < SWEEP_MAX or not sealed:
            return total


def _unsealed(context: Context) -> list[Key]:
    with context.transaction() as session:
        session.exec_driver_sql(f"SET LOCAL statement_timeout = {SWEEP_TIMEOUT_MS}")
        return seals.unsealed(session, SWEEP_MAX)


def _seal(
    context: Context, found: list[Key], now: datetime, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Seal the rows, a transaction for each seal: what is done stays done when the process dies."""
    if not found:
        return 0
    key = context.keys.at(now).signing("seal")
    sealed = 0
    for start in range(0, len(found), LEAVES_MAX):
        if context.stopping.is_set():
            break
        with context.transaction() as session:
            run = found[start : start + LEAVES_MAX]
            made = seals.seal(session, run, key.private.sign, key.kid, now)
        if made is not None:
            sealed += made.leaves
            progress(made.leaves)
    return sealed


def unsealed_for(session: Connection, now: datetime) -> timedelta:
    """Tell for how long the oldest row without a seal has been waiting; sets the metric. Cheap at any time.

    Looks from shortly before the last seal on: what is older and committed late is left to the sweeps.
    """
    oldest = seals.oldest_unsealed(session, OVERLAP)
    waiting = timedelta(0) if oldest is None else max(timedelta(0), now - oldest)
    metrics.UNSEALED_SECONDS.set(waiting.total_seconds())
    return waiting


def verifying_keys(context: Context, session: Connection) -> list[VerifyingKey]:
    """Give the public keys of all seals: a retired one still verifies what it signed."""
    return key_store.load_all(session, context.sealer, "seal")
