"""Floats and the cash that an office will need: pure rules. Amounts in đồng.

An office's day is what it paid out less what it took in. The forecast is plain statistics, so that a supervisor can
check it by hand: a *level*, the mean of the office's days, and an *uplift* for each kind of day (pension, pay, market),
the mean by which such days lie above the level once their other kinds are taken off. What the days were off from that,
the *residuals*, say how much more is kept so that so many days of a hundred are not short.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final
from uuid import UUID

from atm_service.control.floats import errors
from atm_service.platform.policy import FLOAT_MAX

DAYS_MAX: Final = 60  # of one forecast
HISTORY: Final = timedelta(days=120)  # of an office's days that are looked at
MARKET_CYCLES: Final = (5, 7)  # days: the old markets of the province, and those of a weekday

PENSION_THROUGH: Final = 10  # pensions are paid from the 1st to the 10th of a month
PAY_LASTS: Final = timedelta(days=3)  # a salary is fetched on its day and the two days after
PAY_COMES_BACK: Final = timedelta(days=45)  # a pay day that is longer ago is no habit any more
DAYS_OF_KIND_MIN: Final = 2  # fewer days of a kind say nothing


class DayKind(StrEnum):
    """Why a day may need more cash than others. A day may be of several kinds."""

    PENSION = "pension"
    PAY = "pay"
    MARKET = "market"


@dataclass(frozen=True)
class Market:
    """An office's market days: each `every` days, counted from one of them.

    A market of a weekday comes each 7 days. The old ones come each 5 days of the moon's calendar, whose months have 29
    or 30 days: after a month of 29 somebody sets `since` anew.
    """

    every: int
    since: date

    def falls_on(self, day: date) -> bool:
        """Tell whether a day is a market day."""
        return (day - self.since).days % self.every == 0


@dataclass(frozen=True)
class Levels:
    """How much cash an office is to hold."""

    minimum: int
    target: int
    maximum: int

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.target <= self.maximum <= FLOAT_MAX:
            raise errors.FloatOutOfOrder


@dataclass(frozen=True)
class Float:
    """What an office's cash is to be, and when its market is. `id`, `set_at` and `set_by` are None for the policy's."""

    office: str
    levels: Levels
    market: Market | None = None
    id: UUID | None = None
    set_at: datetime | None = None
    set_by: UUID | None = None


@dataclass(frozen=True)
class Past:
    """What is known of an office: what each day needed, and on which dates its customers got their pay."""

    needs: Mapping[date, int]
    pays: frozenset[date] = frozenset()
    market: Market | None = None

    def before(self, day: date) -> "Past":
        """Give what was known on the morning of a day, from the last `HISTORY` days."""
        needs = {one: need for one, need in self.needs.items() if day - HISTORY <= one < day}
        return Past(needs, frozenset(one for one in self.pays if one < day), self.market)

    @cached_property
    def weekdays(self) -> frozenset[int]:
        """The weekdays on which the office works: those of which at least every second one has a row."""
        if not self.needs:
            return frozenset()
        every = _days(min(self.needs), max(self.needs))
        seen = [one.weekday() for one in every]
        worked = [one.weekday() for one in self.needs]
        return frozenset(one for one in set(worked) if 2 * worked.count(one) >= seen.count(one))

    def worked(self) -> list[date]:
        """List the office's days in order, from its first to its last; one without a row needed nothing."""
        if not self.needs:
            return []
        return [one for one in _days(min(self.needs), max(self.needs)) if one.weekday() in self.weekdays]


@dataclass(frozen=True)
class Day:
    """What a day is expected to need, and the kinds of day it is."""

    day: date
    kinds: frozenset[DayKind]
    expected: int


@dataclass(frozen=True)
class Forecast:
    """The days to come, and the most cash that so many days of a hundred will have needed at any moment of them."""

    days: Sequence[Day]
    need: int

    @property
    def expected(self) -> int:
        """What all the days together are expected to need; below zero: more will come in than go out."""
        return sum(one.expected for one in self.days)


