"""What is kept of shifts besides themselves: breaks at an opening, and leave to close what was left open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Row, text
from sqlmodel import Field, SQLModel


class OpeningBreakRow(SQLModel, table=True):
    """A drawer that was opened with another sum than its last close and what was moved since. Immutable."""

    __tablename__ = "opening_break"
    __table_args__ = (
        CheckConstraint("counted <> expected", name="opening_break_differs"),
        {"schema": "service"},
    )

    shift_id: UUID = Field(primary_key=True, foreign_key="service.shift.id")
    office: str
    drawer: int
    previous_shift: UUID | None = Field(default=None, foreign_key="service.shift.id", index=True)
    closed_total: int | None = Field(default=None, sa_type=BigInteger)
    expected: int = Field(sa_type=BigInteger)
    counted: int = Field(sa_type=BigInteger)
    found_at: datetime = Field(sa_type=DateTime(timezone=True))


class TakeOverRow(SQLModel, table=True):
    """A supervisor's leave to close a shift that its clerk has left open. Immutable."""

    __tablename__ = "take_over"
    __table_args__ = {"schema": "service"}

    shift_id: UUID = Field(primary_key=True, foreign_key="service.shift.id")
    granted_by: UUID
    granted_at: datetime = Field(sa_type=DateTime(timezone=True))
    reason: str


_ADD_BREAK: Final = text("""
    INSERT INTO service.opening_break (shift_id, office, drawer, previous_shift, closed_total, expected, counted,
        found_at)
    VALUES (:shift_id, :office, :drawer, :previous_shift, :closed_total, :expected, :counted, :now)
""")
_BREAKS: Final = text("""
    SELECT b.shift_id, b.office, b.drawer, t.display_name AS clerk, b.previous_shift, b.closed_total, b.expected,
        b.counted, b.found_at
    FROM service.opening_break b
    JOIN service.shift s ON s.id = b.shift_id
    JOIN service.staff t ON t.id = s.clerk_id
    WHERE b.shift_id < :before AND (CAST(:office AS text) IS NULL OR b.office = :office)
    ORDER BY b.shift_id DESC LIMIT :limit
""")
_GRANT: Final = text("""
    INSERT INTO service.take_over (shift_id, granted_by, granted_at, reason)
    VALUES (:shift_id, :granted_by, :now, :reason) ON CONFLICT (shift_id) DO NOTHING
""")
_GRANTED: Final = text("SELECT shift_id FROM service.take_over WHERE shift_id = ANY (:shifts)")


def add_break(session: Connection, values: Mapping[str, Any]) -> None:
    """Keep a break found at an opening."""
    session.execute(_ADD_BREAK, dict(values))


def breaks(session: Connection, office: str | None, before: UUID, limit: int) -> Sequence[Row[Any]]:
    """List breaks found at openings, of an office or of all, newest first."""
    return session.execute(_BREAKS, {"office": office, "before": before, "limit": limit}).all()


def grant(session: Connection, shift_id: UUID, granted_by: UUID, reason: str, now: datetime) -> bool:
    """Give leave to close a shift; False when somebody has given it."""
    values = {"shift_id": shift_id, "granted_by": granted_by, "reason": reason, "now": now}
    return session.execute(_GRANT, values).rowcount == 1


def granted(session: Connection, shifts: Sequence[UUID]) -> set[UUID]:
    """Tell which of these shifts may be closed by another clerk."""
    return set(session.execute(_GRANTED, {"shifts": list(shifts)}).scalars())
