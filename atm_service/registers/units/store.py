"""Tables and queries of units and areas. This room alone writes them; other rooms read them by `places.sql`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    Index,
    TextClause,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.offices.domain import State
from atm_service.registers.units.coverage import Standing
from atm_service.registers.units.domain import AREA_FORM, KIND_FORM, UNIT_FORM, Node, Part, Tree, Way

_STANDS: Final = text("valid_to IS NULL")


class UnitRow(SQLModel, table=True):
    """A unit of the state's administration, from a day until another. Rows only ever end."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(f"code ~ '{UNIT_FORM}'", name="unit_code"),
        CheckConstraint(f"kind ~ '{KIND_FORM}'", name="unit_kind"),
        CheckConstraint("length(name) BETWEEN 1 AND 70", name="unit_name"),
        CheckConstraint("valid_to > valid_from", name="unit_ends_later"),
        CheckConstraint("parent <> code", name="unit_not_in_itself"),
        Index("unit_stands_once", "code", unique=True, postgresql_where=_STANDS),
        {"schema": "service"},
    )

    code: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    kind: str
    name: str
    parent: str | None = None


class UnitWayRow(SQLModel, table=True):
    """Where a unit that ended on a day went: whole, or in parts of which one is the main one. Immutable."""

    __tablename__ = "unit_way"
    __table_args__ = (
        CheckConstraint("part IN ('whole', 'main', 'part')", name="unit_way_part"),
        ForeignKeyConstraint(
            ["heir", "day"], ["service.unit.code", "service.unit.valid_from"], name="unit_way_heir"
        ),
        Index("unit_way_goes_once", "day", "origin", unique=True, postgresql_where=text("part <> 'part'")),
        {"schema": "service"},
    )

    day: date = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    heir: str = Field(primary_key=True)
    part: str


class OfficeUnitRow(SQLModel, table=True):
    """In which unit an office stands, from a day until another."""

    __tablename__ = "office_unit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["unit", "unit_from"], ["service.unit.code", "service.unit.valid_from"], name="office_unit_unit"
        ),
        CheckConstraint("valid_to > valid_from", name="office_unit_ends_later"),
        CheckConstraint("valid_from >= unit_from", name="office_unit_within"),
        Index("office_unit_stands_once", "office", unique=True, postgresql_where=_STANDS),
        {"schema": "service"},
    )

    office: str = Field(primary_key=True, foreign_key="service.office.code")
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    unit: str
    unit_from: date


