"""Blind counts: who counts is not told the ledger's figure, and counts once more when the first count differs.

The second count of the same cash stands. Every count is kept.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, UniqueConstraint, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

import ledger
from atm_service.platform import chart, ids
from atm_service.registers.notes.domain import Counts, counted_total
from ledger import Entry, Posting


class CashCountRow(SQLModel, table=True):
    """One count of a drawer at its close, a delivery or a vault. `expected` is what the ledger had. Immutable."""

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
) -> UUID | None:
    """Keep a count; give its id if it stands: it agrees, or the same person counted the same cash before.

    Whatever moved in between makes it other cash, which may be counted twice again. The caller has locked the subject.
    """
    last = session.execute(_LAST, {"subject": subject}).one_or_none()
    known = (last.counted_by, last.expected, last.stood) if last else None
    second = known == (counted_by, expected, False)
    stood = second or counted_total(counts) == expected
    id = ids.new(now)
    values = {
        "id": id,
        "subject": subject,
        "number": last.number + 1 if last else 1,
        "counted_by": counted_by,
        "now": now,
        "counts": dict(counts),
        "total": counted_total(counts),
        "expected": expected,
        "stood": stood,
    }
    session.execute(_ADD, values)
    return id if stood else None


def post_difference(
    session: Connection, kind: str, reference: str, office: str, place: str, difference: int, now: datetime
) -> None:
    """Post what a count of one of the office's places is over (or short, negative), if it is."""
    if difference == 0:
        return
    over_short = chart.over_short(office)
    debit, credit = (place, over_short) if difference > 0 else (over_short, place)
    entry = Entry(
        id=ids.new(now),
        reference=reference,
        kind=kind,
        business_date=ledger.business_date(now),
        narration=f"counted cash differs at {office}",
        postings=(Posting(debit, credit, abs(difference)),),
    )
    ledger.must(ledger.post(session, [entry], now))
