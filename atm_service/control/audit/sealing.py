"""Sealing the journal, for housekeeping and for the command line."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from atm_service.platform import metrics
from atm_service.platform.context import Context
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import VerifyingKey
from ledger import seals
from ledger.seals import LEAVES_MAX
from ledger.seals.reading import Key
from ledger.seals.waiting import FIRST

ROUND_MAX: Final = 20_000
"""How many rows one round of housekeeping seals at most, so that its other tasks do not wait."""
STRETCH: Final = 5_000
"""How many rows of each kind are looked through at once: in a round some ten milliseconds."""

OVERLAP: Final = timedelta(minutes=2)
"""How far behind the front of what is sealed a round looks, for transactions that commit late."""

SEALED_WITHIN: Final = timedelta(minutes=5)
"""Something is wrong with sealing when a row waits for longer; verification reports such a row, too."""

# Where each process goes on looking through the whole journal for what came later still.
_looking: Final[WeakKeyDictionary[Engine, UUID]] = WeakKeyDictionary()


def seal_due(context: Context, now: datetime) -> int:
    """Seal what is not sealed yet, for housekeeping; give how many rows that were.

    A round seals what is new since the last seals, oldest first, and looks through the next stretch of the whole
    journal for what they passed over. However long the journal and however much waits, it does about the same work.
    """
    with context.transaction() as session:
        found = seals.unsealed(session, ROUND_MAX, seals.front(session) - OVERLAP)
    return _seal(context, found, now) + _look_through(context, now)


def _look_through(context: Context, now: datetime) -> int:
    with context.transaction() as session:
        late, following = seals.stretch(session, STRETCH, _looking.get(context.engine, FIRST))
    sealed = _seal(context, late, now)
    if sealed == len(late):  # not so when another process was at it: look there again
        _looking[context.engine] = following or FIRST
    return sealed


def seal_all(context: Context, now: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """Seal everything that is not sealed when this begins, and wait for whoever else seals; give how many rows.

    `progress` is told after each seal how many rows it has.
    """
    total = 0
    first: UUID | None = FIRST
    while first is not None and not context.stopping.is_set():
        with context.transaction() as session:
            found, first = seals.stretch(session, STRETCH, first)
        total += _seal(context, found, now, progress, wait=True)
    return total


def _seal(
    context: Context,
    found: list[Key],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    *,
    wait: bool = False,
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
            made = seals.seal(session, run, key.private.sign, key.kid, now, wait=wait)
        if made is not None:
            sealed += made.leaves
            progress(made.leaves)
    return sealed


def unsealed_for(session: Connection, now: datetime) -> timedelta:
    """Tell for how long the oldest row without a seal has been waiting; sets the metric. Cheap at any time.

    Looks from shortly before the front of what is sealed: what is older and came late is left to looking through.
    """
    oldest = seals.oldest_unsealed(session, OVERLAP)
    waiting = timedelta(0) if oldest is None else max(timedelta(0), now - oldest)
    metrics.UNSEALED_SECONDS.set(waiting.total_seconds())
    return waiting


def verifying_keys(context: Context, session: Connection) -> list[VerifyingKey]:
    """Give the public keys of all seals: a retired one still verifies what it signed."""
    return key_store.load_all(session, context.cipher, "seal")
