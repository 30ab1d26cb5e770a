"""Whether this process's clock goes with the database's.

Deadlines, leases and business dates are judged by the clock of whichever process is asked, so all must agree; the
database is what they have in common. A process compares at its start, every minute, whenever its clock has jumped, and
when somebody asks for `/readyz`. A little off is an alarm; far off, it moves no money.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, Engine, text

from atm_service.platform import metrics
from atm_service.platform.refusals import ClockWrong

ALARM: Final = timedelta(seconds=2)
STOP: Final = timedelta(seconds=30)
"""Two processes may so be a minute apart, which `ledger/controls/holds-end-right.sql` allows, and some more."""
EVERY: Final = timedelta(minutes=1)
RETRY_AFTER_S: Final = 10

log = structlog.get_logger("clock")

_NOW: Final = text("SELECT clock_timestamp()")


def database_time(session: Connection) -> datetime:
    """Read the database's clock."""
    read: datetime = session.execute(_NOW).scalar_one()
    return read


def apart(before: datetime, theirs: datetime, after: datetime) -> timedelta:
    """Tell by how much ours is certainly ahead (negative: behind), theirs having been read between two of ours."""
    if theirs < before:
        return before - theirs
    return min(after - theirs, timedelta(0))


class Clocks:
    """What this process knows of its clock. `theirs` reads the database's, `steady` counts seconds whatever is set."""

    def __init__(
        self,
        theirs: Callable[[Connection], datetime] | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._theirs, self._steady = theirs or database_time, steady
        self._lock = threading.Lock()
        self._looked: tuple[datetime, float] | None = None
        self.off = timedelta(0)

    @property
    def is_right(self) -> bool:
        """Whether nobody need be alarmed."""
        return abs(self.off) <= ALARM

    def look(self, engine: Engine, clock: Callable[[], datetime]) -> timedelta:
        """Compare with the database's clock, and say so where they differ."""
        with engine.connect() as session:
            session.execute(
                _NOW
            )  # the connection is there and warm: its making is no part of what is measured
            before = clock()
            theirs = self._theirs(session)
            after = clock()
        with self._lock:
            self.off, self._looked = apart(before, theirs, after), (after, self._steady())
        metrics.CLOCK_OFF.set(self.off.total_seconds())
        if not self.is_right:
            log.error("clock wrong", off_s=self.off.total_seconds(), serves_money=abs(self.off) <= STOP)
        return self.off

    def is_due(self, now: datetime) -> bool:
        """Whether to look again: a minute has gone, or the clock went otherwise than time does."""
        if self._looked is None:
            return True
        at, steady = self._looked
        gone = timedelta(seconds=self._steady() - steady)
        return gone >= EVERY or abs(now - at - gone) > ALARM

    def refuse_wrong(self, now: datetime) -> None:
        """Raise `ClockWrong` where no money may be moved: the clock is far off, or has jumped so far since the look."""
        with self._lock:
            off, looked = self.off, self._looked
        if looked is None:
            return
        at, steady = looked
        jumped = now - at - timedelta(seconds=self._steady() - steady)
        if abs(off + jumped) > STOP:
            raise ClockWrong(retry_after_s=RETRY_AFTER_S)