class AreaRow(SQLModel, table=True):
    """An area as an operator draws it, from a day until another: whoever looks after it looks after what is below."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(f"code ~ '{AREA_FORM}'", name="area_code"),
        CheckConstraint("length(name) BETWEEN 1 AND 70", name="area_name"),
        CheckConstraint("valid_to > valid_from", name="area_ends_later"),
        CheckConstraint("parent <> code", name="area_not_in_itself"),
        Index("area_stands_once", "code", unique=True, postgresql_where=_STANDS),
        {"schema": "service"},
    )

    code: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    name: str
    parent: str | None = None


class OfficeAreaRow(SQLModel, table=True):
    """To which area an office belongs, from a day until another."""

    __tablename__ = "office_area"
    __table_args__ = (
        ForeignKeyConstraint(
            ["area", "area_from"], ["service.area.code", "service.area.valid_from"], name="office_area_area"
        ),
        CheckConstraint("valid_to > valid_from", name="office_area_ends_later"),
        CheckConstraint("valid_from >= area_from", name="office_area_within"),
        Index("office_area_stands_once", "office", unique=True, postgresql_where=_STANDS),
        Index("office_area_of_area", "area"),
        {"schema": "service"},
    )

    office: str = Field(primary_key=True, foreign_key="service.office.code")
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    area: str
    area_from: date


@dataclass(frozen=True)
class Stay:
    """An office in a unit or an area, named by code and first day, from a day until another."""

    office: str
    valid_from: date
    valid_to: date | None
    node: str
    node_from: date


@dataclass(frozen=True)
class Place:
    """Where an office stands, and who looks after it, by name."""

    unit_code: str
    unit: str
    area_code: str
    area: str


@dataclass(frozen=True)
class Forest:
    """The statements of one of the two trees and of the offices in it."""

    nodes: TextClause
    end: TextClause
    begin: TextClause
    stays: TextClause
    leave: TextClause
    enter: TextClause
    set_right: TextClause


def _forest(table: str, stays: str, kind: str, begin: str) -> Forest:
    return Forest(
        nodes=text(f"SELECT code, {kind}, name, parent, valid_from, valid_to FROM service.{table}"),  # noqa: S608  names of this module alone
        end=Rank.TREE.writes(
            f"UPDATE service.{table} SET valid_to = :day WHERE code = ANY (:codes) AND valid_to IS NULL"  # noqa: S608
        ),
        begin=Rank.TREE.writes(begin),
        stays=text(f"SELECT office, valid_from, valid_to, {table}, {table}_from FROM service.{stays}"),  # noqa: S608
        leave=Rank.TREE.writes(
            f"UPDATE service.{stays} SET valid_to = :day WHERE office = ANY (:offices) AND valid_to IS NULL"  # noqa: S608
        ),
        enter=Rank.TREE.writes(f"""
            INSERT INTO service.{stays} (office, valid_from, valid_to, {table}, {table}_from)
            SELECT * FROM unnest(CAST(:offices AS text[]), CAST(:since AS date[]), CAST(:until AS date[]),
                CAST(:nodes AS text[]), CAST(:nodes_from AS date[]))
        """),  # noqa: S608
        set_right=Rank.TREE.writes(
            f"UPDATE service.{stays} SET {table} = :node, {table}_from = :node_from"  # noqa: S608
            " WHERE office = :office AND valid_from = :valid_from"
        ),
    )


UNITS: Final = _forest(
    "unit",
    "office_unit",
    "kind",
    """
    INSERT INTO service.unit (code, kind, name, parent, valid_from)
    SELECT code, kind, name, parent, :day FROM unnest(CAST(:codes AS text[]), CAST(:kinds AS text[]),
        CAST(:names AS text[]), CAST(:parents AS text[])) AS new (code, kind, name, parent)
    """,
)
AREAS: Final = _forest(
    "area",
    "office_area",
    "'area' AS kind",
    """
    INSERT INTO service.area (code, name, parent, valid_from)
    SELECT code, name, parent, :day FROM unnest(CAST(:codes AS text[]), CAST(:names AS text[]),
        CAST(:parents AS text[])) AS new (code, name, parent)
    """,
)
_TURN: Final = Rank.TREE.writes("SELECT pg_advisory_xact_lock(hashtextextended('units and areas', 0))")
_WAYS: Final = text("SELECT day, origin, heir, part FROM service.unit_way")
_ADD_WAYS: Final = Rank.TREE.writes("""
    INSERT INTO service.unit_way (day, origin, heir, part)
    SELECT :day, origin, heir, part FROM unnest(CAST(:origins AS text[]), CAST(:heirs AS text[]),
        CAST(:parts AS text[])) AS new (origin, heir, part)
""")
_PLACES: Final = text("""
    SELECT office, unit_code, unit, area_code, area FROM service.place_on(:day)
    WHERE CAST(:codes AS text[]) IS NULL OR office = ANY (:codes)
""")
_LOOKS_AFTER: Final = text("SELECT :office IN (SELECT service.offices_below(:area, :day))")
_AREAS: Final = text("""
    SELECT DISTINCT area_code AS code, area AS name FROM service.place_on(:day) ORDER BY area_code
""")
_BELOW: Final = text("SELECT service.offices_below(:area, :day)")
_STANDINGS: Final = text("""
    SELECT place.unit_code, place.area_code, place.area, o.state
    FROM service.office AS o JOIN service.place_on(:tree) AS place ON place.office = o.code
    WHERE CAST(:area AS text) IS NULL OR o.code IN (SELECT service.offices_below(:area, :day))
""")
_HAS_AREA: Final = text("""
    SELECT EXISTS (SELECT service.offices_below(:area, :day))
       AND (CAST(:within AS text) IS NULL OR NOT EXISTS (
           SELECT service.offices_below(:area, :day) EXCEPT SELECT service.offices_below(:within, :day)
       ))
""")
_SUPERVISORS: Final = text("""
    SELECT username, area FROM service.staff
    WHERE role = 'supervisor' AND active AND area IS NOT NULL ORDER BY username
