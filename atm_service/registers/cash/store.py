"""Deliveries in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Index, RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

import ledger
from atm_service.platform import calendar, ids
from atm_service.platform.locking import Rank
from atm_service.registers.cash.delivery import Delivery, DeliveryStatus, Direction

_OPEN: Final = "status IN ('ordered', 'sent', 'turned-back')"


class DeliveryRow(SQLModel, table=True):
    """One delivery of cash between area and office. Amounts in đồng."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("direction IN ('to-office', 'to-area')", name="delivery_direction"),
        CheckConstraint(
            "status IN ('ordered', 'sent', 'turned-back', 'received', 'returned', 'cancelled')",
            name="delivery_status",
        ),
        CheckConstraint("amount > 0", name="delivery_amount"),
        CheckConstraint("NOT needs_two OR sent_by <> ordered_by", name="delivery_sent_by_another"),
        CheckConstraint(
            "needs_two IS NULL OR explained_by NOT IN (sent_by, ended_by)",
            name="delivery_explained_by_another",
        ),
        Index("delivery_office", "office", "id"),
        Index("delivery_open", "id", postgresql_where=text(_OPEN)),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str = Field(foreign_key="service.office.code")
    direction: str
    amount: int = Field(sa_type=BigInteger)
    status: str
    ordered_by: UUID
    ordered_at: datetime = Field(sa_type=DateTime(timezone=True))
    needs_two: bool | None = None
    sent_by: UUID | None = None
    sent_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    sent_counts: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    turned_by: UUID | None = None
    turned_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    turned_reason: str | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_counts: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    difference: int = Field(sa_type=BigInteger)
    explained_by: UUID | None = None
    explained_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    explanation: str | None = None


_INSERT = text("""
    INSERT INTO service.delivery (id, office, direction, amount, status, ordered_by, ordered_at, needs_two, difference)
    VALUES (:id, :office, :direction, :amount, :status, :ordered_by, :ordered_at, :needs_two, :difference)
""")
_SAVE = text("""
    UPDATE service.delivery SET status = :status, sent_by = :sent_by, sent_at = :sent_at, sent_counts = :sent_counts,
        turned_by = :turned_by, turned_at = :turned_at, turned_reason = :turned_reason, ended_by = :ended_by,
        ended_at = :ended_at, ended_counts = :ended_counts, difference = :difference, explained_by = :explained_by,
        explained_at = :explained_at, explanation = :explanation
    WHERE id = :id
""").bindparams(
    bindparam("sent_counts", type_=JSONB(none_as_null=True)),
    bindparam("ended_counts", type_=JSONB(none_as_null=True)),
)
_LOCK = Rank.DELIVERY.locks("SELECT * FROM service.delivery WHERE id = :id FOR UPDATE")
_ORDERED_TODAY = text("""
    SELECT coalesce(sum(amount), 0) FROM service.delivery
    WHERE office = :office AND id >= :day_first AND direction = :direction AND ordered_by = ANY (:by)
      AND status <> 'cancelled'
""")
_LIST: Final = """
    SELECT * FROM service.delivery
    WHERE id < :before AND (CAST(:office AS text) IS NULL OR office = :office)
      AND (CAST(:area AS text) IS NULL OR office IN (SELECT service.offices_below(:area, :day)))
"""
_ALL = text(f"{_LIST} ORDER BY id DESC LIMIT :limit")
_OPEN_ONES = text(f"{_LIST} AND {_OPEN} ORDER BY id DESC LIMIT :limit")
_UNEXPLAINED = text(f"""
    {_LIST} AND difference <> 0 AND explained_at IS NULL ORDER BY id DESC LIMIT :limit
""")
_LISTS: Final = {"open": _OPEN_ONES, "unexplained": _UNEXPLAINED, "all": _ALL}


def insert(session: Connection, delivery: Delivery) -> None:
    """Add an ordered delivery."""
    session.execute(_INSERT, asdict(delivery))


def save(session: Connection, delivery: Delivery) -> None:
    """Write a locked delivery's next state."""
    session.execute(_SAVE, asdict(delivery))


def lock(session: Connection, id: UUID) -> Delivery | None:
    """Find a delivery and keep others from acting on it."""
    row = session.execute(_LOCK, {"id": id}).mappings().one_or_none()
    return None if row is None else _delivery(row)


def ordered_today(
    session: Connection, office: str, direction: Direction, by: frozenset[UUID], now: datetime
) -> int:
    """Add up what these people ordered for one office on this business day and did not call off unsent, in đồng."""
    day = calendar.day_start(ledger.business_date(now))
    values = {"office": office, "day_first": ids.first(day), "direction": direction, "by": list(by)}
    return int(session.execute(_ORDERED_TODAY, values).scalar_one())


def listed(
    session: Connection,
    which: str,
    office: str | None,
    before: UUID,
    limit: int,
    within: tuple[str | None, date] = (None, date.min),
) -> Sequence[Delivery]:
    """List deliveries, newest first: `open`, `unexplained` or `all`; of an office or of all.

    `within`: only of the offices that an area's people look after on a day.
    """
    area, day = within
    values = {"office": office, "before": before, "limit": limit, "area": area, "day": day}
    return [_delivery(row) for row in session.execute(_LISTS[which], values).mappings()]


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        **{**row, "direction": Direction(row["direction"]), "status": DeliveryStatus(row["status"])}
    )
