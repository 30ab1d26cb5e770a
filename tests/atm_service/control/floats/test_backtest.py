"""Backtests: each day is guessed from the days before it, and judged in đồng and in days short."""

from datetime import date, timedelta

from atm_service.control.floats import backtest
from atm_service.control.floats.backtest import GUESSERS, Tally, judged
from atm_service.control.floats.domain import Market, Past
from tests.atm_service.control.floats.histories import MILLION, MONDAY, past, working_days


def test_a_guesser_sees_only_the_days_before() -> None:
    """Somebody who looks the answer up finds none."""
    seen: list[date] = []

    def peek(known: Past, day: date) -> int:
        assert max(known.needs) < day
        assert all(paid < day for paid in known.pays)
        seen.append(day)
        return known.needs.get(day, 0)

    tally = judged(past(40, pays=frozenset({MONDAY + timedelta(30)})), peek, 95)
    assert seen == working_days(MONDAY, 40)[20:]
    assert tally.days == 10


def test_what_a_tally_says() -> None:
    """Constant guesses of an office that needs one sum and, on the last day, another."""
    days = working_days(MONDAY, 32)
    needs = dict.fromkeys(days, 10 * MILLION) | {days[-1]: 14 * MILLION}
    tally = judged(Past(needs), lambda _, __: 8 * MILLION, 95)
    assert tally == Tally(days=2, errors=8 * MILLION, short=1, left=0)
    assert (tally.error_mean, tally.left_mean, tally.short_percent) == (4 * MILLION, 0, 50.0)
    assert judged(Past(needs), lambda _, __: 15 * MILLION, 95) == Tally(2, 6 * MILLION, 1, 0)


def test_nothing_is_said_of_a_short_history() -> None:
    """Thirty working days teach, and leave none to judge."""
    assert [judged(past(30), guess, 95).days for guess in GUESSERS.values()] == [0, 0, 0]
    assert judged(past(31), backtest.by_mean, 95).days == 1


def test_an_office_that_hardly_began_is_judged_too() -> None:
    """Two days in six weeks make no working day yet; what came after is judged as ever."""
    rare = {MONDAY: MILLION, MONDAY + timedelta(36): MILLION}
    known = Past(rare | dict.fromkeys(working_days(MONDAY + timedelta(42), 60), 5 * MILLION))
    assert all(judged(known, guess, 95).days > 50 for guess in GUESSERS.values())


def test_knowing_the_kinds_of_days_beats_guessing() -> None:
    """Where days have kinds, the forecast's error is smaller than both naive guesses'."""
    pays = frozenset({date(2026, 8, 14), date(2026, 9, 14), date(2026, 10, 14)})
    known = past(75, pays=pays, market=Market(5, date(2026, 8, 7)))
    ours, last_week, mean = (judged(known, guess, 95) for guess in GUESSERS.values())
    assert ours.days == last_week.days == mean.days == 45
    assert 2 * ours.error_mean < min(last_week.error_mean, mean.error_mean)
    assert ours.short <= min(last_week.short, mean.short)
