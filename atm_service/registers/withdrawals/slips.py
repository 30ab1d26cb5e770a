"""The table of codes that were made at a counter, and its queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, DateTime, text
from sqlmodel import Field, SQLModel

from atm_service.platform.keys.tokens import Caller


class SlipRow(SQLModel, table=True):
    """A withdrawal whose code a clerk made, for a customer who proved card and PIN. Never changed."""

    __tablename__ = "slip"
    __table_args__ = (
        CheckConstraint("identity_checked IN ('qr', 'mrz', 'typed')", name="slip_identity_checked"),
        {"schema": "service"},
    )

    withdrawal_id: UUID = Field(primary_key=True, foreign_key="service.withdrawal.id")
    identity_checked: str
    shift_id: UUID = Field(foreign_key="service.shift.id")
    clerk_id: UUID = Field(foreign_key="service.staff.id")
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Made:
    """By whom, in which shift and by which reading of the card a code is made at the counter; for a delegate, if so."""

    clerk: Caller
    shift_id: UUID
    identity_checked: str
    delegation_id: UUID | None = None


_INSERT: Final = text("""
    INSERT INTO service.slip (withdrawal_id, identity_checked, shift_id, clerk_id, made_at)
    SELECT new.*, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:checked AS text[]), CAST(:shifts AS uuid[]), CAST(:clerks AS uuid[])) AS new
""")
_LIVE: Final = text("""
    SELECT w.id FROM service.slip AS s JOIN service.withdrawal AS w ON w.id = s.withdrawal_id
    WHERE w.customer_id = :customer_id AND w.status IN ('authorised', 'presented') AND w.expires_at > :now
    ORDER BY w.id DESC
""")


def insert(session: Connection, made: Sequence[tuple[UUID, Made]], now: datetime) -> None:
    """Write down which withdrawals were made at a counter; without a query when none was."""
    if not made:
        return
    values = {
        "ids": [id for id, _ in made],
        "checked": [one.identity_checked for _, one in made],
        "shifts": [one.shift_id for _, one in made],
        "clerks": [one.clerk.subject for _, one in made],
        "now": now,
    }
    session.execute(_INSERT, values)


def live(session: Connection, customer_id: UUID, now: datetime) -> Sequence[UUID]:
    """List a customer's withdrawals that were made at a counter and can still be paid, newest first."""
    return session.execute(_LIVE, {"customer_id": customer_id, "now": now}).scalars().all()
