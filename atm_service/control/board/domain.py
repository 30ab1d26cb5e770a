"""What is wrong at an office, and how badly: pure rules over what the board knows of it.

Three marks: *act* (a customer would go away with nothing, or cash is not explained), *look* (somebody should look when
there is time), *well*. An office that has not begun, or is closed, is none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from atm_service.control.floats.domain import Levels
from atm_service.platform.calendar import day_start
from atm_service.platform.contacts import FRESH
from atm_service.registers.offices.domain import Line, State
from ledger import business_date

SETTLES: Final = timedelta(minutes=15)  # after opening, until a shift is missed


class Mark(IntEnum):
    """How badly an office needs somebody; the smallest is first on the board."""

    ACT = 0
    LOOK = 1
    WELL = 2
    REST = 3


class OfficeAlarm(StrEnum):
    """One thing that somebody should know, the worst first."""

    SUSPENDED = "suspended"
    EMPTY = "empty"
    LEFT_OPEN = "left-open"
    COUNT_FAR = "count-far"
    SUSPENSE = "suspense"
    SILENT = "silent"
    NO_LINE = "no-line"
    BELOW_MINIMUM = "below-minimum"
    NOBODY = "nobody"
    OPENING_BREAK = "opening-break"
    OVER_SHORT = "over-short"
    COMPLAINTS = "complaints"
    APPROVALS = "approvals"
    ABOVE_MAXIMUM = "above-maximum"
    WEAK_LINE = "weak-line"


_ACT: Final = frozenset(
    {
        OfficeAlarm.SUSPENDED,
        OfficeAlarm.EMPTY,
        OfficeAlarm.LEFT_OPEN,
        OfficeAlarm.COUNT_FAR,
        OfficeAlarm.SUSPENSE,
        OfficeAlarm.SILENT,
        OfficeAlarm.NO_LINE,
        OfficeAlarm.BELOW_MINIMUM,
    }
)


@dataclass(frozen=True)
class Desk:
    """What the board knows of one office. Cash in đồng, in its vault and drawers.

    `opened_at`: since when its oldest open shift is open. `over_short`: what today's worst count is over, or short
    (negative); `counts_far`: how many of them differ by more than stands without a word, those too that wait for one.
    `unexplained`: deliveries whose difference nobody has explained yet. `complaints`: those that should have been
    answered by now.
    """

    code: str
    name: str
    unit: str
    unit_code: str
    area_code: str
    area: str
    state: State
    line: Line
    seen_at: datetime | None
    cash: int
    levels: Levels
    shifts: int
    opened_at: datetime | None
    over_short: int
    counts_far: int
    opening_breaks: int
    approvals: int
    deliveries: int
    unexplained: int
    complaints: int
    open_now: bool
    open_since: datetime | None


def alarms(desk: Desk, now: datetime) -> list[OfficeAlarm]:
    """List what somebody should know of an office, the worst first."""
    rings = _always(desk, now) | (_active(desk, now) if desk.state is State.ACTIVE else {})
    rings[OfficeAlarm.SUSPENDED] = desk.state is State.SUSPENDED
    return [alarm for alarm in OfficeAlarm if rings.get(alarm)]


def _always(desk: Desk, now: datetime) -> dict[OfficeAlarm, bool]:
    today = day_start(business_date(now))
    return {
        OfficeAlarm.LEFT_OPEN: desk.opened_at is not None and desk.opened_at < today,
        OfficeAlarm.SUSPENSE: desk.unexplained > 0,
        OfficeAlarm.OPENING_BREAK: desk.opening_breaks > 0,
        OfficeAlarm.OVER_SHORT: desk.over_short != 0 and desk.counts_far == 0,
        OfficeAlarm.COUNT_FAR: desk.counts_far > 0,
        OfficeAlarm.COMPLAINTS: desk.complaints > 0,
        OfficeAlarm.APPROVALS: desk.approvals > 0,
    }


def _active(desk: Desk, now: datetime) -> dict[OfficeAlarm, bool]:
    settled = desk.open_now and (desk.open_since is None or now - desk.open_since >= SETTLES)
    # Nobody can be silent who is not there: an office without a shift is missed for that.
    silent = desk.shifts > 0 and (desk.seen_at is None or now - desk.seen_at >= FRESH)
    return {
        OfficeAlarm.EMPTY: desk.cash == 0,
        OfficeAlarm.SILENT: settled and silent,
        OfficeAlarm.NO_LINE: desk.line is Line.NONE,
        OfficeAlarm.WEAK_LINE: desk.line is Line.WEAK,
        OfficeAlarm.BELOW_MINIMUM: 0 < desk.cash < desk.levels.minimum,
        OfficeAlarm.ABOVE_MAXIMUM: desk.cash > desk.levels.maximum,
        OfficeAlarm.NOBODY: settled and desk.shifts == 0,
    }


def mark(desk: Desk, rings: list[OfficeAlarm]) -> Mark:
    """Say how badly an office needs somebody."""
    if not _ACT.isdisjoint(rings):
        return Mark.ACT
    if rings:
        return Mark.LOOK
    return Mark.WELL if desk.state is State.ACTIVE else Mark.REST


def filled(desk: Desk) -> int:
    """Give an office's cash in percent of its target, 999 at most; 100 where the target is nothing."""
    return min(999, 100 * desk.cash // desk.levels.target) if desk.levels.target else 100


def worst_first(marked: Mapping[Desk, tuple[Mark, list[OfficeAlarm]]]) -> list[Desk]:
    """Put offices in order: by area, within it the worst first, then by code."""

    def place(desk: Desk) -> tuple[str, int, list[int], str]:
        how, rings = marked[desk]
        return (desk.area_code, how, [list(OfficeAlarm).index(one) for one in rings] or [99], desk.code)

    return sorted(marked, key=place)
