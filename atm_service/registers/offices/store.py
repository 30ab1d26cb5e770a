"""Tables and queries of offices, drawers and shifts."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    CheckConstraint,
    Connection,
    RowMapping,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.offices.domain import Line, Office, State


class OfficeRow(SQLModel, table=True):
    """One office. `searchable` is every name that finds it, without accents, for the wallet's search."""

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint(
            "state IN ('planned', 'ready', 'active', 'suspended', 'closed')", name="office_state"
        ),
        CheckConstraint("line IN ('good', 'weak', 'none')", name="office_line"),
        CheckConstraint("length(address) BETWEEN 3 AND 160", name="office_address"),
        CheckConstraint("phone ~ '^0[0-9]{9,10}$'", name="office_phone"),
        {"schema": "service"},
    )

    code: str = Field(primary_key=True)
    name: str
    searchable: str
    state: str
    line: str
    address: str | None = None
    phone: str | None = None


class DrawerRow(SQLModel, table=True):
    """One drawer of an office: where a clerk keeps cash."""

    __tablename__ = "drawer"
    __table_args__ = (CheckConstraint("number BETWEEN 1 AND 99", name="drawer_number"), {"schema": "service"})

    office: str = Field(primary_key=True, foreign_key="service.office.code")
    number: int = Field(primary_key=True)
    frozen: bool = False


_INSERT = Rank.OFFICE.locks("""
    INSERT INTO service.office (code, name, searchable, state, line)
    SELECT code, name, '', state, line FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]),
        CAST(:states AS text[]), CAST(:lines AS text[])) AS new (code, name, state, line)
""")
_ONE = text("SELECT * FROM service.office WHERE code = :code")
_LISTED = text("SELECT * FROM service.office ORDER BY code")
_LEARN = Rank.OFFICE.locks("""
    UPDATE service.office AS o SET searchable = new.words
    FROM unnest(CAST(:codes AS text[]), CAST(:words AS text[])) AS new (code, words)
    WHERE o.code = new.code AND o.searchable <> new.words
""")
_NAMES = text("SELECT code, name FROM service.office WHERE code = ANY (:codes)")
_HELD = Rank.OFFICE.locks("SELECT * FROM service.office WHERE code = :code FOR SHARE")
_ALONE = Rank.OFFICE.locks("SELECT * FROM service.office WHERE code = :code FOR NO KEY UPDATE")
_ADD_DRAWER = text(
    "INSERT INTO service.drawer (office, number) VALUES (:office, :number) ON CONFLICT DO NOTHING"
)
_LOCK_DRAWER = Rank.DRAWER.locks(
    "SELECT frozen FROM service.drawer WHERE office = :office AND number = :number FOR UPDATE"
)


def insert(session: Connection, offices: Sequence[Office]) -> None:
    """Add offices whose codes are new. Nothing finds them yet: see `learn`."""
    values = {
        "codes": [one.code for one in offices],
        "names": [one.name for one in offices],
        "states": [one.state for one in offices],
        "lines": [one.line for one in offices],
    }
    session.execute(_INSERT, values)


def learn(session: Connection, words: Mapping[str, str]) -> None:
    """Say by which words, without accents, the search finds each of these offices."""
    session.execute(_LEARN, {"codes": list(words), "words": list(words.values())})


def find(session: Connection, code: str) -> Office | None:
    """Find an office by its code."""
    return _office(session.execute(_ONE, {"code": code}).mappings().one_or_none())


def find_held(session: Connection, code: str) -> Office | None:
    """Find an office, whose state stays as it is until this transaction ends."""
    return _office(session.execute(_HELD, {"code": code}).mappings().one_or_none())


def find_alone(session: Connection, code: str) -> Office | None:
    """Find an office, and keep everybody from it who does the same or holds it, until this transaction ends."""
    return _office(session.execute(_ALONE, {"code": code}).mappings().one_or_none())


def listed(session: Connection) -> list[Office]:
    """List all offices in order of code."""
    rows = session.execute(_LISTED).mappings()
    return [office for row in rows if (office := _office(row)) is not None]


def add_drawer(session: Connection, office: str, number: int) -> None:
    """Add a drawer; nothing happens when it is there already."""
    session.execute(_ADD_DRAWER, {"office": office, "number": number})


def lock_drawer(session: Connection, office: str, number: int) -> bool | None:
    """Lock a drawer against another opening, close or delivery; tell whether it is frozen, None when there is none."""
    frozen: bool | None = session.execute(
        _LOCK_DRAWER, {"office": office, "number": number}
    ).scalar_one_or_none()
    return frozen


def names(session: Connection, codes: Sequence[str]) -> dict[str, str]:
    """Give offices' names by their codes."""
    return {row.code: row.name for row in session.execute(_NAMES, {"codes": list(codes)})}


def _office(row: RowMapping | None) -> Office | None:
    if row is None:
        return None
    facts = {name: value for name, value in row.items() if name != "searchable"}
    return Office(**{**facts, "state": State(row["state"]), "line": Line(row["line"])})
