"""Days and months as people in Vietnam count them, given as moments in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


def day_start(day: date) -> datetime:
    """Give the moment at which a business day begins."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Give the moment at which a business day ends: the first one that is no longer in it."""
    return day_start(day + timedelta(days=1))


def bounds(day: date) -> tuple[datetime, datetime]:
    """Give the moments at which a business day begins and ends."""
    return day_start(day), day_end(day)


def month_start(day: date) -> datetime:
    """Give the moment at which the month of a business day begins."""
    return day_start(day.replace(day=1))


def next_month(day: date) -> date:
    """Give the first day of the month after a business day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
