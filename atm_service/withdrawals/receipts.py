"""Receipts, and what an office has paid out: the tables' queries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from atm_service.cash.domain import NONE, minus, written


@dataclass(frozen=True)
class Receipt:
    """One payment over the counter, with the names that are printed. Amount and fee in đồng."""

    id: UUID
    number: str
    withdrawal_id: UUID
    customer_id: UUID
    amount: int
    fee: int
    office: str
    office_name: str
    drawer: int
    clerk: str
    identity_checked: str
    paid_at: datetime
    entry_id: UUID
    identity_sealed: bytes
    notes: dict[str, int] | None


@dataclass(frozen=True)
class Payout:
    """What an office has moved so far, this payment included: đồng this day and month; the day's running number.

    In plus out, less what was undone: the limits are for both.
    """

    number: int
    day: int
    month: int


_COUNT = text("""
    WITH today AS (
        INSERT INTO service.office_day AS d (office, day, paid_total, receipts)
        VALUES (:office, :day, :amount, 1)
        ON CONFLICT (office, day) DO UPDATE
            SET paid_total = d.paid_total + excluded.paid_total, receipts = d.receipts + 1
        RETURNING paid_total - reversed_total + received_total AS cash, receipts
    )
    SELECT today.receipts AS number, today.cash AS day,
           today.cash + coalesce((SELECT sum(paid_total - reversed_total + received_total) FROM service.office_day
                                        WHERE office = :office AND day >= :month AND day < :day), 0) AS month
    FROM today
""")
_INSERT = text("""
    INSERT INTO service.receipt (id, number, withdrawal_id, entry_id, shift_id, customer_id, amount, fee, office,
        drawer, clerk_id, identity_checked, paid_at)
    VALUES (:id, :number, :withdrawal_id, :entry_id, :shift_id, :customer_id, :amount, :fee, :office,
        :drawer, :clerk_id, :identity_checked, :paid_at)
""")
_SELECT: Final = """
    SELECT r.*, o.name AS office_name, s.display_name AS clerk, c.identity_sealed, m.notes
    FROM service.receipt r
    JOIN service.office o ON o.code = r.office
    JOIN service.staff s ON s.id = r.clerk_id
    JOIN service.customer c ON c.id = r.customer_id
    LEFT JOIN service.note_movement m
        ON m.entry_id = r.entry_id AND m.place = 'office/' || r.office || '/drawer/' || r.drawer
"""
_ONE = text(f"{_SELECT} WHERE r.id = :id AND r.office = :office")
_DAY = text(f"""
    {_SELECT} WHERE r.office = :office AND r.paid_at >= :start AND r.paid_at < :end AND r.id < :before
    ORDER BY r.id DESC LIMIT :limit
""")


def count(session: Connection, office: str, day: date, amount: int) -> Payout:
    """Count a payment towards an office's day. Parallel payments of one office take turns from here on."""
    values = {"office": office, "day": day, "month": day.replace(day=1), "amount": amount}
    row = session.execute(_COUNT, values).one()
    return Payout(int(row.number), int(row.day), int(row.month))


def insert(session: Connection, facts: dict[str, Any]) -> None:
    """Add a receipt."""
    session.execute(_INSERT, facts)


def find(session: Connection, office: str, id: UUID) -> Receipt | None:
    """Find a receipt of an office."""
    row = session.execute(_ONE, {"id": id, "office": office}).one_or_none()
    return None if row is None else _receipt(row)


def of_day(
    session: Connection, office: str, start: datetime, end: datetime, before: UUID, limit: int
) -> list[Receipt]:
    """List an office's receipts between two moments, newest first, older than `before`."""
    values = {"office": office, "start": start, "end": end, "before": before, "limit": limit}
    return [_receipt(row) for row in session.execute(_DAY, values)]


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        id=row.id,
        number=row.number,
        withdrawal_id=row.withdrawal_id,
        customer_id=row.customer_id,
        amount=row.amount,
        fee=row.fee,
        office=row.office,
        office_name=row.office_name,
        drawer=row.drawer,
        clerk=row.clerk,
        identity_checked=row.identity_checked,
        paid_at=row.paid_at,
        entry_id=row.entry_id,
        identity_sealed=row.identity_sealed,
        notes=None if row.notes is None else written(minus(NONE, tuple(row.notes))),
    )
