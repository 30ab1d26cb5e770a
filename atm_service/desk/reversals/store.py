"""What a payment was, as undoing it needs to know."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Payment:
    """The receipt of a withdrawal: what to mirror, and whose it is. Amount and fee in đồng."""

    entry_id: UUID
    customer_id: UUID
    clerk_id: UUID
    office: str
    amount: int
    fee: int


_PAYMENT: Final = text("""
    SELECT entry_id, customer_id, clerk_id, office, amount, fee FROM service.receipt WHERE withdrawal_id = :id
""")


def payment(session: Connection, withdrawal_id: UUID) -> Payment | None:
    """Find the payment of a withdrawal."""
    row = session.execute(_PAYMENT, {"id": withdrawal_id}).one_or_none()
    return None if row is None else Payment(*row)
