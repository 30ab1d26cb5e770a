"""What is promised, paid beside it, and broken: pure rules, each at its boundary."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from atm_service.platform import policy
from atm_service.promises.availability.domain import Facts, Why
from atm_service.promises.reservations.domain import (
    Room,
    Standing,
    broken,
    first_day,
    obstacle,
    promise,
    promised,
)
from atm_service.promises.reservations.errors import CannotReserve, CashReserved
from atm_service.registers.headroom.domain import OfficeDay
from atm_service.registers.headroom.errors import OfficeLimitReached
from atm_service.registers.offices.domain import Line, State
from tests.atm_service.promises.availability.test_domain import NOW, at, facts

RULES = policy.load("bank_agent")
DAY, MONTH = RULES.office.per_day, RULES.office.per_month
AMOUNT = 2_000_000
TODAY = date(2026, 11, 16)
TOMORROW = TODAY + timedelta(days=1)
NEXT_MONTH = date(2026, 12, 1)


def why(of: Facts, day: date = TODAY, now: datetime = NOW) -> Why | None:
    return obstacle(of, AMOUNT, day, now, RULES)


def test_a_promise_stands_on_the_cash_that_is_there() -> None:
    """The last đồng may be promised, today or for another day, and none twice."""
    assert why(facts(cash=AMOUNT)) is None
    assert why(facts(cash=AMOUNT), TOMORROW) is None
    assert why(facts(cash=AMOUNT - 1)) is Why.CASH
    once = promise(facts(cash=AMOUNT), "05971-1", AMOUNT, TOMORROW, NOW, RULES)
    with pytest.raises(CannotReserve) as refused:
        promise(once, "05971-1", AMOUNT, TODAY, NOW, RULES)
    assert refused.value.members == {"office": "05971-1", "day": TODAY, "why": Why.CASH}


def test_a_promise_needs_nobody_on_shift() -> None:
    """Cash in the vault is good enough for a customer who is to come."""
    assert why(facts(tills=())) is None


def test_an_office_without_state_or_line_promises_nothing() -> None:
    """Whatever it holds."""
    assert why(facts(state=State.SUSPENDED)) is Why.NOT_ACTIVE
    assert why(facts(line=Line.NONE)) is Why.NO_LINE


def test_a_promise_is_for_a_day_on_which_the_office_is_open() -> None:
    """Not for Sunday; at night for the next day, and on Saturday evening for Monday."""
    assert why(facts(), TODAY + timedelta(days=5)) is None
    assert why(facts(), TODAY + timedelta(days=6)) is Why.CLOSED
    firsts = [first_day(facts(), moment) for moment in (at(6), at(16, 59), at(17), at(17, days=5))]
    assert firsts == [TODAY, TODAY, TOMORROW, TODAY + timedelta(days=7)]


def test_an_office_that_is_silent_for_an_hour_cannot_keep_its_word_today() -> None:
    """Tomorrow it may be back; before it opens nobody expects a word."""
    silent = facts(heard_at=NOW - timedelta(hours=1))
    assert (why(silent), why(silent, TOMORROW)) == (Why.NO_LINE, None)
    assert why(facts(heard_at=NOW - timedelta(minutes=59))) is None
    assert why(silent, now=at(8, 29)) is None


def test_a_promise_takes_headroom_of_its_own_day() -> None:
    """What was moved today is no matter tomorrow; what is reserved for a day is of that day."""
    rich = {"cash": 10 * DAY}
    full = facts(moved_today=DAY - AMOUNT, **rich)
    assert why(full) is None
    assert why(facts(moved_today=DAY - AMOUNT + 1, **rich)) is Why.DAY_LIMIT
    assert why(facts(moved_today=DAY, **rich), TOMORROW) is None
    assert why(promised(facts(**rich), DAY - AMOUNT, TOMORROW), TOMORROW) is None
    assert why(promised(facts(**rich), DAY - AMOUNT + 1, TOMORROW), TOMORROW) is Why.DAY_LIMIT
    assert why(promised(facts(**rich), DAY, TOMORROW)) is None


def test_a_promise_takes_headroom_of_its_own_month() -> None:
    """A day of the next month begins with nothing moved."""
    last = NEXT_MONTH - timedelta(days=1)
    then = NOW.replace(day=30)
    full = facts(moved_this_month=MONTH - AMOUNT, cash=MONTH)
    assert why(full, last, then) is None
    assert why(facts(moved_this_month=MONTH - AMOUNT + 1, cash=MONTH), last, then) is Why.MONTH_LIMIT
    assert why(facts(moved_this_month=MONTH, cash=MONTH), NEXT_MONTH, then) is None
    assert why(promised(full, 1, last), last, then) is Why.MONTH_LIMIT
    assert why(promised(full, AMOUNT, NEXT_MONTH), last, then) is None


def room(cash: int | None = 3 * AMOUNT, **changes: int) -> Room:
    plain = OfficeDay(0, 0, AMOUNT, 2 * AMOUNT, 2 * AMOUNT, today=TODAY)
    return Room(replace(plain, **changes), cash)


def test_who_has_no_reservation_leaves_what_others_have() -> None:
    """The last unreserved đồng may be paid, and not one more."""
    assert room().pay(AMOUNT, RULES, reserved=False).cash == 2 * AMOUNT
    with pytest.raises(CashReserved):
        room().pay(AMOUNT + 1, RULES, reserved=False)


def test_who_has_a_reservation_takes_it() -> None:
    """It is paid although all the cash is reserved, and what is reserved becomes less."""
    left = room(cash=2 * AMOUNT).pay(AMOUNT, RULES, reserved=True)
    assert (left.day.reserved_on, left.day.reserved_from, left.cash) == (0, AMOUNT, AMOUNT)
    with pytest.raises(CashReserved):
        left.pay(1, RULES, reserved=False)


def test_headroom_is_left_too() -> None:
    """Today's, and the month's for all that is reserved."""
    plenty = 10 * MONTH
    day = room(cash=plenty, moved_today=DAY - 2 * AMOUNT)
    assert day.pay(AMOUNT, RULES, reserved=False).day.moved_today == DAY - AMOUNT
    with pytest.raises(OfficeLimitReached):
        day.pay(AMOUNT + 1, RULES, reserved=False)
    assert room(moved_today=DAY - AMOUNT).pay(AMOUNT, RULES, reserved=True).day.reserved_on == 0
    month = room(cash=plenty, moved_this_month=MONTH - 3 * AMOUNT)
    assert month.pay(AMOUNT, RULES, reserved=False).day.moved_this_month == MONTH - 2 * AMOUNT
    with pytest.raises(OfficeLimitReached):
        month.pay(AMOUNT + 1, RULES, reserved=False)
    assert room(moved_this_month=MONTH - AMOUNT).pay(AMOUNT, RULES, reserved=True).day.reserved_from == AMOUNT


def standing(number: int, amount: int = AMOUNT, day: date = TODAY) -> Standing:
    return Standing(UUID(int=number), amount, day)


def test_the_youngest_promise_breaks_first_and_no_more_than_must() -> None:
    """Three promises on cash for two: the last one made goes, the others stand."""
    three = [standing(2), standing(3, day=TOMORROW), standing(1)]
    held = {"reserved": 3 * AMOUNT, "reserved_on": {TODAY: 2 * AMOUNT, TOMORROW: AMOUNT}}
    assert broken(facts(cash=3 * AMOUNT, **held), three, NOW, RULES) == {}
    assert broken(facts(cash=3 * AMOUNT - 1, **held), three, NOW, RULES) == {UUID(int=3): Why.CASH}
    assert set(broken(facts(cash=AMOUNT, **held), three, NOW, RULES)) == {UUID(int=3), UUID(int=2)}


def test_a_small_young_promise_does_not_save_a_large_old_one() -> None:
    """Cash for neither breaks both; cash for the small one alone lets the small one go as well, being younger."""
    two = [standing(1, 5 * AMOUNT), standing(2)]
    held = {"reserved": 6 * AMOUNT, "reserved_on": {TODAY: 6 * AMOUNT}}
    assert set(broken(facts(cash=AMOUNT, **held), two, NOW, RULES)) == {UUID(int=1), UUID(int=2)}
    assert set(broken(facts(cash=5 * AMOUNT, **held), two, NOW, RULES)) == {UUID(int=2)}


def test_a_suspended_office_breaks_every_promise() -> None:
    """Of all days: nobody knows when it opens again."""
    two = [standing(1), standing(2, day=TOMORROW)]
    held = {"reserved": 2 * AMOUNT, "reserved_on": {TODAY: AMOUNT, TOMORROW: AMOUNT}}
    found = broken(facts(state=State.SUSPENDED, **held), two, NOW, RULES)
    assert found == {UUID(int=1): Why.NOT_ACTIVE, UUID(int=2): Why.NOT_ACTIVE}
