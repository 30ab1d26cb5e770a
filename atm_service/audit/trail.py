"""The audit trail: who did or tried what, and when. Rows are only ever added. No personal data in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, DateTime, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service import ids
from atm_service.keys.tokens import Caller


class AuditEventRow(SQLModel, table=True):
    """One deed or one refused attempt."""

    __tablename__ = "audit_event"
    __table_args__ = {"schema": "service"}

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
    VALUES (:id, :at, :action, :subject, :actor, :role, :office, CAST(:detail AS jsonb))
""")


def record(
    session: Connection,
    now: datetime,
    action: str,
    subject: UUID | None,
    actor: Caller | None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row, in the transaction of the deed that it tells of."""
    session.execute(
        _RECORD,
        {
            "id": ids.new(now),
            "at": now,
            "action": action,
            "subject": subject,
            "actor": actor.subject if actor else None,
            "role": actor.role if actor else None,
            "office": actor.office if actor else None,
            "detail": orjson.dumps(detail or {}).decode(),
        },
    )
