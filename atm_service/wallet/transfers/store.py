"""Transfers from the phone in the database. A row never changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

PEOPLE_MAX: Final = 10
_LOOKED_BACK: Final = 200  # transfers among which the people paid lately are found


class WalletTransferRow(SQLModel, table=True):
    """One transfer with its entry. One an intention: what was confirmed once is sent once."""

    __tablename__ = "wallet_transfer"
    __table_args__ = (
        CheckConstraint("amount > 0 AND fee >= 0", name="wallet_transfer_amount"),
        CheckConstraint("payer_id <> payee_id", name="wallet_transfer_two_people"),
        Index("wallet_transfer_sent", "payer_id", "id"),
        Index("wallet_transfer_received", "payee_id", "id"),
        Index("wallet_transfer_counted", "payer_id", "made_at"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    intention_id: UUID = Field(unique=True)
    entry_id: UUID = Field(unique=True, foreign_key="ledger.entry.id")
    payer_id: UUID = Field(foreign_key="service.customer.id")
    payee_id: UUID = Field(foreign_key="service.customer.id")
    amount: int = Field(sa_type=BigInteger)
    fee: int = Field(sa_type=BigInteger)
    message_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Seen:
    """A transfer as one of its two customers sees it: the other one, and whether that one has got the money."""

    id: UUID
    number: str
    sent: bool
    amount: int
    fee: int
    message_sealed: bytes | None = field(repr=False)
    made_at: datetime
    other_id: UUID
    identity_sealed: bytes = field(repr=False)
    phone_sealed: bytes = field(repr=False)
    phone_since: datetime | None


_INSERT: Final = text("""
    INSERT INTO service.wallet_transfer
        (id, number, intention_id, entry_id, payer_id, payee_id, amount, fee, message_sealed, made_at)
    VALUES (:id, :number, :intention_id, :entry_id, :payer_id, :payee_id, :amount, :fee, :message_sealed, :made_at)
""")
_SEEN: Final = """
    SELECT t.id, t.number, t.payer_id = :customer_id AS sent, t.amount, t.fee, t.message_sealed, t.made_at,
           c.id AS other_id, c.identity_sealed, c.phone_sealed, c.phone_since
    FROM ({found}) AS t
    JOIN service.customer AS c ON c.id = CASE WHEN t.payer_id = :customer_id THEN t.payee_id ELSE t.payer_id END
    ORDER BY t.id DESC LIMIT :limit
"""
_MINE: Final = """
    (SELECT * FROM service.wallet_transfer WHERE payer_id = :customer_id AND {which} ORDER BY id DESC LIMIT :limit)
    UNION ALL
    (SELECT * FROM service.wallet_transfer WHERE payee_id = :customer_id AND {which} ORDER BY id DESC LIMIT :limit)
"""
_LIST: Final = text(_SEEN.format(found=_MINE.format(which="id < :before")))
_FIND: Final = text(_SEEN.format(found=_MINE.format(which="id = :id")))
_OF_INTENTION: Final = text(
    _SEEN.format(
        found="SELECT * FROM service.wallet_transfer WHERE payer_id = :customer_id AND intention_id = :id"
    )
)
_PEOPLE: Final = text(
    _SEEN.format(
        found="""
        SELECT DISTINCT ON (payee_id) * FROM (
            SELECT * FROM service.wallet_transfer WHERE payer_id = :customer_id ORDER BY id DESC LIMIT :looked_back
        ) AS lately
        WHERE EXISTS (SELECT FROM service.customer WHERE id = payee_id AND closed_at IS NULL)
        ORDER BY payee_id, id DESC
        """
    )
)


def insert(session: Connection, values: dict[str, Any]) -> None:
    """Write a transfer down, in the transaction of its entry."""
    session.execute(_INSERT, values)


def listed(session: Connection, customer_id: UUID, before: UUID, limit: int) -> Sequence[Seen]:
    """List what a customer has sent and received, newest first, older than `before`."""
    return _seen(session, _LIST, customer_id, limit, before=before)


def find(session: Connection, customer_id: UUID, id: UUID) -> Seen | None:
    """Give one of a customer's transfers, sent or received."""
    return next(iter(_seen(session, _FIND, customer_id, 1, id=id)), None)


def of_intention(session: Connection, customer_id: UUID, id: UUID) -> list[Seen]:
    """Give what a payer has sent by an intention, if it was sent."""
    return _seen(session, _OF_INTENTION, customer_id, 1, id=id)


def people(session: Connection, customer_id: UUID) -> list[Seen]:
    """Give a payer's newest transfer to each of those who were paid last."""
    return _seen(session, _PEOPLE, customer_id, PEOPLE_MAX, looked_back=_LOOKED_BACK)


def _seen(session: Connection, query: Any, customer_id: UUID, limit: int, **more: Any) -> list[Seen]:
    rows = session.execute(query, {"customer_id": customer_id, "limit": limit, **more}).mappings()
    return [Seen(**row) for row in rows]
