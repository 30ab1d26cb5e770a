"""Tables and queries of an office's life: changes of state, the checklist, opening hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    Index,
    String,
    TextClause,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.offices import hours
from atm_service.registers.offices.domain import State
from atm_service.registers.offices.hours import Hours
from atm_service.registers.offices.states import Item, Standing


class OfficeCheckRow(SQLModel, table=True):
    """One item of an office's checklist, passed or not: the newest row counts."""

    __tablename__ = "office_check"
    __table_args__ = (
        CheckConstraint("item IN ('staff', 'line', 'equipment', 'training')", name="office_check_item"),
        CheckConstraint("length(words) BETWEEN 3 AND 200", name="office_check_words"),
        Index("office_check_of_office", "office", "item", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str = Field(foreign_key="service.office.code")
    item: str
    passed: bool
    words: str
    checked_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    checked_at: datetime = Field(sa_type=DateTime(timezone=True))


class OfficeChangeRow(SQLModel, table=True):
    """One change of an office's state. Writing it down is what changes the state, and numbers it: migration 0018."""

    __tablename__ = "office_change"
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 3 AND 200", name="office_change_reason"),
        Index("office_change_of_office", "office", "number", unique=True),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str = Field(foreign_key="service.office.code")
    number: int
    was: str
    state: str
    reason: str
    changed_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
    stops_shifts: bool


class DrawerFreezeRow(SQLModel, table=True):
    """A drawer that was frozen or thawed. Writing it down is what does it: migration 0026."""

    __tablename__ = "drawer_freeze"
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 3 AND 200", name="drawer_freeze_reason"),
        ForeignKeyConstraint(["office", "drawer"], ["service.drawer.office", "service.drawer.number"]),
        Index("drawer_freeze_of_drawer", "office", "drawer", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str
    drawer: int
    frozen: bool
    reason: str
    changed_by: UUID = Field(foreign_key="service.staff.id")
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))


class OfficeHoursRow(SQLModel, table=True):
    """An office's week from Monday: the newest row counts."""

    __tablename__ = "office_hours"
    __table_args__ = (Index("office_hours_of_office", "office", "id"), {"schema": "service"})

    id: UUID = Field(primary_key=True)
    office: str = Field(foreign_key="service.office.code")
    week: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    set_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    set_at: datetime = Field(sa_type=DateTime(timezone=True))


class OfficeDayHoursRow(SQLModel, table=True):
    """A date with other hours, of one office or of all. `hours` None: as usual again."""

    __tablename__ = "office_day_hours"
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 3 AND 200", name="office_day_hours_reason"),
        Index("office_day_hours_of_day", "day", "office", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str | None = Field(default=None, foreign_key="service.office.code")
    day: date
    hours: str | None = None
    reason: str
    set_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    set_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Change:
    """One change of state, with the name of whoever made it; None: the command line, in nobody's name."""

    id: UUID
    was: State
    state: State
    reason: str
    changed_by: str | None
    changed_at: datetime


@dataclass(frozen=True)
class Checked:
    """Where one item of the checklist stands."""

    item: Item
    passed: bool
    words: str
    checked_by: str | None
    checked_at: datetime


@dataclass(frozen=True)
class DrawerState:
    """Whether a drawer is frozen, and who said so last and why; never, for a drawer that never was."""

    number: int
    frozen: bool
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True)
class OtherDay:
    """A date that has other hours; `everywhere`: it was set for all offices."""

    day: date
    hours: str
    reason: str
    everywhere: bool


_LOCK: Final = Rank.OFFICE.locks("SELECT state FROM service.office WHERE code = :code FOR NO KEY UPDATE")
_CHECKS: Final = text("""
    SELECT DISTINCT ON (c.item) c.item, c.passed, c.words, t.display_name AS checked_by, c.checked_at
    FROM service.office_check AS c LEFT JOIN service.staff AS t ON t.id = c.checked_by
    WHERE c.office = :office ORDER BY c.item, c.id DESC
""")
_OPEN_DRAWERS: Final = text("""
    SELECT drawer FROM service.shift WHERE office = :office AND closed_at IS NULL ORDER BY drawer
""")
_OPEN_DELIVERIES: Final = text("""
    SELECT id FROM service.delivery
    WHERE office = :office AND status IN ('ordered', 'sent', 'turned-back') ORDER BY id LIMIT 100
""")
_PLACES: Final = text("""
    SELECT a.code, a.debits - a.credits AS cash
    FROM (
        SELECT 0 AS number, 'office/' || CAST(:office AS text) || '/vault' AS code
        UNION ALL SELECT 100, 'office/' || CAST(:office AS text) || '/transit'
        UNION ALL SELECT d.number, 'office/' || d.office || '/drawer/' || d.number
                  FROM service.drawer AS d WHERE d.office = :office
    ) AS place
    JOIN ledger.account AS a ON a.id = ledger.account_id(place.code)
    ORDER BY place.number
""")
_WRITTEN: Final = """
    INSERT INTO service.office_change (id, office, was, state, reason, changed_by, changed_at)
    VALUES (:id, :office, :was, :state, :reason, :by, :now)
"""
_CHANGE: Final = text(_WRITTEN)
# The row's trigger stops the office's open shifts, or lets them go on: see migration 0026.
_SUSPEND: Final = Rank.SHIFT.locks(_WRITTEN)
_FREEZE: Final = Rank.SHIFT.locks("""
    INSERT INTO service.drawer_freeze (id, office, drawer, frozen, reason, changed_by, changed_at)
    VALUES (:id, :office, :drawer, :frozen, :reason, :by, :now)
""")
_DRAWERS: Final = text("""
    SELECT d.number, d.frozen, f.reason, t.display_name AS changed_by, f.changed_at
    FROM service.drawer AS d
    LEFT JOIN LATERAL (
        SELECT * FROM service.drawer_freeze WHERE office = d.office AND drawer = d.number ORDER BY id DESC LIMIT 1
    ) AS f ON true
    LEFT JOIN service.staff AS t ON t.id = f.changed_by
    WHERE d.office = :office ORDER BY d.number
""")
_CHECK: Final = text("""
    INSERT INTO service.office_check (id, office, item, passed, words, checked_by, checked_at)
    VALUES (:id, :office, :item, :passed, :words, :by, :now)
""")
_SET_HOURS: Final = text("""
    INSERT INTO service.office_hours (id, office, week, set_by, set_at)
    VALUES (:id, :office, CAST(:week AS varchar[]), :by, :now)
""")
_SET_DAY: Final = text("""
    INSERT INTO service.office_day_hours (id, office, day, hours, reason, set_by, set_at)
    VALUES (:id, :office, :day, :hours, :reason, :by, :now)
""")
Told = Literal["office_check", "office_hours", "office_day_hours", "office_change", "drawer_freeze"]
"""What is told of an office, row by row."""

_NEWEST: Final[dict[Told, TextClause]] = {
    table: text(f"""
        SELECT id FROM service.{table}
        WHERE office = :office OR (office IS NULL AND CAST(:office AS text) IS NULL) ORDER BY id DESC LIMIT 1
    """)  # noqa: S608  one of the tables above
    for table in get_args(Told)
}
_SET_CONTACT: Final = text("""
    UPDATE service.office SET address = coalesce(:address, address), phone = coalesce(:phone, phone)
    WHERE code = :office
""")
_SET_LINE: Final = text("UPDATE service.office SET line = :line WHERE code = :office")
_HISTORY: Final = text("""
    SELECT c.id, c.was, c.state, c.reason, t.display_name AS changed_by, c.changed_at
    FROM service.office_change AS c LEFT JOIN service.staff AS t ON t.id = c.changed_by
    WHERE c.office = :office ORDER BY c.number DESC LIMIT :limit
""")
# The newest week of each office; and for each date the newest of its own, or else the newest for all.
_WEEKS: Final = text("""
    SELECT DISTINCT ON (office) office, week FROM service.office_hours
    WHERE CAST(:office AS text) IS NULL OR office = :office ORDER BY office, id DESC
""")
_DAYS: Final = text("""
    SELECT DISTINCT ON (day, office) office, day, hours, reason FROM service.office_day_hours
    WHERE day BETWEEN :since AND :through
      AND (CAST(:office AS text) IS NULL OR office IS NULL OR office = :office)
    ORDER BY day, office, id DESC
""")


def lock(session: Connection, code: str) -> State | None:
    """Let changes of an office take turns until the commit; give its state, None when there is no such office."""
    row = session.execute(_LOCK, {"code": code}).one_or_none()
    return None if row is None else State(row.state)


def standing(session: Connection, code: str, state: State) -> Standing:
    """Give what is at an office that bears on its state."""
    of_it = {"office": code}
    return Standing(
        state=state,
        passed=frozenset(one.item for one in checks(session, code) if one.passed),
        drawers=tuple(row.drawer for row in session.execute(_OPEN_DRAWERS, of_it)),
        deliveries=tuple(row.id for row in session.execute(_OPEN_DELIVERIES, of_it)),
        places=tuple(place for place, cash in places(session, code) if cash),
    )


def checks(session: Connection, code: str) -> list[Checked]:
    """Give the checklist's items that anybody has looked at, as they stand."""
    rows = session.execute(_CHECKS, {"office": code}).mappings()
    return [Checked(**{**row, "item": Item(row["item"])}) for row in rows]


def places(session: Connection, code: str) -> list[tuple[str, int]]:
    """Give the ledger's cash accounts of an office with their balances: vault, drawers, transit."""
    return [(row.code, int(row.cash)) for row in session.execute(_PLACES, {"office": code})]


def newest(session: Connection, table: Told, code: str | None) -> UUID | None:
    """Give the newest row's id of an office, or of what is told of all."""
    id: UUID | None = session.execute(_NEWEST[table], {"office": code}).scalar()
    return id


def change(session: Connection, values: Mapping[str, Any]) -> None:
    """Write a change of state down, and so make it."""
    suspends = State.SUSPENDED in (values["was"], values["state"])
    session.execute(_SUSPEND if suspends else _CHANGE, dict(values))


def freeze_drawer(session: Connection, values: Mapping[str, Any]) -> None:
    """Write down that a locked drawer is frozen or thawed, and so do it; its open shift hears of it."""
    session.execute(_FREEZE, dict(values))


def drawers(session: Connection, code: str) -> list[DrawerState]:
    """Give an office's drawers, and of each why it was frozen or thawed last."""
    return [DrawerState(**row) for row in session.execute(_DRAWERS, {"office": code}).mappings()]


def check(session: Connection, values: Mapping[str, Any]) -> None:
    """Write down where an item of the checklist stands."""
    session.execute(_CHECK, dict(values))


def set_hours(session: Connection, values: Mapping[str, Any]) -> None:
    """Write an office's week down."""
    session.execute(_SET_HOURS, dict(values))


def set_day(session: Connection, values: Mapping[str, Any]) -> None:
    """Write a date's hours down."""
    session.execute(_SET_DAY, dict(values))


def set_line(session: Connection, code: str, line: str) -> None:
    """Say how good an office's line is."""
    session.execute(_SET_LINE, {"office": code, "line": line})


def set_contact(session: Connection, code: str, address: str | None, phone: str | None) -> None:
    """Say where an office stands and what number it answers; None leaves what is there."""
    session.execute(_SET_CONTACT, {"office": code, "address": address, "phone": phone})


def history(session: Connection, code: str, limit: int) -> list[Change]:
    """List an office's changes of state, newest first."""
    rows = session.execute(_HISTORY, {"office": code, "limit": limit}).mappings()
    return [Change(**{**row, "was": State(row["was"]), "state": State(row["state"])}) for row in rows]


def exceptions(session: Connection, code: str, since: date) -> list[OtherDay]:
    """List the dates to come on which an office has other hours."""
    through = since + hours.AHEAD
    found: dict[date, OtherDay | None] = {}
    # Rows for all come last of their date: NULL sorts so.
    for row in session.execute(_DAYS, {"office": code, "since": since, "through": through}):
        if row.day not in found or found[row.day] is None:
            exception = OtherDay(row.day, row.hours or "", row.reason, row.office is None)
            found[row.day] = None if row.hours is None else exception
    return [one for one in found.values() if one is not None]


def hours_of(session: Connection, since: date, code: str | None = None) -> "AllHours":
    """Give the hours of an office, or of all, from a date on for as long as anybody looks ahead."""
    values = {"office": code, "since": since, "through": since + hours.AHEAD}
    weeks = {
        row.office: tuple(hours.read(day) for day in row.week) for row in session.execute(_WEEKS, values)
    }
    return AllHours(weeks, [tuple(row)[:3] for row in session.execute(_DAYS, values)])


class AllHours:
    """The hours of offices; those that nobody has set are the usual ones."""

    def __init__(
        self, weeks: Mapping[str, tuple[hours.Day, ...]], days: Sequence[tuple[str | None, date, str | None]]
    ) -> None:
        self._weeks, self._days = weeks, days

    def of(self, office: str) -> Hours:
        """Give an office's hours. Its own word on a date comes before one for all."""
        instead: dict[date, str | None] = {}
        for whose, day, written in self._days:
            if whose == office or (whose is None and instead.get(day) is None):
                instead[day] = written
        days = {day: hours.read(written) for day, written in instead.items() if written is not None}
        return Hours(self._weeks.get(office, hours.USUAL_WEEK), days)
