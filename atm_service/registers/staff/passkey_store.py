"""Passkeys and their challenges in the database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank

KEPT_FOR: Final = timedelta(days=1)
"""How long a challenge is remembered after its time, so that who shows it again is counted as its member."""

KEPT_MOST: Final = 10
"""How many challenges are kept of one member, the newest ones."""


class PasskeyRow(SQLModel, table=True):
    """One passkey of a member: what it is called, its public key, and how far its authenticator has counted."""

    __tablename__ = "passkey"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 40", name="passkey_name"),
        CheckConstraint("length(credential_id) BETWEEN 1 AND 1023", name="passkey_credential_bounded"),
        CheckConstraint("sign_count >= 0", name="passkey_sign_count"),
        Index("passkey_of_member", "subject"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    subject: UUID = Field(foreign_key="service.staff.id")
    name: str
    credential_id: bytes = Field(sa_type=LargeBinary, unique=True)
    public_key: bytes = Field(sa_type=LargeBinary)
    sign_count: int = Field(sa_type=BigInteger)
    added_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class PasskeyChallengeRow(SQLModel, table=True):
    """What a passkey is to sign, once: kept as its SHA-256, for a member, a purpose and a generation of rights."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="passkey_challenge_hash"),
        Index("passkey_challenge_expiry", "expires_at"),
        {"schema": "service"},
    )

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    subject: UUID = Field(foreign_key="service.staff.id")
    purpose: str
    generation: int
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Passkey:
    """A member's passkey."""

    id: UUID
    name: str
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    added_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is asked of whom, and for what."""

    hash: bytes = field(repr=False)
    subject: UUID
    purpose: str
    generation: int
    expires_at: datetime


_OF: Final = text("""
    SELECT id, name, credential_id, public_key, sign_count, added_at, used_at
    FROM service.passkey WHERE subject = :subject ORDER BY id
""")
_ADD: Final = Rank.ATTEMPT.locks("""
    INSERT INTO service.passkey (id, subject, name, credential_id, public_key, sign_count, added_at)
    VALUES (:id, :subject, :name, :credential_id, :public_key, :sign_count, :added_at)
    ON CONFLICT (credential_id) DO NOTHING
""")
_USED: Final = Rank.ATTEMPT.locks(
    "UPDATE service.passkey SET sign_count = :sign_count, used_at = :now WHERE id = :id"
)
_REMOVE: Final = Rank.ATTEMPT.locks("DELETE FROM service.passkey WHERE subject = :subject AND id = :id")
_FORGET: Final = Rank.ATTEMPT.locks("DELETE FROM service.passkey WHERE subject = :subject")
_ASK: Final = text("""
    INSERT INTO service.passkey_challenge (hash, subject, purpose, generation, expires_at)
    VALUES (:hash, :subject, :purpose, :generation, :expires_at)
""")
_KEEP_NEWEST: Final = Rank.ATTEMPT.locks("""
    DELETE FROM service.passkey_challenge WHERE hash IN (
        SELECT hash FROM service.passkey_challenge WHERE subject = :subject
        ORDER BY hash = :hash DESC, expires_at DESC, hash OFFSET :most FOR UPDATE SKIP LOCKED
    )
""")
_SUBJECT: Final = text("SELECT subject FROM service.passkey_challenge WHERE hash = :hash")
_TAKE: Final = Rank.ATTEMPT.locks("""
    UPDATE service.passkey_challenge SET used_at = :now
    WHERE hash = :hash AND subject = :subject AND purpose = :purpose AND generation = :generation
      AND used_at IS NULL AND expires_at > :now
""")
_FORGET_OLD: Final = Rank.ATTEMPT.locks("""
    DELETE FROM service.passkey_challenge WHERE hash IN (
        SELECT hash FROM service.passkey_challenge WHERE expires_at < :before FOR UPDATE SKIP LOCKED
    )
""")


def of(session: Connection, subject: UUID) -> list[Passkey]:
    """List a member's passkeys, the oldest first."""
    return [Passkey(*row) for row in session.execute(_OF, {"subject": subject})]


def add(session: Connection, subject: UUID, passkey: Passkey) -> bool:
    """Add a passkey; False when somebody has this credential."""
    names = ("id", "name", "credential_id", "public_key", "sign_count", "added_at")
    values = {name: getattr(passkey, name) for name in names}
    return session.execute(_ADD, {"subject": subject, **values}).rowcount == 1


def used(session: Connection, id: UUID, sign_count: int, now: datetime) -> None:
    """Note how far an authenticator has counted."""
    session.execute(_USED, {"id": id, "sign_count": sign_count, "now": now})


def remove(session: Connection, subject: UUID, id: UUID) -> bool:
    """Remove a member's passkey; False when there is none."""
    return session.execute(_REMOVE, {"subject": subject, "id": id}).rowcount == 1


def forget(session: Connection, subject: UUID) -> int:
    """Remove all of a member's passkeys; give how many."""
    return session.execute(_FORGET, {"subject": subject}).rowcount


def ask(session: Connection, challenge: Challenge) -> None:
    """Keep what was asked, and forget what was asked of this member long before: by whichever service's clock."""
    names = ("hash", "subject", "purpose", "generation", "expires_at")
    session.execute(_ASK, {name: getattr(challenge, name) for name in names})
    session.execute(_KEEP_NEWEST, {"subject": challenge.subject, "hash": challenge.hash, "most": KEPT_MOST})


def asked(session: Connection, hash: bytes) -> UUID | None:
    """Tell of whom this was asked, used or not; None: of nobody."""
    found: UUID | None = session.execute(_SUBJECT, {"hash": hash}).scalar_one_or_none()
    return found


def take(session: Connection, challenge: Challenge, now: datetime) -> bool:
    """Use a challenge up; False when it is another's, for another purpose, of before, used or too old."""
    names = ("hash", "subject", "purpose", "generation")
    values = {name: getattr(challenge, name) for name in names}
    return session.execute(_TAKE, {**values, "now": now}).rowcount == 1


def forget_old(session: Connection, now: datetime) -> int:
    """Drop challenges that are long over; give how many."""
    return session.execute(_FORGET_OLD, {"before": now - KEPT_FOR}).rowcount
