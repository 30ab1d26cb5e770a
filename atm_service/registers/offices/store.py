"""Tables and queries of offices, drawers and shifts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Row,
    RowMapping,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.offices.domain import Line, Office, State


class OfficeRow(SQLModel, table=True):
    """One office. `searchable` is name, commune and district without accents, for the wallet's search."""

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint(
            "state IN ('planned', 'ready', 'active', 'suspended', 'closed')", name="office_state"
        ),
        CheckConstraint("line IN ('good', 'weak', 'none')", name="office_line"),
        {"schema": "service"},
    )

    code: str = Field(primary_key=True)
    name: str
    commune_code: str
    commune: str
    kind: str
    district_code: str = Field(index=True)
    district: str
    searchable: str
    state: str
    line: str


class DrawerRow(SQLModel, table=True):
    """One drawer of an office: where a clerk keeps cash."""

    __tablename__ = "drawer"
    __table_args__ = (CheckConstraint("number BETWEEN 1 AND 99", name="drawer_number"), {"schema": "service"})

    office: str = Field(primary_key=True, foreign_key="service.office.code")
    number: int = Field(primary_key=True)


_INSERT = Rank.OFFICE.locks("""
    INSERT INTO service.office (code, name, commune_code, commune, kind, district_code, district, searchable,
        state, line)
    VALUES (:code, :name, :commune_code, :commune, :kind, :district_code, :district, :searchable, :state, :line)
    ON CONFLICT (code) DO NOTHING
""")
_ONE = text("SELECT * FROM service.office WHERE code = :code")
_LISTED = text("""
    SELECT * FROM service.office WHERE CAST(:district AS text) IS NULL OR district_code = :district ORDER BY code
""")
_NAMES = text("SELECT code, name FROM service.office WHERE code = ANY (:codes)")
_HELD = Rank.OFFICE.locks("SELECT * FROM service.office WHERE code = :code FOR SHARE")
_ADD_DRAWER = text(
    "INSERT INTO service.drawer (office, number) VALUES (:office, :number) ON CONFLICT DO NOTHING"
)
_LOCK_DRAWER = Rank.DRAWER.locks(
    "SELECT number FROM service.drawer WHERE office = :office AND number = :number FOR UPDATE"
)
_DISTRICTS = text("SELECT DISTINCT district_code AS code, district AS name FROM service.office ORDER BY code")
_HAS_DISTRICT = text("SELECT EXISTS (SELECT FROM service.office WHERE district_code = :code)")


def insert(session: Connection, offices: Sequence[tuple[Office, str]]) -> int:
    """Add offices, each with its words for the search, where their codes are new; give how many were."""
    values = [{**vars(office), "searchable": searchable} for office, searchable in offices]
    return session.execute(_INSERT, values).rowcount if values else 0


def find(session: Connection, code: str) -> Office | None:
    """Find an office by its code."""
    return _office(session.execute(_ONE, {"code": code}).mappings().one_or_none())


def find_held(session: Connection, code: str) -> Office | None:
    """Find an office, whose state stays as it is until this transaction ends."""
    return _office(session.execute(_HELD, {"code": code}).mappings().one_or_none())


def listed(session: Connection, district: str | None) -> list[Office]:
    """List the offices of a district, or all, in order of code."""
    rows = session.execute(_LISTED, {"district": district}).mappings()
    return [office for row in rows if (office := _office(row)) is not None]


def add_drawer(session: Connection, office: str, number: int) -> None:
    """Add a drawer; nothing happens when it is there already."""
    session.execute(_ADD_DRAWER, {"office": office, "number": number})


def lock_drawer(session: Connection, office: str, number: int) -> bool:
    """Lock a drawer against another opening, close or delivery; False when there is none."""
    return session.execute(_LOCK_DRAWER, {"office": office, "number": number}).one_or_none() is not None


def names(session: Connection, codes: Sequence[str]) -> dict[str, str]:
    """Give offices' names by their codes."""
    return {row.code: row.name for row in session.execute(_NAMES, {"codes": list(codes)})}


def districts(session: Connection) -> Sequence[Row[Any]]:
    """List the districts that have offices: code and name."""
    return session.execute(_DISTRICTS).all()


def has_district(session: Connection, code: str) -> bool:
    """Tell whether a district has offices."""
    return bool(session.execute(_HAS_DISTRICT, {"code": code}).scalar_one())


def _office(row: RowMapping | None) -> Office | None:
    if row is None:
        return None
    facts = {name: value for name, value in row.items() if name != "searchable"}
    return Office(**{**facts, "state": State(row["state"]), "line": Line(row["line"])})
