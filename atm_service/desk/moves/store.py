"""Exchanges of notes in the database."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Connection, DateTime, Integer, bindparam, text
from sqlmodel import Field, SQLModel

from atm_service.registers.notes.domain import Notes

_EQUAL: Final = " + ".join(
    f"{note} * (given[{place}]::bigint - taken[{place}])"
    for place, note in enumerate((500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000), 1)
)


class NoteExchangeRow(SQLModel, table=True):
    """Notes of a drawer changed for others of the same sum, with a customer or the vault. Immutable."""

    __tablename__ = "note_exchange"
    __table_args__ = (
        CheckConstraint("partner IN ('customer', 'vault')", name="note_exchange_partner"),
        CheckConstraint(
            "array_length(given, 1) = 9 AND array_length(taken, 1) = 9", name="note_exchange_nine"
        ),
        CheckConstraint("0 <= ALL (given) AND 0 <= ALL (taken)", name="note_exchange_not_below_zero"),
        CheckConstraint(f"{_EQUAL} = 0", name="note_exchange_equal"),
        CheckConstraint("given <> taken", name="note_exchange_something"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    shift_id: UUID = Field(foreign_key="service.shift.id", index=True)
    partner: str
    given: list[int] = Field(sa_type=ARRAY(Integer))
    taken: list[int] = Field(sa_type=ARRAY(Integer))
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


_ADD: Final = text("""
    INSERT INTO service.note_exchange (id, shift_id, partner, given, taken, made_at)
    VALUES (:id, :shift_id, :partner, :given, :taken, :now)
""").bindparams(bindparam("given", type_=ARRAY(Integer)), bindparam("taken", type_=ARRAY(Integer)))


def add_exchange(
    session: Connection, id: UUID, shift_id: UUID, partner: str, given: Notes, taken: Notes, now: datetime
) -> None:
    """Keep an exchange; the database refuses one of unequal sums."""
    values = {"id": id, "shift_id": shift_id, "partner": partner, "now": now}
    session.execute(_ADD, {**values, "given": list(given), "taken": list(taken)})
