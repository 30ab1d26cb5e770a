"""Top-ups in the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, Index, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.payments.domain import TopUpStatus


class TopUpRow(SQLModel, table=True):
    """One wish to bring money in. It succeeds with its journal entry, in one transaction."""

    __tablename__ = "top_up"
    __table_args__ = (
        Index("top_up_to_ask", "next_ask_at", postgresql_where=text("status = 'pending'")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id", index=True)
    bank_link_id: UUID = Field(foreign_key="service.bank_link.id")
    amount: int = Field(sa_type=BigInteger)
    status: str
    reason: str | None = None
    bank_reference: str | None = None
    asks: int
    next_ask_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    entry_id: UUID | None = Field(default=None, unique=True, foreign_key="ledger.entry.id")
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class TopUp:
    """What is stored of a top-up. `amount` in đồng."""

    id: UUID
    customer_id: UUID
    bank_link_id: UUID
    amount: int
    status: TopUpStatus
    reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """What the bank's answer makes of a top-up."""

    status: TopUpStatus
    reason: str | None
    bank_reference: str
    entry_id: UUID | None


_COLUMNS: Final = "id, customer_id, bank_link_id, amount, status, reason, created_at"
_ADD: Final = text("""
    INSERT INTO service.top_up (id, customer_id, bank_link_id, amount, status, asks, next_ask_at, created_at)
    VALUES (:id, :customer_id, :bank_link_id, :amount, 'pending', 1, :next_ask_at, :created_at)
""")
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.top_up WHERE id = :id")  # noqa: S608  made of constants
_LOCK: Final = Rank.TOP_UP.locks(
    f"SELECT {_COLUMNS} FROM service.top_up WHERE id = :id FOR NO KEY UPDATE"  # noqa: S608  the same
)
_END: Final = text("""
    UPDATE service.top_up
    SET status = :status, reason = :reason, bank_reference = :bank_reference, entry_id = :entry_id,
        next_ask_at = NULL, ended_at = :now
    WHERE id = :id
""")
_DUE: Final = Rank.TOP_UP.locks("""
    SELECT id, asks FROM service.top_up
    WHERE status = 'pending' AND next_ask_at <= :now
    ORDER BY next_ask_at LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
""")
_POSTPONE: Final = text(
    "UPDATE service.top_up SET asks = asks + 1, next_ask_at = :next_ask_at WHERE id = :id"
)


def add(session: Connection, top_up: TopUp, next_ask_at: datetime) -> None:
    """Add a pending top-up that is about to be asked for."""
    values = {name: getattr(top_up, name) for name in TopUp.__slots__}
    session.execute(_ADD, values | {"next_ask_at": next_ask_at})


def find(session: Connection, id: UUID) -> TopUp | None:
    """Give a top-up by id."""
    row = session.execute(_FIND, {"id": id}).one_or_none()
    return None if row is None else _top_up(*row)


def lock(session: Connection, id: UUID) -> TopUp | None:
    """Give a top-up by id, and keep others from ending it until the commit."""
    row = session.execute(_LOCK, {"id": id}).one_or_none()
    return None if row is None else _top_up(*row)


def end(session: Connection, id: UUID, end: End, now: datetime) -> None:
    """Write the bank's final answer."""
    values = {name: getattr(end, name) for name in End.__slots__}
    session.execute(_END, values | {"id": id, "now": now})


def take_due(session: Connection, now: datetime, pause: Callable[[int], timedelta]) -> UUID | None:
    """Give the id of the oldest top-up to ask about now, but those in other hands, and put its next ask off.

    `pause` tells how long, from how often it was asked about, this time included.
    """
    row = session.execute(_DUE, {"now": now}).one_or_none()
    if row is None:
        return None
    session.execute(_POSTPONE, {"id": row.id, "next_ask_at": now + pause(row.asks + 1)})
    return UUID(str(row.id))


def _top_up(
    id: UUID,
    customer_id: UUID,
    bank_link_id: UUID,
    amount: int,
    status: str,
    reason: str | None,
    created_at: datetime,
) -> TopUp:
    return TopUp(id, customer_id, bank_link_id, amount, TopUpStatus(status), reason, created_at)
