"""Appointments whose office has reserved cash: locks and lists. What is reserved counts in `headroom`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

import ledger
from atm_service.platform.locking import Rank
from atm_service.promises.reservations.domain import Standing
from atm_service.registers.withdrawals.domain import Withdrawal

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
