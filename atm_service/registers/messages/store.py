"""Messages in the database: what waits, what was sent, what was given up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, DateTime, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform import ids
from atm_service.platform.locking import Rank
from atm_service.registers.messages.domain import MessageKind

_WAITS: Final = "sent_at IS NULL AND dead_at IS NULL"


class MessageRow(SQLModel, table=True):
    """One message to one phone. `content_sealed`, number and words, is null once it is sent, or long dead."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            f"kind IN ({', '.join(repr(kind.value) for kind in MessageKind)})", name="message_kind"
        ),
        CheckConstraint("length(receiver) = 32", name="message_receiver"),
        CheckConstraint("sent_at IS NULL OR dead_at IS NULL", name="message_ends_once"),
        Index("message_due", "due_at", postgresql_where=text(_WAITS)),
        Index("message_before", "receiver", "id", postgresql_where=text(_WAITS)),
        Index("message_dead", "id", postgresql_where=text("dead_at IS NOT NULL")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID | None = Field(default=None, foreign_key="service.customer.id")
    kind: str
    receiver: bytes = Field(sa_type=LargeBinary)
    content_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    good_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    tries: int = 0
    fault: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    dead_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class New:
    """A message to be written, already encrypted for its id."""

    id: UUID
    customer_id: UUID | None
    kind: MessageKind
    receiver: bytes = field(repr=False)
    content_sealed: bytes = field(repr=False)
    good_until: datetime | None


@dataclass(frozen=True)
class Due:
    """A message whose turn it is, for the `tries`-th time."""

    id: UUID
    tries: int
    content_sealed: bytes = field(repr=False)
    good_until: datetime | None


@dataclass(frozen=True)
class Dead:
    """A message that was given up. `fault`: why, as a slug. `kept`: its words are still there to be sent."""

    id: UUID
    customer_id: UUID | None
    kind: MessageKind
    made_at: datetime
    dead_at: datetime
    tries: int
    fault: str
    kept: bool


@dataclass(frozen=True)
class Standing:
    """What has not got through: since when the oldest waits, and how many dead ones could be sent again."""

    oldest: datetime | None
    dead: int


_INSERT: Final = text("""
    INSERT INTO service.message (id, customer_id, kind, receiver, content_sealed, good_until, made_at, due_at)
    SELECT new.*, :now, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:kinds AS text[]), CAST(:receivers AS bytea[]),
        CAST(:contents AS bytea[]), CAST(:ends AS timestamptz[])) AS new
""")
# One to a phone at a time: whatever was written earlier to the same phone goes first, or is given up. What another
# process has in hand still waits, and so holds back what comes after it.
_TAKE: Final = Rank.MESSAGE.locks(f"""
    SELECT m.id, m.tries + 1 AS tries, m.content_sealed, m.good_until FROM service.message AS m
    WHERE m.due_at <= :now AND m.sent_at IS NULL AND m.dead_at IS NULL AND NOT EXISTS (
        SELECT FROM service.message AS b WHERE b.receiver = m.receiver AND b.id < m.id AND {_WAITS}
    )
    ORDER BY m.due_at, m.id LIMIT 1
    FOR NO KEY UPDATE OF m SKIP LOCKED
""")  # noqa: S608  made of constants
_TRIED: Final = text("UPDATE service.message SET tries = :tries, due_at = :due_at WHERE id = :id")
_SENT: Final = Rank.MESSAGE.locks(f"""
    UPDATE service.message SET sent_at = :now, content_sealed = NULL, fault = NULL WHERE id = :id AND {_WAITS}
""")  # noqa: S608  the same
_FAULT: Final = Rank.MESSAGE.locks(f"""
    UPDATE service.message SET fault = :fault, dead_at = CASE WHEN :dead THEN CAST(:now AS timestamptz) END,
        content_sealed = CASE WHEN :dead AND good_until IS NOT NULL THEN NULL ELSE content_sealed END
    WHERE id = :id AND {_WAITS}
""")  # noqa: S608  the same
_REVIVE: Final = Rank.MESSAGE.locks("""
    UPDATE service.message SET dead_at = NULL, tries = 0, due_at = :now
    WHERE id = :id AND dead_at IS NOT NULL AND content_sealed IS NOT NULL
""")
_DEAD: Final = text("""
    SELECT id, customer_id, kind, made_at, dead_at, tries, fault, content_sealed IS NOT NULL AS kept
    FROM service.message WHERE dead_at IS NOT NULL AND good_until IS NULL AND id < :before
    ORDER BY id DESC LIMIT :limit
""")
_IS_DEAD: Final = text("SELECT dead_at IS NOT NULL FROM service.message WHERE id = :id")
_STANDING: Final = text(f"""
    SELECT (SELECT min(made_at) FROM service.message WHERE {_WAITS}) AS oldest,
           (SELECT count(*) FROM service.message WHERE dead_at IS NOT NULL AND content_sealed IS NOT NULL) AS dead
""")  # noqa: S608  the same
_WIPE: Final = Rank.MESSAGE.locks("""
    UPDATE service.message SET content_sealed = NULL WHERE id IN (
        SELECT id FROM service.message WHERE dead_at < :before AND content_sealed IS NOT NULL
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
""")
_FORGET: Final = Rank.MESSAGE.locks("""
    DELETE FROM service.message WHERE id IN (
        SELECT id FROM service.message WHERE id < :first_id AND (sent_at IS NOT NULL OR dead_at IS NOT NULL)
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
""")


def insert_each(session: Connection, messages: Sequence[New], now: datetime) -> None:
    """Write messages, in the transaction of what they tell of; from its commit on they are due."""
    values = {
        "ids": [one.id for one in messages],
        "customers": [one.customer_id for one in messages],
        "kinds": [one.kind.value for one in messages],
        "receivers": [one.receiver for one in messages],
        "contents": [one.content_sealed for one in messages],
        "ends": [one.good_until for one in messages],
        "now": now,
    }
    session.execute(_INSERT, values)


def take_due(session: Connection, now: datetime, pause: Callable[[int], timedelta]) -> Due | None:
    """Give the message that is due the longest, but those in other hands, and put its next try off by `pause`."""
    row = session.execute(_TAKE, {"now": now}).one_or_none()
    if row is None:
        return None
    due = Due(*row)
    session.execute(_TRIED, {"id": due.id, "tries": due.tries, "due_at": now + pause(due.tries)})
    return due


def sent(session: Connection, id: UUID, now: datetime) -> None:
    """Write down that the carrier has a message, and wipe number and words."""
    session.execute(_SENT, {"id": id, "now": now})


def failed(session: Connection, id: UUID, fault: str, now: datetime, *, dead: bool) -> None:
    """Write down why a message was not sent, and whether it is given up; one of its moment alone is wiped then."""
    session.execute(_FAULT, {"id": id, "fault": fault, "dead": dead, "now": now})


def revive(session: Connection, id: UUID, now: datetime) -> bool:
    """Have a dead message sent again; False when it is not dead, or its words are gone."""
    return session.execute(_REVIVE, {"id": id, "now": now}).rowcount == 1


def is_dead(session: Connection, id: UUID) -> bool | None:
    """Tell whether a message was given up; None where there is none."""
    found: bool | None = session.execute(_IS_DEAD, {"id": id}).scalar_one_or_none()
    return found


def dead(session: Connection, before: UUID, limit: int) -> list[Dead]:
    """List messages that were given up and are older than `before`, newest first; those of a moment are no loss."""
    rows = session.execute(_DEAD, {"before": before, "limit": limit}).mappings()
    return [Dead(**{**row, "kind": MessageKind(row["kind"])}) for row in rows]


def standing(session: Connection) -> Standing:
    """Tell what has not got through."""
    return Standing(*session.execute(_STANDING).one())


def forget_old(session: Connection, wipe_before: datetime, drop_before: datetime) -> int:
    """Wipe the words of what was given up long ago, and drop what ended very long ago; give how many rows."""
    wiped = session.execute(_WIPE, {"before": wipe_before}).rowcount
    values: dict[str, Any] = {"first_id": ids.first(drop_before)}
    return wiped + session.execute(_FORGET, values).rowcount
