"""Forecasts: levels in order, kinds of days, level and uplifts, and what is kept so that nobody is short."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.control.floats import domain, errors
from atm_service.control.floats.domain import HISTORY, DayKind, Levels, Market, Past
from atm_service.platform.policy import FLOAT_MAX
from tests.atm_service.control.floats.histories import MILLION, MONDAY, past, working_days

SOME_LEVELS = st.lists(st.integers(0, FLOAT_MAX), min_size=3, max_size=3)


@pytest.mark.parametrize(
    "levels", [(0, 0, 0), (0, 0, FLOAT_MAX), (5, 5, 5), (1, 2, 3), (FLOAT_MAX, FLOAT_MAX, FLOAT_MAX)]
)
def test_levels_in_order(levels: tuple[int, int, int]) -> None:
    """Equal ones are in order, too."""
    assert Levels(*levels).target == levels[1]


@pytest.mark.parametrize("levels", [(1, 0, 0), (0, 1, 0), (3, 2, 1), (-1, 0, 0), (0, 0, FLOAT_MAX + 1)])
def test_levels_out_of_order(levels: tuple[int, int, int]) -> None:
    """Refused, whoever sets them."""
    with pytest.raises(errors.FloatOutOfOrder):
        Levels(*levels)


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (date(2026, 9, 1), {DayKind.PENSION}),
        (date(2026, 9, 10), {DayKind.PENSION}),
        (date(2026, 9, 11), set()),
        (date(2026, 9, 14), set()),
        (date(2026, 9, 15), {DayKind.PAY}),
        (date(2026, 9, 17), {DayKind.PAY, DayKind.MARKET}),
        (date(2026, 9, 18), set()),
        (date(2026, 9, 22), {DayKind.MARKET}),
        (date(2026, 9, 7), {DayKind.PENSION, DayKind.MARKET}),
    ],
)
def test_kinds_of_days(day: date, kinds: set[DayKind]) -> None:
    """Pensions to the 10th; pay on its day and two more; a market counts both ways from the day it is set by."""
    assert domain.kinds_of(day, frozenset({date(2026, 9, 15)}), Market(5, date(2026, 9, 17))) == kinds


def test_pay_comes_back_on_its_day_of_the_month() -> None:
    """The 31st is the last day of a shorter month; a pay day of long ago is no habit."""
    pays = [date(2026, 8, 31), date(2026, 8, 15), date(2026, 5, 20)]
    coming = domain.pays_to_come(pays, date(2026, 9, 1))
    assert {day for day in coming if day < date(2026, 11, 1)} == {
        date(2026, 9, 15),
        date(2026, 9, 30),
        date(2026, 10, 15),
        date(2026, 10, 31),
    }
    assert domain.pays_to_come(pays, date(2026, 12, 1)) == frozenset()
    assert date(2027, 1, 31) in domain.pays_to_come([date(2026, 12, 31)], date(2027, 1, 1))


def test_level_and_uplifts_are_found() -> None:
    """What days have in common is told apart, also where they are of several kinds at once."""
    pays = frozenset({date(2026, 8, 15), date(2026, 9, 15), date(2026, 10, 6)})
    known = past(pays=pays, market=Market(5, date(2026, 8, 7)))
    fitted = domain.fit(known)
    found = [fitted.level, *(fitted.uplifts[kind] for kind in (DayKind.PENSION, DayKind.PAY, DayKind.MARKET))]
    for seen, true in zip(found, (10, 5, 20, 8), strict=True):
        assert abs(seen - true * MILLION) < MILLION / 10
    assert max(map(abs, fitted.residuals)) < MILLION / 5


def test_a_forecast_knows_the_days_to_come() -> None:
    """Weekends need nothing; the next pay day is expected on the same day of the month."""
    known = past(pays=frozenset({date(2026, 8, 14), date(2026, 9, 14)}))
    ahead = domain.forecast(known, date(2026, 10, 10), date(2026, 10, 16), 95)
    assert [round(day.expected / MILLION) for day in ahead.days] == [0, 0, 10, 10, 30, 30, 30]
    assert abs(ahead.need - 110 * MILLION) < 2 * MILLION


def test_what_is_not_known_is_not_expected() -> None:
    """An office without history needs nothing that anybody could know of: it holds its target."""
    ahead = domain.forecast(Past({}), MONDAY, MONDAY + timedelta(6), 95)
    assert (ahead.need, ahead.expected) == (0, 0)


def test_the_future_is_not_looked_at() -> None:
    """A forecast is the same whatever came after its first morning, and whatever was too long ago."""
    known = past()
    first = MONDAY + timedelta(42)
    cut = Past({day: need for day, need in known.needs.items() if day < first})
    long_ago = {first - HISTORY - timedelta(1): 999 * MILLION}
    ahead = domain.forecast(known, first, first + timedelta(9), 95)
    assert ahead == domain.forecast(cut, first, first + timedelta(9), 95)
    assert ahead == domain.forecast(Past(known.needs | long_ago), first, first + timedelta(9), 95)


def test_the_need_is_that_of_the_worst_moment() -> None:
    """What comes in on Tuesday does not help on Monday."""
    needs = {day: (50 if day.weekday() == 0 else -20) * MILLION for day in working_days(MONDAY, 40)}
    first = MONDAY + timedelta(56)
    assert domain.forecast(Past(needs), first, first + timedelta(4), 100).need >= 50 * MILLION


def test_one_stray_day_makes_no_weekday() -> None:
    """A single Sunday's work does not open all Sundays."""
    known = past(20)
    sunday = MONDAY + timedelta(6)
    assert 6 not in Past({**known.needs, sunday: MILLION}).weekdays


