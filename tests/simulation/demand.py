"""Who wants cash where and when, over sixty business days: made from a seed alone, before anybody does anything.

The same days are lived through twice, by customers who just go and by customers who ask. Amounts in đồng.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from atm_service.control.floats.domain import Market

FIRST: Final = date(2026, 8, 3)  # a Monday
WAVES: Final = 3  # in a day: morning, noon, afternoon
STEP: Final = 50_000  # customers want round sums
PAY_DAYS: Final = (5, 10, 15, 20, 25)  # of the month, one for each payer
SALARY: Final = 9_000_000


class Living(IntEnum):
    """What a customer lives on."""

    PENSION = 0
    SALARY = 1
    TRADE = 2


AMOUNTS: Final = {  # in steps
    Living.PENSION: (10, 60),
    Living.SALARY: (60, 180),
    Living.TRADE: (40, 200),
}


@dataclass(frozen=True)
class Wish:
    """A customer wants cash, in one wave of a day; `ahead`: knows it the day before."""

    customer: int
    home: int
    amount: int
    wave: int
    ahead: bool


@dataclass(frozen=True)
class Deposit:
    """A customer brings cash."""

    customer: int
    office: int
    amount: int
    wave: int


@dataclass(frozen=True)
class Day:
    """A business day, and what goes wrong on it. Offices are numbers."""

    date: date
    wishes: Sequence[Wish]
    deposits: Sequence[Deposit]
    paying: frozenset[int]  # payers who credit salaries this morning
    away: frozenset[int]  # offices whose clerk is ill
    cut_off: frozenset[int]  # areas to which no van comes
    late_bags: frozenset[int]  # offices that today's bag, if there is one, reaches on the next day
    broken_bags: frozenset[int]  # offices that refuse what comes today
    short_bags: frozenset[int]  # offices whose delivery lacks a note
    lost_notes: frozenset[int]  # offices whose drawer lacks a note at the close
    found_notes: frozenset[int]  # offices whose drawer has one too many
    lost_overnight: frozenset[int]  # offices whose drawer lacks a note in the morning


@dataclass(frozen=True)
class Size:
    """How many of everything."""

    offices: int = 200
    areas: int = 11
    customers: int = 5  # of each office
    days: int = 60


def living(customer: int) -> Living:
    """Say what a customer lives on."""
    return Living(customer % 3)


def market(office: int) -> Market | None:
    """Give an office's market: an old one, one of a weekday, or none."""
    if office % 3 == 0:
        return Market(5, FIRST + timedelta(office % 5))
    return Market(7, FIRST + timedelta(office % 5)) if office % 3 == 1 else None


def payer(customer: int) -> int:
    """Give who pays a customer who lives on a salary."""
    return customer % len(PAY_DAYS)


def business_days(number: int) -> list[date]:
    """List so many days, Monday to Friday."""
    days = (FIRST + timedelta(n) for n in range(2 * number + 7))
    return [day for day in days if day.weekday() < 5][:number]


def paying_on(day: date) -> frozenset[int]:
    """Say which payers pay on a business day: on their day, or on Monday after a weekend."""
    covered = [day, day - timedelta(1), day - timedelta(2)] if day.weekday() == 0 else [day]
    return frozenset(n for n, pay_day in enumerate(PAY_DAYS) if pay_day in {one.day for one in covered})


def days(seed: int, size: Size) -> Iterator[Day]:
    """Make all days from one seed."""
    dice = random.Random(seed)
    paid_at: dict[int, date] = {}
    for day in business_days(size.days):
        paying = paying_on(day)
        paid_at |= dict.fromkeys(paying, day)

        def some(share: float, of: int = size.offices) -> frozenset[int]:
            return frozenset(n for n in range(of) if dice.random() < share)

        feasts = some(0.03)  # a wedding: everybody in the village needs cash
        wishes = [
            one
            for customer in range(size.offices * size.customers)
            for one in _wishes(dice, customer, customer // size.customers, day, paid_at, feasts)
        ]
        deposits = [
            one
            for customer in range(size.offices * size.customers)
            for one in _deposits(dice, customer, customer // size.customers, day)
        ]
        dice.shuffle(wishes)
        yield Day(
            day,
            wishes,
            deposits,
            paying,
            away=some(0.01),
            cut_off=some(0.05, size.areas),
            late_bags=some(0.03),
            broken_bags=some(0.02),
            short_bags=some(0.04),
            lost_notes=some(0.01),
            found_notes=some(0.004),
            lost_overnight=some(0.001),
        )


def _wishes(
    dice: random.Random,
    customer: int,
    home: int,
    day: date,
    paid_at: dict[int, date],
    feasts: frozenset[int],
) -> Iterator[Wish]:
    lives_on, held = living(customer), market(home)
    chance = {
        Living.PENSION: 0.22 if day.day <= 10 else 0.02,
        Living.SALARY: 0.45 if day - paid_at.get(payer(customer), FIRST) < timedelta(2) else 0.03,
        Living.TRADE: 0.25 if held and held.falls_on(day) else 0.04,
    }[lives_on]
    if home in feasts:
        chance = max(chance, 0.6)
    drawn, ahead = dice.random(), dice.random() < 0.4
    amount, wave = dice.randint(*AMOUNTS[lives_on]) * STEP, dice.randrange(WAVES)
    if drawn < chance:
        yield Wish(customer, home, amount, wave, ahead)


def _deposits(dice: random.Random, customer: int, home: int, day: date) -> Iterator[Deposit]:
    held = market(home)
    chance = 0.12 if held and held.falls_on(day) else 0.03
    drawn, amount, wave = dice.random(), dice.randint(10, 60) * 100_000, dice.randrange(WAVES)
    if living(customer) is Living.TRADE and drawn < chance:
        yield Deposit(customer, home, amount, wave)
