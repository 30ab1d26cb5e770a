"""What is known of one day of offices: a handful of set-based queries, for one office or for all at once.

Ids are UUIDv7, so a range of them finds the rows of some days by the primary key; the exact moment decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from atm_service.control.audit import sql
from atm_service.control.audit.reconciliation import (
    Count,
    Counter,
    DrawerLedger,
    Facts,
    Live,
    Payments,
    Undone,
)
from atm_service.platform import calendar, ids

NEAR: Final = timedelta(days=1)  # how far an id's time may lie from the moment that its row records

_OFFICES = text("""
    SELECT code, name FROM service.office
    WHERE CAST(:office AS text) IS NULL OR code = :office
    ORDER BY code
""")

_DRAWERS = sql.query("day_drawers")
_COUNTS = sql.query("day_counts")
_PAYMENTS = sql.query("day_payments")
_LIVE = sql.query("day_live")

_COUNTERS = text("""
    SELECT office, receipts, paid_total, reversed_total FROM service.office_day
    WHERE day = :day AND (CAST(:office AS text) IS NULL OR office = :office)
""")
_UNDONE = text("""
    SELECT office, drawer, count(*), sum(amount)::bigint FROM service.voucher
    WHERE kind = 'withdrawal-reversal' AND made_at >= :start AND made_at < :end
      AND id >= :near_start AND id < :near_end AND (CAST(:office AS text) IS NULL OR office = :office)
    GROUP BY office, drawer
""")


@dataclass(frozen=True)
class Day:
    """A business day, as it is looked at from `now`. `oldest` is the longest that a code may live."""

    date: date
    now: datetime
    oldest: timedelta

    def values(self, office: str | None) -> dict[str, Any]:
        """Give the queries' parameters."""
        start, end = calendar.day_start(self.date), calendar.day_end(self.date)
        return {
            "office": office,
            "day": self.date,
            "now": self.now,
            "start": start,
            "end": end,
            "near_start": ids.first(start - NEAR),
            "near_end": ids.first(end + NEAR),
            "oldest": ids.first(end - self.oldest - NEAR),
        }


def facts(session: Connection, day: Day, office: str | None) -> Facts:
    """Read one day of one office, or of all when `office` is None. All queries must see the same moment."""
    values = day.values(office)
    return Facts(
        offices=[(row.code, row.name) for row in session.execute(_OFFICES, values)],
        drawers=[DrawerLedger(*row) for row in session.execute(_DRAWERS, values)],
        counts=[Count(*row) for row in session.execute(_COUNTS, values)],
        payments=[Payments(*_odd_last(row)) for row in session.execute(_PAYMENTS, values)],
        live=[Live(*_odd_last(row)) for row in session.execute(_LIVE, values)],
        counters=[Counter(*row) for row in session.execute(_COUNTERS, values)],
        undone=[Undone(*row) for row in session.execute(_UNDONE, values)],
    )


def _odd_last(row: Row[Any]) -> Sequence[Any]:
    return (*row[:-1], tuple(row[-1] or ()))
