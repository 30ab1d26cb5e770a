"""Opening hours in Vietnam's time: what each weekday has, and what some dates have instead. Pure.

A day's hours are written `07:30-11:30 13:30-17:00`: ranges in order and apart, each from its first minute to the one
with which it ends, which is no longer in it. An empty text is a day off.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from atm_service.platform.calendar import VIETNAM, day_start
from atm_service.registers.offices import errors

DAY_MAX: Final = 47  # characters: four ranges
AHEAD: Final = timedelta(days=60)  # how far `next_open` looks
_DAY: Final = re.compile(r"(?:\d\d:\d\d-\d\d:\d\d(?: (?=\d)|$)){0,4}", re.ASCII)
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True)
class Range:
    """A stretch of a day, in minutes after midnight: `start` is in it, `end` is not."""

    start: int
    end: int


Day = tuple[Range, ...]


def read(text: str) -> Day:
    """Read a day's hours. Raises `HoursUnreadable`."""
    times = re.findall(r"\d\d:\d\d", text)
    if not _DAY.fullmatch(text) or not all(_TIME.fullmatch(one) for one in times):
        raise errors.HoursUnreadable
    minutes = [60 * int(one[:2]) + int(one[3:]) for one in times]
    if any(after <= before for before, after in itertools.pairwise(minutes)):
        raise errors.HoursUnreadable
    return tuple(Range(start, end) for start, end in zip(minutes[::2], minutes[1::2], strict=True))


def write(day: Day) -> str:
    """Write a day's hours as `read` reads them."""
    return " ".join(f"{_time(one.start)}-{_time(one.end)}" for one in day)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


USUAL: Final = read("07:30-11:30 13:30-17:00")
USUAL_WEEK: Final = (USUAL,) * 6 + ((),)  # Monday to Saturday


@dataclass(frozen=True)
class Hours:
    """An office's hours: seven days from Monday, and dates that have others instead, mostly none."""

    week: tuple[Day, ...] = USUAL_WEEK
    instead: Mapping[date, Day] = field(default_factory=dict)

    def on(self, day: date) -> Day:
        """Give the hours of a date."""
        return self.instead.get(day, self.week[day.weekday()])


def is_open(hours: Hours, at: datetime) -> bool:
    """Tell whether the office is open at a moment, by its hours."""
    local = at.astimezone(VIETNAM)
    minute = 60 * local.hour + local.minute
    return any(one.start <= minute < one.end for one in hours.on(local.date()))


def open_since(hours: Hours, at: datetime) -> datetime | None:
    """Give the moment at which the office opened for the stretch that is now; None when it is not open."""
    day = at.astimezone(VIETNAM).date()
    stretches = [day_start(day) + timedelta(minutes=one.start) for one in hours.on(day)]
    return max(opened for opened in stretches if opened <= at) if is_open(hours, at) else None


def next_open(hours: Hours, at: datetime) -> datetime | None:
    """Give the moment itself when the office is open, else the next at which it opens; None: not in sixty days."""
    if is_open(hours, at):
        return at
    today = at.astimezone(VIETNAM).date()
    for number in range(AHEAD.days + 1):
        day = today + timedelta(days=number)
        for one in hours.on(day):
            opens = day_start(day) + timedelta(minutes=one.start)
            if opens > at:
                return opens.astimezone(UTC)
    return None
