"""Counterfeit notes in the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, DateTime, Index, LargeBinary, Row, text
from sqlmodel import Field, SQLModel

from atm_service.platform import numbers
from atm_service.platform.locking import Rank
from atm_service.platform.numbers import Run


class CounterfeitRow(SQLModel, table=True):
    """One counterfeit note, never changed. Who brought it is encrypted."""

    __tablename__ = "counterfeit"
    __table_args__ = (
        CheckConstraint(
            "note IN (500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000)", name="counterfeit_note"
        ),
        CheckConstraint("serial ~ '^[A-Z0-9]{4,16}$'", name="counterfeit_serial_form"),
        Index("counterfeit_of_office", "office", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    note: int
    serial: str
    deposit_id: UUID | None = Field(default=None, foreign_key="service.deposit.id")
    bearer_sealed: bytes = Field(sa_type=LargeBinary)
    office: str = Field(foreign_key="service.office.code")
    drawer: int
    shift_id: UUID = Field(foreign_key="service.shift.id")
    clerk_id: UUID = Field(foreign_key="service.staff.id")
    found_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Counterfeit:
    """A counterfeit note on record, with the names that are printed."""

    id: UUID
    number: str
    note: int
    serial: str
    deposit_id: UUID | None
    bearer_sealed: bytes = field(repr=False)
    office: str
    office_name: str
    drawer: int
    clerk: str
    found_at: datetime


_TURN: Final = Rank.COUNTERFEIT.locks(
    "SELECT pg_advisory_xact_lock(hashtextextended('counterfeit ' || :office, 3))"
)
_LAST: Final = text("""
    SELECT count(*), max(found_at) FROM service.counterfeit
    WHERE office = :office AND number > :prefix AND number < :end
""")
_INSERT: Final = text("""
    INSERT INTO service.counterfeit (id, number, note, serial, deposit_id, bearer_sealed, office, drawer, shift_id,
        clerk_id, found_at)
    VALUES (:id, :number, :note, :serial, :deposit_id, :bearer_sealed, :office, :drawer, :shift_id,
        :clerk_id, :found_at)
""")
_SELECT: Final = """
    SELECT k.*, o.name AS office_name, s.display_name AS clerk
    FROM service.counterfeit k
    JOIN service.office o ON o.code = k.office
    JOIN service.staff s ON s.id = k.clerk_id
"""
_ONE: Final = text(f"{_SELECT} WHERE k.id = :id")
_OF_DAY: Final = text(f"""
    {_SELECT} WHERE k.id IN ({numbers.newest("service.counterfeit")})
    ORDER BY length(k.number) DESC, k.number DESC
""")


def run(office: str, day: date) -> Run:
    """Name an office's records of a day, which are numbered `05971-1-261121-G0001`."""
    return Run(office, day, "G")


def next_in(session: Connection, run: Run, now: datetime) -> tuple[str, datetime]:
    """Give the next number of a run, and its moment; the office's records take turns from here on."""
    session.execute(_TURN, {"office": run.office})
    found, last_at = session.execute(_LAST, run.after(None, 1)).one()
    return run.number(found + 1), max(now, last_at or now)


def insert(session: Connection, facts: dict[str, Any]) -> None:
    """Put a note on record."""
    session.execute(_INSERT, facts)


def find(session: Connection, id: UUID) -> Counterfeit | None:
    """Find a record."""
    row = session.execute(_ONE, {"id": id}).one_or_none()
    return None if row is None else _counterfeit(row)


def of_day(session: Connection, run: Run, cursor: str | None, limit: int) -> Sequence[Counterfeit]:
    """List an office's records of a day, newest first, after a cursor. Raises `MalformedRequest`."""
    return [_counterfeit(row) for row in session.execute(_OF_DAY, run.after(cursor, limit))]


def _counterfeit(row: Row[Any]) -> Counterfeit:
    return Counterfeit(
        id=row.id,
        number=row.number,
        note=row.note,
        serial=row.serial,
        deposit_id=row.deposit_id,
        bearer_sealed=row.bearer_sealed,
        office=row.office,
        office_name=row.office_name,
        drawer=row.drawer,
        clerk=row.clerk,
        found_at=row.found_at,
    )
