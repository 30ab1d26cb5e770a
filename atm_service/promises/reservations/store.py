"""What offices have reserved, by day: locks, counts and lists.

The figures stand in the rows of the offices' days, which payments lock anyway: a payment reads what it must leave in
the very row that keeps others from reserving meanwhile. A reservation counts in the rows of every day from the one on
which it is made to its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

import ledger
from atm_service.platform.locking import Rank
from atm_service.promises.reservations.domain import Standing
from atm_service.registers.withdrawals.domain import Withdrawal


@dataclass(frozen=True, order=True)
class Part:
    """An amount at an office for a day, in đồng; less than zero where it is given back."""

    office: str
    day: date
    amount: int


_SPANS: Final = """
    WITH spans AS (
        SELECT part.office, span.day::date AS day, sum(part.amount) FILTER (WHERE span.day = part.day) AS on_day,
               sum(part.amount) AS from_day
        FROM unnest(CAST(:offices AS text[]), CAST(:days AS date[]), CAST(:amounts AS bigint[]))
            AS part (office, day, amount)
        CROSS JOIN LATERAL generate_series(CAST(:today AS date), part.day, INTERVAL '1 day') AS span (day)
        GROUP BY part.office, span.day
    )
"""
# Locked by an update that changes nothing, as payments do.
_LOCKED: Final = """
    INSERT INTO service.office_day AS d (office, day, paid_total, receipts)
    SELECT office, day, 0, 0 FROM spans ORDER BY office, day
    ON CONFLICT (office, day) DO UPDATE SET receipts = d.receipts
"""
_COUNTED: Final = """
    UPDATE service.office_day AS d
    SET reserved_on = d.reserved_on + coalesce(spans.on_day, 0), reserved_from = d.reserved_from + spans.from_day
    FROM spans WHERE (d.office, d.day) = (spans.office, spans.day)
"""
_LOCK = Rank.OFFICE_DAY.locks(_SPANS + _LOCKED)
_COUNT = text(_SPANS + _COUNTED)
_BIND = text("""
    UPDATE service.withdrawal AS w SET office = bound.office, day = bound.day, expires_at = bound.expires_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:offices AS text[]), CAST(:days AS date[]), CAST(:expiries AS timestamptz[]))
        AS bound (id, office, day, expires_at)
    WHERE w.id = bound.id
""")
_OFFICES = text(
    "SELECT DISTINCT office FROM service.withdrawal WHERE reservation = 'standing' ORDER BY office"
)
_STANDING: Final = """
    SELECT id, amount, day FROM service.withdrawal
    WHERE reservation = 'standing' AND (status = 'authorised' OR lease_until <= :now)
"""
_IN_ORDER: Final = " ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED"
_COMING = Rank.WITHDRAWAL.locks(_STANDING + " AND office = :office AND day >= :today" + _IN_ORDER)
_PAST = Rank.WITHDRAWAL.locks(_STANDING + " AND day < :today" + _IN_ORDER)


def lock(session: Connection, parts: Iterable[Part], today: date) -> None:
    """Keep everybody else from reserving and paying at the parts' offices, from today to the parts' days."""
    session.execute(_LOCK, _values(sorted(parts), today))


def count(session: Connection, parts: Iterable[Part], today: date) -> None:
    """Count what is reserved and given back, in the rows from today on; `lock` has them, or nobody needs to be kept."""
    session.execute(_COUNT, _values(sorted(parts), today))


def bind(session: Connection, withdrawals: Sequence[Withdrawal]) -> None:
    """Write where and until when locked appointments are good; their state is saved like any other's."""
    values = {
        "ids": [one.id for one in withdrawals],
        "offices": [one.office for one in withdrawals],
        "days": [one.day for one in withdrawals],
        "expiries": [one.expires_at for one in withdrawals],
    }
    session.execute(_BIND, values)


def offices(session: Connection) -> list[str]:
    """List the offices where something is reserved."""
    return list(session.execute(_OFFICES).scalars())


def coming(session: Connection, office: str, now: datetime, limit: int) -> list[Standing]:
    """Lock and list what is reserved at an office for today and later, passing by what somebody is working on."""
    values = {"office": office, "now": now, "today": ledger.business_date(now), "limit": limit}
    return [Standing(row.id, row.amount, row.day) for row in session.execute(_COMING, values)]


def past(session: Connection, now: datetime, limit: int) -> list[UUID]:
    """Lock and list withdrawals whose day has passed with their reservation standing."""
    values = {"now": now, "today": ledger.business_date(now), "limit": limit}
    return [row.id for row in session.execute(_PAST, values)]


def _values(parts: Sequence[Part], today: date) -> dict[str, object]:
    return {
        "offices": [part.office for part in parts],
        "days": [part.day for part in parts],
        "amounts": [part.amount for part in parts],
        "today": today,
    }
