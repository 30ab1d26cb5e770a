"""Receipts, and what an office has paid out: the tables' queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from atm_service.platform import numbers
from atm_service.platform.numbers import Run
from atm_service.registers.notes.domain import NONE, minus, written


@dataclass(frozen=True)
class Delegate:
    """Who collected for the customer: the encrypted number of the card, and how that card was read."""

    delegation_id: UUID
    encrypted: bytes = field(repr=False)
    checked: str


@dataclass(frozen=True)
class Receipt:
    """One payment over the counter, with the names that are printed. Amount and fee in đồng.

    `undone_by` is the number of the voucher by which it was undone.
    """

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
    delegate: Delegate | None = None
    undone_by: str | None = None


_INSERT = text("""
    INSERT INTO service.receipt (id, number, withdrawal_id, entry_id, shift_id, customer_id, amount, fee, office,
        drawer, clerk_id, identity_checked, delegate_checked, paid_at)
    SELECT new.*, :paid_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS text[]), CAST(:withdrawals AS uuid[]), CAST(:entries AS uuid[]),
        CAST(:shifts AS uuid[]), CAST(:customers AS uuid[]), CAST(:amounts AS bigint[]), CAST(:fees AS bigint[]),
        CAST(:offices AS text[]), CAST(:drawers AS integer[]), CAST(:clerks AS uuid[]), CAST(:checked AS text[]),
        CAST(:delegates AS text[])) AS new
""")
_SELECT: Final = """
    SELECT r.*, o.name AS office_name, s.display_name AS clerk, c.identity_sealed, m.notes,
           d.id AS delegation_id, d.delegate_sealed, undone.number AS undone_by
    FROM service.receipt r
    JOIN service.office o ON o.code = r.office
    JOIN service.staff s ON s.id = r.clerk_id
    JOIN service.customer c ON c.id = r.customer_id
    JOIN service.withdrawal w ON w.id = r.withdrawal_id
    LEFT JOIN service.delegation d ON d.id = w.delegation_id
    LEFT JOIN service.voucher undone ON undone.kind = 'withdrawal-reversal' AND undone.subject = r.withdrawal_id
    LEFT JOIN service.note_movement m
        ON m.entry_id = r.entry_id AND m.place = 'office/' || r.office || '/drawer/' || r.drawer
"""
_ONE = text(f"{_SELECT} WHERE r.id = :id AND r.office = :office")
_OF = text(f"{_SELECT} WHERE r.withdrawal_id = :withdrawal_id AND r.office = :office")
_DAY = text(f"""
    {_SELECT} WHERE r.id IN ({numbers.newest("service.receipt")})
    ORDER BY length(r.number) DESC, r.number DESC
""")


def insert(session: Connection, paid: Sequence[tuple[Receipt, UUID, UUID]]) -> None:
    """Add receipts, each with its shift and its clerk."""
    new = [receipt for receipt, _, _ in paid]
    values = {
        "ids": [one.id for one in new],
        "numbers": [one.number for one in new],
        "withdrawals": [one.withdrawal_id for one in new],
        "entries": [one.entry_id for one in new],
        "shifts": [shift_id for _, shift_id, _ in paid],
        "customers": [one.customer_id for one in new],
        "amounts": [one.amount for one in new],
        "fees": [one.fee for one in new],
        "offices": [one.office for one in new],
        "drawers": [one.drawer for one in new],
        "clerks": [clerk_id for _, _, clerk_id in paid],
        "checked": [one.identity_checked for one in new],
        "delegates": [one.delegate and one.delegate.checked for one in new],
        "paid_at": new[0].paid_at,
    }
    session.execute(_INSERT, values)


def find(session: Connection, office: str, id: UUID) -> Receipt | None:
    """Find a receipt of an office."""
    row = session.execute(_ONE, {"id": id, "office": office}).one_or_none()
    return None if row is None else _receipt(row)


def of_withdrawal(session: Connection, office: str, withdrawal_id: UUID) -> list[Receipt]:
    """Find the receipt of a withdrawal that an office paid: one, or none."""
    return [_receipt(row) for row in session.execute(_OF, {"withdrawal_id": withdrawal_id, "office": office})]


def of_day(session: Connection, run: Run, cursor: str | None, limit: int) -> list[Receipt]:
    """List an office's receipts of a day, newest first, after a cursor. Raises `MalformedRequest`."""
    return [_receipt(row) for row in session.execute(_DAY, run.after(cursor, limit))]


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
        delegate=row.delegation_id and Delegate(row.delegation_id, row.delegate_sealed, row.delegate_checked),
        undone_by=row.undone_by,
    )
