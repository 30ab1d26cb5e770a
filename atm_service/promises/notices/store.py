"""Notices in the database. What they tell never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import CheckConstraint, Connection, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.platform import ids
from atm_service.platform.locking import Rank


class NoticeKind(StrEnum):
    """What a notice is about."""

    BROKEN = "reservation-broken"
    MISSED = "reservation-missed"
    RECEIVED = "transfer-received"
    SENT = "transfer-sent"
    COMPLAINT_ANSWERED = "complaint-answered"
    BILL_PAID = "bill-paid"
    BILL_DECLINED = "bill-declined"
    BILL_REFUNDED = "bill-refunded"


class NoticeRow(SQLModel, table=True):
    """One notice to one customer about one withdrawal, one transfer from the phone, one complaint or one bill."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN kind IN ('reservation-broken', 'reservation-missed')"
            " THEN withdrawal_id IS NOT NULL AND num_nonnulls(transfer_id, complaint_id, bill_id) = 0"
            " WHEN kind IN ('transfer-received', 'transfer-sent')"
            " THEN transfer_id IS NOT NULL AND num_nonnulls(withdrawal_id, complaint_id, bill_id) = 0"
            " WHEN kind IN ('complaint-answered')"
            " THEN complaint_id IS NOT NULL AND num_nonnulls(withdrawal_id, transfer_id, bill_id) = 0"
            " WHEN kind IN ('bill-paid', 'bill-declined', 'bill-refunded')"
            " THEN bill_id IS NOT NULL AND num_nonnulls(withdrawal_id, transfer_id, complaint_id) = 0 ELSE false END",
            name="notice_kind",
        ),
        Index("notice_of_customer", "customer_id", "id"),
        Index("notice_of_withdrawal", "withdrawal_id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    withdrawal_id: UUID | None = Field(default=None, foreign_key="service.withdrawal.id")
    kind: str
    facts: dict[str, Any] = Field(sa_type=JSONB)
    made_at: datetime = Field(sa_type=DateTime(timezone=True))
    read_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    transfer_id: UUID | None = Field(default=None, foreign_key="service.wallet_transfer.id")
    complaint_id: UUID | None = Field(default=None, foreign_key="service.complaint.id")
    bill_id: UUID | None = Field(default=None, foreign_key="service.bill.id")


@dataclass(frozen=True)
class Notice:
    """What is to be told, or was. `facts`: codes, names and days of offices, an amount; nothing personal."""

    customer_id: UUID
    withdrawal_id: UUID | None
    kind: NoticeKind
    facts: Mapping[str, Any]
    transfer_id: UUID | None = None
    id: UUID | None = None
    made_at: datetime | None = None
    read_at: datetime | None = None
    complaint_id: UUID | None = None
    bill_id: UUID | None = None


_INSERT: Final = text("""
    INSERT INTO service.notice
        (id, customer_id, withdrawal_id, transfer_id, complaint_id, bill_id, kind, facts, made_at)
    SELECT new.*, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:withdrawals AS uuid[]),
        CAST(:transfers AS uuid[]), CAST(:complaints AS uuid[]), CAST(:bills AS uuid[]), CAST(:kinds AS text[]),
        CAST(:facts AS jsonb[])) AS new
""")
_LIST: Final = text("""
    SELECT id, customer_id, withdrawal_id, transfer_id, complaint_id, bill_id, kind, facts, made_at, read_at
    FROM service.notice
    WHERE customer_id = :customer_id AND id < :before
      AND (CAST(:withdrawal_id AS uuid) IS NULL OR withdrawal_id = :withdrawal_id)
    ORDER BY id DESC LIMIT :limit
""")
_READ: Final = Rank.NOTICE.locks("""
    UPDATE service.notice SET read_at = coalesce(read_at, :now) WHERE id = :id AND customer_id = :customer_id
""")
_SETTLED: Final = Rank.NOTICE.locks("""
    UPDATE service.notice SET read_at = :now WHERE withdrawal_id = :withdrawal_id AND read_at IS NULL
""")


def insert_each(session: Connection, notices: Sequence[Notice], now: datetime) -> None:
    """Write notices, in the transaction of what they tell of."""
    values = {
        "ids": [ids.new(now) for _ in notices],
        "customers": [one.customer_id for one in notices],
        "withdrawals": [one.withdrawal_id for one in notices],
        "transfers": [one.transfer_id for one in notices],
        "complaints": [one.complaint_id for one in notices],
        "bills": [one.bill_id for one in notices],
        "kinds": [one.kind.value for one in notices],
        "facts": [orjson.dumps(dict(one.facts)).decode() for one in notices],
        "now": now,
    }
    session.execute(_INSERT, values)


def listed(
    session: Connection, customer_id: UUID, withdrawal_id: UUID | None, before: UUID, limit: int
) -> list[Notice]:
    """List a customer's notices, of one withdrawal or all, newest first, older than `before`."""
    values = {"customer_id": customer_id, "withdrawal_id": withdrawal_id, "before": before, "limit": limit}
    rows = session.execute(_LIST, values).mappings()
    return [Notice(**{**row, "kind": NoticeKind(row["kind"])}) for row in rows]


def read(session: Connection, customer_id: UUID, id: UUID, now: datetime) -> bool:
    """Mark a customer's notice as read; False when there is none."""
    values = {"id": id, "customer_id": customer_id, "now": now}
    return session.execute(_READ, values).rowcount == 1


def settled(session: Connection, withdrawal_id: UUID, now: datetime) -> None:
    """Mark what was told of a withdrawal as read: its customer has acted on it."""
    session.execute(_SETTLED, {"withdrawal_id": withdrawal_id, "now": now})
