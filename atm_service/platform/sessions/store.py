"""Sessions and their refresh tokens in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.platform.sessions.domain import Live


class SessionRow(SQLModel, table=True):
    """One sign-in and what follows from it. `ended_at`: signed out, or a used refresh token came again."""

    __tablename__ = "session"
    __table_args__ = {"schema": "service"}

    id: UUID = Field(primary_key=True)
    subject: UUID
    audience: str
    label: str | None = None
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SessionTokenRow(SQLModel, table=True):
    """One refresh token, and when it was first used. Only its hash is kept."""

    __tablename__ = "session_token"
    __table_args__ = {"schema": "service"}

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    session_id: UUID = Field(foreign_key="service.session.id", ondelete="CASCADE", index=True)
    issued_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Found:
    """The live session that a refresh token belongs to."""

    id: UUID
    subject: UUID


_ADD: Final = text(
    "INSERT INTO service.session (id, subject, audience, label, opened_at, expires_at)"
    " VALUES (:id, :subject, :audience, :label, :now, :expires_at)"
)
_ADD_TOKEN: Final = text(
    "INSERT INTO service.session_token (hash, session_id, issued_at) VALUES (:hash, :session_id, :now)"
)
_LIVE: Final = text("""
    SELECT id, subject FROM service.session
    WHERE id = (SELECT session_id FROM service.session_token WHERE hash = :hash)
      AND audience = :audience AND ended_at IS NULL AND expires_at > :now
""")
_USE: Final = Rank.SESSION.locks(
    "UPDATE service.session_token SET used_at = :now WHERE hash = :hash AND used_at IS NULL"
)
_AGAIN: Final = text("""
    SELECT EXISTS (
        SELECT FROM service.session_token AS used JOIN service.session_token AS successor USING (session_id)
        WHERE used.hash = :hash AND used.used_at > :since AND successor.hash = :successor AND successor.used_at IS NULL
    )
""")
_END: Final = Rank.SESSION.locks(
    "UPDATE service.session SET ended_at = :now WHERE id = :id AND ended_at IS NULL"
)
_END_ALL: Final = Rank.SESSION.locks(
    "UPDATE service.session SET ended_at = :now WHERE subject = :subject AND ended_at IS NULL AND expires_at > :now"
)
_END_ONE: Final = Rank.SESSION.locks("""
    UPDATE service.session SET ended_at = :now
    WHERE id = :id AND subject = :subject AND ended_at IS NULL AND expires_at > :now
""")
_LIVE_OF: Final = text("""
    SELECT s.id, s.label, s.opened_at, max(t.issued_at) AS renewed_at
    FROM service.session AS s JOIN service.session_token AS t ON t.session_id = s.id
    WHERE s.subject = :subject AND s.ended_at IS NULL AND s.expires_at > :now
    GROUP BY s.id ORDER BY s.id DESC LIMIT :most
""")
_FORGET: Final = Rank.SESSION.locks("DELETE FROM service.session WHERE expires_at < :before")


def add(
    session: Connection,
    id: UUID,
    subject: UUID,
    audience: str,
    label: str | None,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Add a session without tokens."""
    values = {"id": id, "subject": subject, "audience": audience, "label": label}
    session.execute(_ADD, values | {"expires_at": expires_at, "now": now})


def add_token(session: Connection, session_id: UUID, hash: bytes, now: datetime) -> None:
    """Add a refresh token to a session."""
    session.execute(_ADD_TOKEN, {"session_id": session_id, "hash": hash, "now": now})


def find_live(session: Connection, hash: bytes, audience: str, now: datetime) -> Found | None:
    """Give the live session of a refresh token, used or not."""
    row = session.execute(_LIVE, {"hash": hash, "audience": audience, "now": now}).one_or_none()
    return None if row is None else Found(row.id, row.subject)


def use(session: Connection, hash: bytes, now: datetime) -> bool:
    """Use a refresh token up; False when it was used before, be it a moment ago by another request."""
    return session.execute(_USE, {"hash": hash, "now": now}).rowcount == 1


def is_lost_answer(session: Connection, hash: bytes, successor: bytes, since: datetime) -> bool:
    """Tell whether a token was first used after `since`, and its successor not yet: whoever has it may not know."""
    values = {"hash": hash, "successor": successor, "since": since}
    return bool(session.execute(_AGAIN, values).scalar_one())


def end(session: Connection, id: UUID, now: datetime) -> None:
    """End a session: none of its refresh tokens is good any more."""
    session.execute(_END, {"id": id, "now": now})


def end_all(session: Connection, subject: UUID, now: datetime) -> int:
    """End every live session of somebody; give how many there were."""
    return session.execute(_END_ALL, {"subject": subject, "now": now}).rowcount


def end_one(session: Connection, subject: UUID, id: UUID, now: datetime) -> bool:
    """End one live session of somebody; False when there is none of theirs."""
    return session.execute(_END_ONE, {"id": id, "subject": subject, "now": now}).rowcount == 1


def live_of(session: Connection, subject: UUID, most: int, now: datetime) -> list[Live]:
    """List somebody's live sessions, newest first."""
    found = session.execute(_LIVE_OF, {"subject": subject, "now": now, "most": most})
    return [Live(row.id, row.label, row.opened_at, row.renewed_at) for row in found]


def forget(session: Connection, before: datetime) -> int:
    """Drop sessions that expired before `before`, with their tokens; give how many."""
    return session.execute(_FORGET, {"before": before}).rowcount
