"""Find the paper of an entry: receipts and vouchers, and what undid them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

_OF_ENTRY = text("""
    SELECT r.number, 'withdrawal' AS kind, r.amount, r.paid_at AS at, undone.number AS undone_by
    FROM service.receipt AS r
    LEFT JOIN service.voucher AS undone ON undone.kind = 'withdrawal-reversal' AND undone.subject = r.withdrawal_id
    WHERE r.entry_id = :entry_id
    UNION ALL
    SELECT v.number, v.kind, v.amount, v.made_at, undone.number
    FROM service.voucher AS v
    LEFT JOIN service.voucher AS undone
        ON v.kind = 'deposit' AND undone.kind = 'deposit-reversal' AND undone.subject = v.subject
    WHERE v.entry_id = :entry_id
""")


def of_entry(session: Connection, entry_id: UUID) -> Row[Any] | None:
    """Find the receipt or voucher of an entry."""
    return session.execute(_OF_ENTRY, {"entry_id": entry_id}).one_or_none()