""")


def tree(session: Connection, forest: Forest) -> Tree:
    """Give all that ever stood in one of the two trees."""
    nodes = [Node(*row) for row in session.execute(forest.nodes)]
    if forest is AREAS:
        return Tree(nodes)
    return Tree(nodes, [Way(row.day, row.origin, row.heir, Part(row.part)) for row in session.execute(_WAYS)])


def take_turn(session: Connection) -> None:
    """Let those who change a tree take turns until the commit; whoever reads it is not kept waiting."""
    session.execute(_TURN)


def end(session: Connection, forest: Forest, nodes: Iterable[Node], day: date) -> None:
    """Let nodes that stand end on a day."""
    session.execute(forest.end, {"day": day, "codes": [node.code for node in nodes]})


def begin(session: Connection, forest: Forest, nodes: Sequence[Node], day: date) -> None:
    """Let nodes begin on a day."""
    values = {
        "codes": [node.code for node in nodes],
        "names": [node.name for node in nodes],
        "parents": [node.parent for node in nodes],
        "day": day,
    }
    kinds = {} if forest is AREAS else {"kinds": [node.kind for node in nodes]}
    session.execute(forest.begin, values | kinds)


def add_ways(session: Connection, ways: Sequence[Way], day: date) -> None:
    """Write down where units went."""
    values = {
        "day": day,
        "origins": [way.origin for way in ways],
        "heirs": [way.heir for way in ways],
        "parts": [way.part for way in ways],
    }
    session.execute(_ADD_WAYS, values)


def stays(session: Connection, forest: Forest) -> list[Stay]:
    """List all that offices ever stood in."""
    return [Stay(*row) for row in session.execute(forest.stays)]


def leave(session: Connection, forest: Forest, offices: Sequence[str], day: date) -> None:
    """Let offices leave what they stand in on a day."""
    session.execute(forest.leave, {"day": day, "offices": list(offices)})


def enter(session: Connection, forest: Forest, new: Sequence[Stay]) -> None:
    """Let offices stand in nodes."""
    values = {
        "offices": [one.office for one in new],
        "since": [one.valid_from for one in new],
        "until": [one.valid_to for one in new],
        "nodes": [one.node for one in new],
        "nodes_from": [one.node_from for one in new],
    }
    session.execute(forest.enter, values)


def set_right(session: Connection, forest: Forest, stay: Stay) -> None:
    """Say that an office has stood in another node since the day on which it came."""
    session.execute(forest.set_right, vars(stay))


def places(session: Connection, codes: Sequence[str] | None, day: date) -> dict[str, Place]:
    """Give where offices, or all, stand on a day; those that stood nowhere yet are left out."""
    values = {"day": day, "codes": None if codes is None else list(codes)}
    return {row.office: Place(*row[1:]) for row in session.execute(_PLACES, values)}


def offices_below(session: Connection, area: str, day: date) -> set[str]:
    """Give the codes of the offices that belong on a day to an area, or to one below it."""
    return set(session.execute(_BELOW, {"area": area, "day": day}).scalars())


def looks_after(session: Connection, area: str, office: str, day: date) -> bool:
    """Tell whether an office belongs on a day to an area, or to one below it."""
    values = {"area": area, "office": office, "day": day}
    return bool(session.execute(_LOOKS_AFTER, values).scalar_one())


def areas(session: Connection, day: date) -> list[tuple[str, str]]:
    """List the areas that have offices of their own on a day: code and name."""
    return [(row.code, row.name) for row in session.execute(_AREAS, {"day": day})]


def has_area(session: Connection, area: str, day: date, within: str | None = None) -> bool:
    """Tell whether an area has offices on a day, its own or below it, and none of them is outside of another area."""
    return bool(session.execute(_HAS_AREA, {"area": area, "day": day, "within": within}).scalar_one())


def standings(session: Connection, area: str | None, day: date, tree: date) -> list[Standing]:
    """Give the offices that belong to an area on a day, or all, as they stood in the trees of another day."""
    values = {"area": area, "day": day, "tree": tree}
    found = session.execute(_STANDINGS, values)
    return [Standing(row.unit_code, row.area_code, row.area, State(row.state)) for row in found]


def supervisors(session: Connection) -> list[tuple[str, str]]:
    """List the supervisors of areas: user name and area."""
    return [(row.username, row.area) for row in session.execute(_SUPERVISORS)]
