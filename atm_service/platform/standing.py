"""Whether what a token says of its holder still holds.

A token carries the generation of its holder's rights. Whoever is switched off, moved or given another password, and a
customer who is frozen or signs out everywhere, gets the next generation. So every token of before is worth nothing from
that commit on: at the door of each route, and again in the transaction that moves money, which holds the row together
with the clerk's shift or with the customer. A trigger makes the row.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text
from sqlmodel import Field, SQLModel

from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.locking import Rank
from atm_service.platform.refusals import Unauthenticated


class StandingRow(SQLModel, table=True):
    """The generation of somebody's rights. It only grows."""

    __tablename__ = "standing"
    __table_args__ = {"schema": "service"}

    subject: UUID = Field(primary_key=True)
    generation: int


_GENERATION: Final = text("SELECT generation FROM service.standing WHERE subject = :subject")
_GENERATIONS: Final = text("SELECT subject, generation FROM service.standing WHERE subject = ANY (:subjects)")
_LOCK: Final = Rank.MEMBER.locks("SELECT FROM service.standing WHERE subject = :subject FOR NO KEY UPDATE")
_LOCK_BOTH: Final = Rank.MEMBER.locks("""
    SELECT subject, generation FROM service.standing WHERE subject = ANY (:subjects) ORDER BY subject FOR NO KEY UPDATE
""")
_HOLD: Final = Rank.MEMBER.locks("SELECT generation FROM service.standing WHERE subject = :subject FOR SHARE")
_CHANGE: Final = text("UPDATE service.standing SET generation = generation + 1 WHERE subject = :subject")


def lock(session: Connection, subject: UUID) -> None:
    """Keep everybody else from changing the subject's rights, and from working by them, until the commit."""
    session.execute(_LOCK, {"subject": subject})


def hold(session: Connection, subject: UUID) -> int | None:
    """Keep everybody from changing the subject's rights until the commit; give their generation."""
    generation: int | None = session.execute(_HOLD, {"subject": subject}).scalar_one_or_none()
    return generation


def generation(session: Connection, subject: UUID) -> int | None:
    """Give the generation of somebody's rights; None for nobody."""
    found: int | None = session.execute(_GENERATION, {"subject": subject}).scalar_one_or_none()
    return found


def keep(session: Connection, caller: Caller) -> None:
    """Hold the caller's rights until the commit. Raises `Unauthenticated` when they are not the token's any more."""
    if hold(session, caller.subject) != caller.generation:
        raise Unauthenticated


def lock_for(session: Connection, caller: Caller, subject: UUID) -> None:
    """Keep everybody else from a subject's rights, and from those by which the caller changes them, until the commit.

    Raises `Unauthenticated` when the caller's are not the token's any more.
    """
    locked = session.execute(_LOCK_BOTH, {"subjects": [caller.subject, subject]})
    if {row.subject: row.generation for row in locked}.get(caller.subject) != caller.generation:
        raise Unauthenticated


def generations(session: Connection, subjects: Sequence[UUID]) -> dict[UUID, int]:
    """Give the generation of each one's rights."""
    found = session.execute(_GENERATIONS, {"subjects": list(subjects)})
    return {row.subject: row.generation for row in found}


def check(context: Context, caller: Caller) -> None:
    """Raise `Unauthenticated` when the caller's rights were changed after the token was made."""
    with context.transaction() as session:
        current = generation(session, caller.subject)
    if current != caller.generation:
        raise Unauthenticated


def change(session: Connection, subject: UUID) -> None:
    """Make every token of somebody worthless, under the subject's lock."""
    session.execute(_CHANGE, {"subject": subject})
