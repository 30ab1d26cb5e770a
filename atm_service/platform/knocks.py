"""What strangers tried and were refused, summed: rows of the trail that nobody can multiply by trying.

Kept in this process's memory and written down by its housekeeping once a minute, so many different ones at most and the
rest as one. A process that dies forgets a minute at most; the counts that shut a door are in the database at once.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from atm_service.platform import trail
from atm_service.platform.trail import Deed

WRITE_EVERY: Final = timedelta(minutes=1)
DIFFERENT_MAX: Final = 50


@dataclass(frozen=True)
class Knock:
    """One refused try: at which door, why, by which name (a keyed hash), from where (an address cut short)."""

    action: str
    refusal: str
    name: str | None
    address: str | None


_OTHERS: Final = Knock("others", "others", None, None)


class Knocks:
    """How often each was tried since it was last written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: Counter[Knock] = Counter()
        self._written: datetime | None = None

    def note(self, knock: Knock) -> None:
        """Count a try."""
        with self._lock:
            full = knock not in self._times and len(self._times) >= DIFFERENT_MAX
            self._times[_OTHERS if full else knock] += 1

    def due(self, now: datetime, *, at_once: bool = False) -> Counter[Knock]:
        """Take out what is to be written now."""
        with self._lock:
            if not at_once and self._written is not None and now - self._written < WRITE_EVERY:
                return Counter()
            due, self._times, self._written = self._times, Counter(), now
            return due


def write(session: Connection, due: Counter[Knock], now: datetime) -> None:
    """Write the sums into the trail."""
    trail.record_each(
        session,
        now,
        [
            Deed(
                knock.action,
                None,
                None,
                {
                    "refusal": knock.refusal,
                    "name": knock.name,
                    "address": knock.address,
                    "times": times,
                },
            )
            for knock, times in due.items()
        ],
    )
