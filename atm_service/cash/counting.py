"""Blind counts: who counts is not told the ledger's figure, and counts once more when the first count differs.

The second count of the same cash stands. Every count is kept.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, UniqueConstraint, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service import ids
from atm_service.offices.domain import Counts, total


class CashCountRow(SQLModel, table=True):
    """One count of a shift's drawer at its close, or of a delivery. `expected` is what the ledger had. Immutable."""

    __tablename__ = "cash_count"
    __table_args__ = (
        UniqueConstraint("subject", "number", name="cash_count_number_key"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    subject: UUID
    number: int
    counted_by: UUID
    counted_at: datetime = Field(sa_type=DateTime(timezone=True))
    counts: dict[str, Any] = Field(sa_type=JSONB)
    total: int = Field(sa_type=BigInteger)
    expected: int = Field(sa_type=BigInteger)
    stood: bool


_LAST: Final = text("""
    SELECT number, counted_by, expected, stood FROM service.cash_count
    WHERE subject = :subject ORDER BY number DESC LIMIT 1
""")
_ADD: Final = text("""
    INSERT INTO service.cash_count (id, subject, number, counted_by, counted_at, counts, total, expected, stood)
    VALUES (:id, :subject, :number, :counted_by, :now, :counts, :total, :expected, :stood)
""").bindparams(bindparam("counts", type_=JSONB))


def stands(
    session: Connection, subject: UUID, counted_by: UUID, counts: Counts, expected: int, now: datetime
) -> bool:
    """Keep a count; tell whether it stands: it agrees, or the same person counted the same cash before.

    Whatever moved in between makes it other cash, which may be counted twice again. The caller has locked the subject.
    """
    last = session.execute(_LAST, {"subject": subject}).one_or_none()
    known = (last.counted_by, last.expected, last.stood) if last else None
    second = known == (counted_by, expected, False)
    stood = second or total(counts) == expected
    values = {
        "id": ids.new(now),
        "subject": subject,
        "number": last.number + 1 if last else 1,
        "counted_by": counted_by,
        "now": now,
        "counts": dict(counts),
        "total": total(counts),
        "expected": expected,
        "stood": stood,
    }
    session.execute(_ADD, values)
    return stood