@pytest.mark.parametrize(
    ("percent", "value"), [(1, 10), (10, 10), (11, 20), (50, 50), (90, 90), (91, 100), (100, 100)]
)
def test_quantiles(percent: int, value: int) -> None:
    """The smallest value that so many of a hundred do not exceed."""
    assert domain.quantile(list(range(10, 101, 10)), percent) == value


@pytest.mark.parametrize(
    ("day", "following"),
    [(date(2026, 11, 16), 18), (date(2026, 11, 17), 18), (date(2026, 11, 20), 23), (date(2026, 11, 22), 23)],
)
def test_the_next_delivery(day: date, following: int) -> None:
    """Monday, Wednesday, Friday: never the day itself."""
    assert domain.next_delivery(day, (1, 3, 5)) == date(2026, 11, following)


def test_a_delivery_once_a_week_is_a_week_away() -> None:
    """On its own day."""
    assert domain.next_delivery(date(2026, 11, 16), (1,)) == date(2026, 11, 23)


@given(
    st.dictionaries(
        st.dates(MONDAY, MONDAY + timedelta(90)), st.integers(-50 * MILLION, 200 * MILLION), max_size=60
    ),
    st.sets(st.dates(MONDAY, MONDAY + timedelta(90)), max_size=4),
    st.integers(0, 20),
    st.integers(50, 100),
)
def test_more_days_and_more_safety_need_no_less(
    needs: dict[date, int], pays: set[date], days: int, percent: int
) -> None:
    """Whatever the history: a longer wait or a surer office needs at least as much, and never less than nothing."""
    known, first = Past(needs, frozenset(pays)), MONDAY + timedelta(91)
    ahead = domain.forecast(known, first, first + timedelta(days), percent)
    longer = domain.forecast(known, first, first + timedelta(days + 3), percent)
    surer = domain.forecast(known, first, first + timedelta(days), 100)
    assert 0 <= ahead.need <= longer.need
    assert ahead.need <= surer.need
    assert ahead.days == longer.days[: days + 1]


@given(st.lists(st.integers(0, 100 * MILLION), min_size=30, max_size=60), st.integers(1, 5))
def test_so_many_of_a_hundred_runs_are_within_the_margin(needs: list[int], days: int) -> None:
    """The margin holds for the history that it was made of."""
    fitted = domain.fit(Past(dict(zip(working_days(MONDAY, len(needs)), needs, strict=True))))
    margin = fitted.margin(days, 95)
    runs = [sum(fitted.residuals[n : n + days]) for n in range(len(needs) - days + 1)]
    assert sum(run <= margin for run in runs) * 100 >= 95 * len(runs)
