"""Staff in the database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, text
from sqlmodel import Field, SQLModel

from atm_service.platform import standing
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.locking import Rank
from atm_service.registers.staff.domain import Role


class StaffRow(SQLModel, table=True):
    """One member of the staff. Nobody is deleted: receipts name them."""

    __tablename__ = "staff"
    __table_args__ = {"schema": "service"}

    id: UUID = Field(primary_key=True)
    username: str = Field(unique=True)
    password_hash: str
    display_name: str
    role: str
    office: str | None = Field(default=None, foreign_key="service.office.code")
    active: bool
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    area: str | None = None
    must_change: bool = False


class MadeByTwoSinceRow(SQLModel, table=True):
    """The last row of the trail from before whoever decides for others was made by two."""

    __tablename__ = "made_by_two_since"
    __table_args__ = {"schema": "service"}

    id: UUID = Field(primary_key=True)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the staff, with the name of the office, if the member belongs to one.

    `area` is what a supervisor looks after; None: the whole province.
    """

    id: UUID
    username: str
    password_hash: str = field(repr=False)
    display_name: str
    role: Role
    office: str | None
    office_name: str | None
    active: bool
    area: str | None = None
    must_change: bool = False
    generation: int = 1

    @property
    def caller(self) -> Caller:
        """Give the member as who is calling, with the rights of now."""
        return Caller(self.id, "staff", self.role, self.office, self.generation)


MemberLeave = Callable[[Connection, UUID], UUID | None]
"""What raises unless a second person has approved this change to this member; gives who proposed it, if anybody."""

_SELECT: Final = """
    SELECT s.id, s.username, s.password_hash, s.display_name, s.role, s.office, o.name, s.active, s.area,
           s.must_change, n.generation
    FROM service.staff s LEFT JOIN service.office o ON o.code = s.office
        JOIN service.standing n ON n.subject = s.id
"""
_FIND: Final = text(f"{_SELECT} WHERE s.id = :id")
_BY_USERNAME: Final = text(f"{_SELECT} WHERE s.username = :username")
_LISTED: Final = text(f"""
    {_SELECT}
    WHERE s.id < :before AND (CAST(:role AS text) IS NULL OR s.role = :role)
      AND (CAST(:office AS text) IS NULL OR s.office = :office)
      AND (CAST(:area AS text) IS NULL OR s.office IN (SELECT service.offices_below(:area, :today)))
    ORDER BY s.id DESC LIMIT :limit
""")
_SAVE: Final = text("""
    UPDATE service.staff SET active = :active, role = :role, office = :office, area = :area,
        password_hash = :password_hash, must_change = :must_change
    WHERE id = :id
""")
_NUMBER: Final = text("SELECT count(*) FROM service.staff")
_FIRST: Final = Rank.STAFF.locks("SELECT pg_advisory_xact_lock(hashtextextended('first of the staff', 0))")
_ADD: Final = Rank.STAFF.locks("""
    INSERT INTO service.staff (id, username, password_hash, display_name, role, office, active, created_at, area,
                               must_change)
    VALUES (:id, :username, :password_hash, :display_name, :role, :office, true, :now, :area, :must_change)
    ON CONFLICT (username) DO NOTHING
""")


def add(session: Connection, member: Member, now: datetime) -> bool:
    """Add an active member; False when the user name is taken."""
    values = {
        "id": member.id,
        "username": member.username,
        "password_hash": member.password_hash,
        "display_name": member.display_name,
        "role": member.role,
        "office": member.office,
        "now": now,
        "area": member.area,
        "must_change": member.must_change,
    }
    return session.execute(_ADD, values).rowcount == 1


def take_first_turn(session: Connection) -> None:
    """Let those who would be the first take turns until the commit."""
    session.execute(_FIRST)


def number(session: Connection) -> int:
    """Tell how many there are, and were, on the staff."""
    return int(session.execute(_NUMBER).scalar_one())


def find(session: Connection, id: UUID) -> Member | None:
    """Give a member by id."""
    row = session.execute(_FIND, {"id": id}).one_or_none()
    return None if row is None else Member(*row)


def find_by_username(session: Connection, username: str) -> Member | None:
    """Give a member by user name."""
    row = session.execute(_BY_USERNAME, {"username": username}).one_or_none()
    return None if row is None else Member(*row)


def lock(session: Connection, id: UUID, by: Caller | None = None) -> Member | None:
    """Give a member whom nobody else changes, and who opens no session, until this transaction ends.

    `by`: whoever changes another's rights, whose own are held as well. Raises `Unauthenticated` when they have ended.
    """
    if by is None:
        standing.lock(session, id)
    else:
        standing.lock_for(session, by, id)
    return find(session, id)


def hold(session: Connection, id: UUID) -> Member | None:
    """Give a member whom nobody changes until this transaction ends."""
    standing.hold(session, id)
    return find(session, id)


def save(session: Connection, member: Member) -> None:
    """Write what may change of a member whom this transaction has locked."""
    names = ("id", "active", "role", "office", "area", "password_hash", "must_change")
    session.execute(_SAVE, {name: getattr(member, name) for name in names})


def listed(
    session: Connection,
    before: UUID,
    limit: int,
    today: date,
    role: Role | None = None,
    office: str | None = None,
    area: str | None = None,
) -> list[Member]:
    """List members, the newest first; with `area`, those of its offices and of the areas below it."""
    wanted = {"before": before, "limit": limit, "today": today, "role": role, "office": office, "area": area}
    return [Member(*row) for row in session.execute(_LISTED, wanted)]
