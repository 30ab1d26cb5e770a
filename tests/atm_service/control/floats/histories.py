"""Made-up pasts of offices."""

from datetime import date, timedelta

from atm_service.control.floats import domain
from atm_service.control.floats.domain import DayKind, Market, Past

MONDAY = date(2026, 8, 3)
MILLION = 1_000_000


def working_days(first: date, number: int) -> list[date]:
    days = (first + timedelta(n) for n in range(2 * number + 7))
    return [day for day in days if day.weekday() < 5][:number]


def past(number: int = 60, *, pays: frozenset[date] = frozenset(), market: Market | None = None) -> Past:
    """Give an office that needs 10 million a day, 5 more for pensions, 20 more at pay, 8 more on market days."""
    extra = {DayKind.PENSION: 5, DayKind.PAY: 20, DayKind.MARKET: 8}
    needs = {
        day: (10 + sum(extra[kind] for kind in domain.kinds_of(day, pays, market))) * MILLION
        for day in working_days(MONDAY, number)
    }
    return Past(needs, pays, market)
