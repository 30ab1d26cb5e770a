"""One-time codes in the database: nothing of number or digits but keyed hashes."""

from dataclasses import fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, DateTime, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.phones.domain import PhoneCode, Purpose


class PhoneCodeRow(SQLModel, table=True):
    """One code that was asked for. Its id is random: who knows it has asked."""

    __tablename__ = "phone_code"
    __table_args__ = (
        CheckConstraint("used_for IS NULL OR proved_at IS NOT NULL", name="phone_code_proved_first"),
        Index("phone_code_asked", "phone_print", "purpose", "asked_at"),
        Index("phone_code_age", "asked_at"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    purpose: str
    phone_print: bytes = Field(sa_type=LargeBinary)
    code_print: bytes = Field(sa_type=LargeBinary)
    asked_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    wrong: int = 0
    proved_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    used_for: UUID | None = None


_NAMES: Final = tuple(one.name for one in fields(PhoneCode))
_COLUMNS: Final = ", ".join(_NAMES)
_INSERT: Final = text(f"""
    INSERT INTO service.phone_code ({_COLUMNS}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
""")  # noqa: S608  made of constants
_LAST: Final = text("""
    SELECT max(asked_at) FROM service.phone_code WHERE phone_print = :phone_print AND purpose = :purpose
""")
_LOCK: Final = Rank.PHONE_CODE.locks(f"""
    SELECT {_COLUMNS} FROM service.phone_code WHERE id = :id FOR NO KEY UPDATE
""")  # noqa: S608  the same
_WRONG: Final = text("UPDATE service.phone_code SET wrong = wrong + 1 WHERE id = :id")
_PROVED: Final = text("UPDATE service.phone_code SET proved_at = :now WHERE id = :id")
_USED: Final = text("UPDATE service.phone_code SET used_for = :used_for WHERE id = :id")
_FORGET: Final = Rank.PHONE_CODE.locks("""
    DELETE FROM service.phone_code WHERE id IN (
        SELECT id FROM service.phone_code WHERE asked_at < :before ORDER BY id FOR UPDATE SKIP LOCKED
    )
""")


def insert(session: Connection, code: PhoneCode) -> None:
    """Add a code."""
    session.execute(_INSERT, {name: getattr(code, name) for name in _NAMES})


def last_asked(session: Connection, phone_print: bytes, purpose: Purpose) -> datetime | None:
    """Tell when a code was last asked for."""
    values = {"phone_print": phone_print, "purpose": purpose.value}
    at: datetime | None = session.execute(_LAST, values).scalar_one()
    return at


def lock(session: Connection, id: UUID) -> PhoneCode | None:
    """Give a code, and keep others from comparing or using it until the commit."""
    row = session.execute(_LOCK, {"id": id}).mappings().one_or_none()
    return None if row is None else PhoneCode(**{**row, "purpose": Purpose(row["purpose"])})


def wrong(session: Connection, id: UUID) -> None:
    """Count wrong digits for a locked code."""
    session.execute(_WRONG, {"id": id})


def proved(session: Connection, id: UUID, now: datetime) -> None:
    """Write down that the right digits were given for a locked code."""
    session.execute(_PROVED, {"id": id, "now": now})


def used(session: Connection, id: UUID, used_for: UUID) -> None:
    """Write down what a locked, proved code was used for."""
    session.execute(_USED, {"id": id, "used_for": used_for})


def forget_old(session: Connection, before: datetime) -> int:
    """Drop codes that were asked for before a moment; give how many."""
    return session.execute(_FORGET, {"before": before}).rowcount
