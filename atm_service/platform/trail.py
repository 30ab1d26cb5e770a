"""The audit trail: who did or tried what, and when. Rows are only ever added. No personal data in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.platform import ids
from atm_service.platform.keys.tokens import Caller

HANDS: Final = ("staff.added", "staff.role-changed", "staff.reset", "staff.password-chosen")
"""What of the staff's rights is found without reading all of the trail (`registers/staff/hands.py`)."""


class AuditEventRow(SQLModel, table=True):
    """One deed or one refused attempt."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("audit_event_hands", "subject", "at", postgresql_where=text(f"action IN {HANDS}")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    action: str
    subject: UUID | None = Field(default=None, index=True)
    actor: UUID | None = None
    role: str | None = None
    office: str | None = None
    detail: dict[str, Any] = Field(sa_type=JSONB)


_RECORD = text("""
    INSERT INTO service.audit_event (id, at, action, subject, actor, role, office, detail)
    SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:times AS timestamptz[]), CAST(:actions AS text[]), CAST(:subjects AS uuid[]),
        CAST(:actors AS uuid[]), CAST(:roles AS text[]), CAST(:offices AS text[]), CAST(:details AS jsonb[])
    )
""")


@dataclass(frozen=True)
class Deed:
    """What was done to what by whom; nobody in particular: the service itself."""

    action: str
    subject: UUID | None
    actor: Caller | None
    detail: dict[str, Any] = field(default_factory=dict)


def record(
    session: Connection,
    now: datetime,
    action: str,
    subject: UUID | None,
    actor: Caller | None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row, in the transaction of the deed that it tells of."""
    record_each(session, now, [Deed(action, subject, actor, detail or {})])


def record_each(session: Connection, now: datetime, deeds: Sequence[Deed]) -> None:
    """Add a row for each deed of this transaction."""
    if not deeds:
        return
    actors = [deed.actor for deed in deeds]
    rows = {
        "ids": [ids.new(now) for _ in deeds],
        "times": [now] * len(deeds),
        "actions": [deed.action for deed in deeds],
        "subjects": [deed.subject for deed in deeds],
        "actors": [actor and actor.subject for actor in actors],
        "roles": [actor and actor.role for actor in actors],
        "offices": [actor and actor.office for actor in actors],
        "details": [orjson.dumps(deed.detail).decode() for deed in deeds],
    }
    session.execute(_RECORD, rows)