@dataclass(frozen=True)
class Fitted:
    """What an office's days have in common, and how far each was off it, in order."""

    level: int
    uplifts: Mapping[DayKind, int]
    residuals: Sequence[int]

    def expects(self, kinds: Iterable[DayKind]) -> int:
        """Give what a working day of these kinds is expected to need."""
        return self.level + sum(self.uplifts.get(kind, 0) for kind in kinds)

    def margin(self, days: int, percent: int) -> int:
        """Give what `percent` of all runs of so many days stayed within, above what was expected of them."""
        runs = [sum(self.residuals[n : n + days]) for n in range(len(self.residuals) - days + 1)]
        return max(0, quantile(runs, percent)) if runs else 0


def kinds_of(day: date, pays: frozenset[date], market: Market | None) -> frozenset[DayKind]:
    """Say what kinds of day a day is."""
    found = {
        DayKind.PENSION: day.day <= PENSION_THROUGH,
        DayKind.PAY: any(paid <= day < paid + PAY_LASTS for paid in pays),
        DayKind.MARKET: market is not None and market.falls_on(day),
    }
    return frozenset(kind for kind, true in found.items() if true)


def pays_to_come(pays: Iterable[date], today: date) -> frozenset[date]:
    """Give the pay days to come: the same days of the next months, of those that were a short while ago."""
    lately = [one for one in pays if today - PAY_COMES_BACK <= one < today]
    coming = {_months_later(one, months) for one in lately for months in (1, 2, 3)}
    return frozenset(one for one in coming if one >= today)


def fit(past: Past) -> Fitted:
    """Find the level and the uplifts that leave the least squares of residuals."""
    days = [(past.needs.get(one, 0), kinds_of(one, past.pays, past.market)) for one in past.worked()]
    if not days:
        return Fitted(0, {}, ())
    number = {kind: sum(kind in kinds for _, kinds in days) for kind in DayKind}
    told = [kind for kind in DayKind if DAYS_OF_KIND_MIN <= number[kind] < len(days)]
    level, *uplifts = _least_squares(days, told)
    fitted = Fitted(level, dict(zip(told, uplifts, strict=True)), ())
    return replace(fitted, residuals=tuple(need - fitted.expects(kinds) for need, kinds in days))


def forecast(past: Past, first: date, last: date, percent: int) -> Forecast:
    """Say what an office will need from the morning of `first` to the evening of `last`.

    By the days before `first`, and by the pay that came until then: a salary list of this morning is known.
    `need` is what is to be there on the first morning so that in `percent` of a hundred such times no customer waits.
    """
    known = past.before(first)
    fitted = fit(known)
    pays = frozenset(one for one in past.pays if one <= first) | pays_to_come(known.pays, first)
    days, so_far, need, worked = [], 0, 0, 0
    for day in _days(first, last):
        kinds = kinds_of(day, pays, past.market)
        works = day.weekday() in known.weekdays
        days.append(Day(day, kinds, fitted.expects(kinds) if works else 0))
        if works:
            so_far, worked = so_far + days[-1].expected, worked + 1
            need = max(need, so_far + fitted.margin(worked, percent))
    return Forecast(tuple(days), need)


def quantile(values: Sequence[int], percent: int) -> int:
    """Give the smallest of the values that at least `percent` of a hundred of them do not exceed."""
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(0, rank - 1)]


def next_delivery(day: date, weekdays: Iterable[int]) -> date:
    """Give the first day after `day` on which cash is delivered; weekdays from 1, Monday."""
    wanted = set(weekdays)
    return next(one for one in _days(day + timedelta(1), day + timedelta(7)) if one.isoweekday() in wanted)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _least_squares(days: Sequence[tuple[int, frozenset[DayKind]]], told: Sequence[DayKind]) -> list[int]:
    """Solve the normal equations exactly; kinds that cannot be told apart get 0 from the second on. To the đồng."""
    parts = [frozenset[DayKind](), *(frozenset({kind}) for kind in told)]  # the level is in every day
    rows = [
        [Fraction(sum(a | b <= kinds for _, kinds in days)) for b in parts]
        + [Fraction(sum(need for need, kinds in days if a <= kinds))]
        for a in parts
    ]
    for n, row in enumerate(rows):
        if row[n] == 0:
            continue
        row[:] = [value / row[n] for value in row]
        for other in rows:
            if other is not row and other[n]:
                factor = other[n]
                other[:] = [value - factor * own for value, own in zip(other, row, strict=True)]
    return [round(row[-1]) if row[n] else 0 for n, row in enumerate(rows)]


def _months_later(day: date, months: int) -> date:
    """Give the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    return first.replace(day=min(day.day, last.day))
