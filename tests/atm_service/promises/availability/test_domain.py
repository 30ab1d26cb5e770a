"""The rules of yes, ask and no, each at its boundary."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from atm_service.platform import policy
from atm_service.promises.availability.domain import Answer, CanPay, Facts, Till, Why, answer
from atm_service.registers.notes.domain import notes_of
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.hours import Hours

RULES = policy.load("bank_agent")
MAXIMUM = RULES.withdrawal.amount_max
DAY, MONTH = RULES.office.per_day, RULES.office.per_month
AMOUNT = 2_000_000
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # a Monday, nine in the morning
TODAY = date(2026, 11, 16)


def till(cash: int = 50_000_000, **notes: int) -> Till:
    """Give a drawer on shift; `n500000=4` are its notes, none where it does not know them."""
    counts = {name[1:]: number for name, number in notes.items()}
    return Till(cash, notes_of(counts) if counts else None)


def facts(**changes: object) -> Facts:
    """Give an office that pays, with one drawer on shift and nothing else in it."""
    plain = Facts(
        state=State.ACTIVE,
        line=Line.GOOD,
        hours=Hours(),
        heard_at=None,
        tills=(till(),),
        cash=50_000_000,
        reserved=0,
        reserved_on={},
        moved_today=0,
        moved_this_month=0,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def why(of: Facts, amount: int = AMOUNT) -> Why:
    return answer(of, amount, RULES, NOW).why


def test_an_office_with_the_cash_on_shift_says_yes() -> None:
    """One drawer on shift holds the amount, and nothing stands against it."""
    assert answer(facts(), AMOUNT, RULES, NOW) == Answer(CanPay.YES, Why.READY)
    assert facts().is_open(NOW)


@pytest.mark.parametrize("state", [state for state in State if state is not State.ACTIVE])
def test_an_office_that_does_not_pay_says_no(state: State) -> None:
    """Whatever cash it has, and whoever is there."""
    assert answer(facts(state=state), AMOUNT, RULES, NOW) == Answer(CanPay.NO, Why.NOT_ACTIVE)
    assert not facts(state=state).is_open(NOW)


def test_cash_to_the_last_dong() -> None:
    """The amount itself is enough; one đồng less is a no."""
    assert why(facts(cash=AMOUNT, tills=(till(AMOUNT),))) is Why.READY
    short = facts(cash=AMOUNT - 1, tills=(till(AMOUNT - 1),))
    assert answer(short, AMOUNT, RULES, NOW) == Answer(CanPay.NO, Why.CASH)


def test_cash_reserved_for_others_is_not_there() -> None:
    """What is left beside the reservations must do."""
    assert why(facts(reserved=50_000_000 - AMOUNT)) is Why.READY
    assert why(facts(reserved=50_000_000 - AMOUNT + 1)) is Why.CASH


def test_cash_that_is_in_no_one_drawer_must_be_prepared() -> None:
    """In the vault, or in two drawers together: the customer had better ask."""
    vault = facts(tills=(till(AMOUNT - 1),))
    assert answer(vault, AMOUNT, RULES, NOW) == Answer(CanPay.ASK, Why.TO_PREPARE)
    assert why(facts(tills=(till(AMOUNT - 1), till(AMOUNT - 1)))) is Why.TO_PREPARE
    assert why(facts(tills=(till(AMOUNT - 1), till(AMOUNT)))) is Why.READY


def test_notes_that_do_not_make_the_amount() -> None:
    """Four notes of 500,000 make 2,000,000 and not 1,900,000; one drawer that can is enough."""
    large = till(2_000_000, n500000=4)
    assert why(facts(tills=(large,))) is Why.READY
    assert answer(facts(tills=(large,)), 1_900_000, RULES, NOW) == Answer(CanPay.ASK, Why.SMALL_NOTES)
    assert why(facts(tills=(large, till(2_000_000, n100000=20))), 1_900_000) is Why.READY


def test_a_drawer_that_does_not_know_its_notes_is_believed() -> None:
    """As at the counter: its payments propose no notes, and are made."""
    assert why(facts(tills=(till(2_000_000),)), 1_900_000) is Why.READY


def test_nobody_on_shift_and_no_line() -> None:
    """The cash is there, but whoever walks now may walk in vain."""
    assert answer(facts(tills=()), AMOUNT, RULES, NOW) == Answer(CanPay.ASK, Why.NOBODY_ON_SHIFT)
    assert answer(facts(line=Line.NONE), AMOUNT, RULES, NOW) == Answer(CanPay.ASK, Why.NO_LINE)
    assert why(facts(line=Line.WEAK)) is Why.READY


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    """Give a moment of that Monday in Vietnam, or days later."""
    return datetime(2026, 11, 16, tzinfo=UTC) + timedelta(days=days, hours=hour - 7, minutes=minute)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        (at(7, 29), at(7, 30)),
        (at(11, 30), at(13, 30)),
        (at(17), at(7, 30, days=1)),
        (at(17, days=5), at(7, 30, days=7)),
    ],
)
def test_a_closed_office_says_when_it_opens(now: datetime, opens_at: datetime) -> None:
    """Before work, at noon, in the evening, over Sunday; whoever is still on shift."""
    closed = Answer(CanPay.ASK, Why.CLOSED, opens_at)
    assert answer(facts(), AMOUNT, RULES, now) == closed
    assert not facts().is_open(now)
    assert answer(facts(cash=0), AMOUNT, RULES, now).why is Why.CASH


@pytest.mark.parametrize("now", [at(7, 30), at(11, 29), at(13, 30), at(16, 59)])
def test_hours_to_the_minute(now: datetime) -> None:
    """From the first minute to the last."""
    assert answer(facts(), AMOUNT, RULES, now).why is Why.READY


def test_an_office_that_has_fallen_silent() -> None:
    """Fifteen minutes without a word from its counter, in its hours; at opening it has as long to speak up."""

    def silent_for(minutes: int, now: datetime = NOW) -> Why:
        heard = facts(heard_at=now - timedelta(minutes=minutes))
        return answer(heard, AMOUNT, RULES, now).why

    assert (silent_for(14), silent_for(15)) == (Why.READY, Why.NO_LINE)
    assert (silent_for(900, at(7, 44)), silent_for(900, at(7, 45))) == (Why.READY, Why.NO_LINE)


@pytest.mark.parametrize(
    ("used", "limit", "reason"),
    [("moved_today", DAY, Why.DAY_LIMIT), ("moved_this_month", MONTH, Why.MONTH_LIMIT)],
)
def test_the_legal_limits_may_be_reached_and_not_passed(used: str, limit: int, reason: Why) -> None:
    """What the office may still move today, and this month."""
    assert why(facts(**{used: limit - AMOUNT})) is Why.READY
    said = answer(facts(**{used: limit - AMOUNT + 1}), AMOUNT, RULES, NOW)
    tomorrow = at(7, 30, days=1) if reason is Why.DAY_LIMIT else None
    assert said == Answer(CanPay.NO, reason, tomorrow)


def test_headroom_reserved_for_others_is_not_there() -> None:
    """Today's reservations will count towards today, and those of this month towards the month."""
    day = facts(moved_today=DAY - 2 * AMOUNT, reserved_on={TODAY: AMOUNT})
    assert why(day) is Why.READY
    assert why(replace(day, reserved_on={TODAY: AMOUNT + 1})) is Why.DAY_LIMIT
    last, after = date(2026, 11, 30), date(2026, 12, 1)
    month = facts(moved_this_month=MONTH - 2 * AMOUNT, reserved=AMOUNT, reserved_on={last: AMOUNT})
    assert why(month) is Why.READY
    assert why(replace(month, reserved_on={last: AMOUNT + 1})) is Why.MONTH_LIMIT
    assert why(replace(month, reserved_on={last: AMOUNT, after: 5 * AMOUNT})) is Why.READY


def test_above_the_maximum_nothing_is_learnt() -> None:
    """A full and an empty office give the same answer to an amount that nobody may take out at once."""
    full, empty = facts(cash=10**9, tills=(till(10**9),)), facts(cash=0, tills=(), state=State.SUSPENDED)
    assert why(full, MAXIMUM) is Why.READY
    assert (
        answer(full, MAXIMUM + 1, RULES, NOW)
        == answer(empty, MAXIMUM + 1, RULES, NOW)
        == Answer(CanPay.NO, Why.ABOVE_MAXIMUM)
    )
