"""The business date: the day in Việt Nam on which money moved."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

# Asia/Ho_Chi_Minh: UTC+7 without summer time since 1975. A constant needs no time zone database on an
# office's PC.
VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def business_date(now: datetime) -> date:
    """Give the business date of an aware `now`. Raises `ValueError` when `now` has no time zone."""
    if now.tzinfo is None or now.utcoffset() is None:
        raise ValueError("a business date needs a time with a time zone")
    return now.astimezone(VIETNAM).date()
