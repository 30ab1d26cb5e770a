"""The business date: the day in Việt Nam on which money moved, and closing it."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

from sqlalchemy import Connection

# Asia/Ho_Chi_Minh: UTC+7 without summer time since 1975. A constant needs no time zone database on an
# office's PC.
VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
# What was asked for just before midnight must find its day open.
CLOSES_AFTER: Final = timedelta(minutes=15)
_CLOSE: Final = "/* lock: days */ SELECT ledger.close_day(%s, %s)"
_FIRST: Final = date(2000, 1, 1)  # no entry is dated before


class DayNotOver(ValueError):  # noqa: N818  named for what it is, as all the ledger's
    """A business date that cannot be closed: it is not over since a quarter of an hour, or not of this age."""


def business_date(now: datetime) -> date:
    """Give the business date of an aware `now`. Raises `ValueError` when `now` has no time zone."""
    if now.tzinfo is None or now.utcoffset() is None:
        raise ValueError("a business date needs a time with a time zone")
    return now.astimezone(VIETNAM).date()


def close_day(session: Connection, day: date, now: datetime) -> date:
    """Close `day` and every business date before it; give the last closed date, which may be a later one.

    A closed date accepts no more entries: `ledger.post` refuses them with `day-closed`, and a correction goes
    to an open day. Waits for those who are posting into these days at the moment; whoever comes later waits for
    the caller's transaction, which must be READ COMMITTED, and with its commit the close stands. Harmless to
    repeat, and not to be undone. Raises `DayNotOver` until a quarter of an hour after the end of `day`.
    """
    if not _FIRST <= day < business_date(now - CLOSES_AFTER):
        raise DayNotOver(f"{day} cannot be closed before a quarter of an hour after its end")
    closed: date = session.exec_driver_sql(_CLOSE, (day, now)).scalar_one()
    return closed


def closed_through(session: Connection) -> date | None:
    """Give the last closed business date: it and all before it are closed. None: no day was closed yet."""
    found: date | None = session.exec_driver_sql(
        "SELECT max(business_date) FROM ledger.closed_day"
    ).scalar_one()
    return found
