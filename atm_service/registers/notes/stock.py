"""Which notes each drawer and vault holds, and which notes each entry moved.

A place that does not know its notes is one whose cash was brought as a sum; its next count tells.
Locks: docs/locking.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Connection, DateTime, Integer, bindparam, text
from sqlmodel import Field, SQLModel

import ledger
from atm_service.platform.locking import Rank
from atm_service.registers.notes.domain import NONE, Notes, minus, plus, total
from ledger import reading


class NoteStockRow(SQLModel, table=True):
    """The notes of one place, largest first; none: not known."""

    __tablename__ = "note_stock"
    __table_args__ = (
        CheckConstraint("array_length(notes, 1) = 9", name="note_stock_nine"),
        CheckConstraint("0 <= ALL (notes)", name="note_stock_not_below_zero"),
        {"schema": "service"},
    )

    place: str = Field(primary_key=True)
    notes: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))


class NoteMovementRow(SQLModel, table=True):
    """The notes that one entry brought into a place, or took out of it (negative). Immutable."""

    __tablename__ = "note_movement"
    __table_args__ = (
        CheckConstraint("array_length(notes, 1) = 9", name="note_movement_nine"),
        {"schema": "service"},
    )

    entry_id: UUID = Field(primary_key=True)
    place: str = Field(primary_key=True)
    notes: list[int] = Field(sa_type=ARRAY(Integer))
    moved_at: datetime = Field(sa_type=DateTime(timezone=True))


_NOTES: Final = ARRAY(Integer)
_LOCK = Rank.NOTES.locks("""
    SELECT s.place, s.notes, a.debits - a.credits AS balance
    FROM service.note_stock s JOIN ledger.account a ON a.id = ledger.account_id(s.place)
    WHERE s.place = ANY (:places) ORDER BY s.place FOR UPDATE OF s
""")
_BEGIN = Rank.NOTES.locks("""
    INSERT INTO service.note_stock (place) SELECT place FROM unnest(CAST(:places AS text[])) AS place ORDER BY place
    ON CONFLICT DO NOTHING
""")
_SET = Rank.NOTES.writes("""
    INSERT INTO service.note_stock (place, notes) VALUES (:place, :notes)
    ON CONFLICT (place) DO UPDATE SET notes = excluded.notes
""").bindparams(bindparam("notes", type_=_NOTES))
_MOVE = text("""
    WITH moved AS (
        INSERT INTO service.note_movement (entry_id, place, notes, moved_at) VALUES (:entry_id, :place, :moved, :now)
    )
    INSERT INTO service.note_stock (place, notes) VALUES (:place, :notes)
    ON CONFLICT (place) DO UPDATE SET notes = excluded.notes
""").bindparams(bindparam("notes", type_=_NOTES), bindparam("moved", type_=_NOTES))
_MOVED = text("SELECT notes FROM service.note_movement WHERE entry_id = :entry_id AND place = :place")
_OF_OFFICE = text("""
    SELECT a.code, a.debits - a.credits AS balance, s.notes
    FROM ledger.account a LEFT JOIN service.note_stock s ON s.place = a.code
    WHERE a.code = 'office/' || :office || '/vault' OR starts_with(a.code, 'office/' || :office || '/drawer/')
    ORDER BY a.code
""")
_SEEN = text("""
    SELECT wanted.place, s.notes, coalesce(a.debits - a.credits, 0) AS balance
    FROM unnest(CAST(:places AS text[]), CAST(:accounts AS uuid[])) AS wanted (place, account)
    LEFT JOIN ledger.account a ON a.id = wanted.account
    LEFT JOIN service.note_stock s ON s.place = wanted.place
""")


@dataclass(frozen=True)
class Seen:
    """What is in a place, as seen without a lock: đồng, and notes where they are known."""

    balance: int
    notes: Notes | None


def lock(session: Connection, *places: str) -> dict[str, Notes | None]:
    """Keep others from moving these places' cash; give their notes, None where they are not known.

    Places are ledger accounts. What does not come to the ledger's balance is not believed; an empty place is known.
    """
    rows = session.execute(_LOCK, {"places": list(places)}).all()
    found = {row.place: _believed(row.notes, row.balance) for row in rows}
    if None not in found.values() and len(found) == len(places):
        return found
    # There is nothing to lock in a row that is not there; and a balance that was read before a wait is out of date.
    session.execute(_BEGIN, {"places": list(places)})
    written = {row.place: row.notes for row in session.execute(_LOCK, {"places": list(places)})}
    balances = {one.code: one.normal for one in reading.balances(session, places)}
    return {place: _believed(written.get(place), balances.get(place, 0)) for place in places}


def _believed(notes: Sequence[int] | None, balance: int) -> Notes | None:
    if balance == 0:
        return NONE
    return tuple(notes) if notes is not None and total(tuple(notes)) == balance else None


def seen_each(session: Connection, places: Sequence[str]) -> dict[str, Seen]:
    """Give what is in places, without a lock: it may be something else a moment later."""
    accounts = [ledger.account_id(place) for place in places]
    rows = session.execute(_SEEN, {"places": list(places), "accounts": accounts})
    return {row.place: Seen(row.balance, _believed(row.notes, row.balance)) for row in rows}


def seen(session: Connection, place: str) -> Notes | None:
    """Give a place's notes without a lock."""
    return seen_each(session, [place])[place].notes


def of_office(session: Connection, office: str) -> list[tuple[str, int, Notes | None]]:
    """List an office's vault and drawers: account, balance in đồng, and notes where they are known."""
    rows = session.execute(_OF_OFFICE, {"office": office})
    return [(row.code, row.balance, _believed(row.notes, row.balance)) for row in rows]


def counted(session: Connection, place: str, notes: Notes) -> None:
    """Write what somebody has counted in a place; the caller posts what differs from the ledger."""
    session.execute(_SET, {"place": place, "notes": list(notes)})


def forget(session: Connection, place: str) -> None:
    """Note that cash of unknown notes has come or gone: the place's notes are not known until the next count."""
    session.execute(_SET, {"place": place, "notes": None})


def move(
    session: Connection,
    entry_id: UUID,
    before: Mapping[str, Notes | None],
    now: datetime,
    *,
    into: Mapping[str, Notes] | None = None,
    out_of: Mapping[str, Notes] | None = None,
) -> None:
    """Write the notes that an entry moves. `before` is what `lock` gave; the caller has seen that they are there."""
    changes = dict(into or {}) | {place: minus(NONE, notes) for place, notes in (out_of or {}).items()}
    for place, change in changes.items():
        known = before[place]
        after = None if known is None else list(plus(known, change))
        values = {"entry_id": entry_id, "place": place, "moved": list(change), "notes": after, "now": now}
        session.execute(_MOVE, values)


def moved(session: Connection, entry_id: UUID, place: str) -> Notes | None:
    """Give the notes that an entry took out of a place (negative) or brought into it; None: not known."""
    row = session.execute(_MOVED, {"entry_id": entry_id, "place": place}).one_or_none()
    return None if row is None else tuple(row.notes)
