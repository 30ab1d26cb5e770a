"""Tables and queries of approvals: a request, its one decision, its one use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Index, Row, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.promises.approvals.domain import Approval, ApprovalKind, Decision, Reason
from ledger import business_date

_NAME: Final = "^[a-z][a-z-]{2,39}$"


class ApprovalRow(SQLModel, table=True):
    """One request. Never changed: what became of it stands in the other two tables."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint(f"kind ~ '{_NAME}'", name="approval_kind_form"),
        CheckConstraint(f"reason ~ '{_NAME}'", name="approval_reason_form"),
        CheckConstraint("length(words) BETWEEN 3 AND 200", name="approval_words_bounded"),
        CheckConstraint("amount > 0 OR (amount < 0 AND kind LIKE '%-count')", name="approval_amount"),
        CheckConstraint("expires_at > requested_at", name="approval_expires"),
        Index("approval_of_subject", "kind", "subject", "id"),
        Index("approval_of_office", "office", "id"),
        Index("approval_expiry", "expires_at"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    kind: str
    subject: UUID
    amount: int = Field(sa_type=BigInteger)
    office: str = Field(foreign_key="service.office.code")
    reason: str
    words: str
    requested_by: UUID = Field(foreign_key="service.staff.id")
    requested_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))


class ApprovalDecisionRow(SQLModel, table=True):
    """The one decision of a request: the primary key says so."""

    __tablename__ = "approval_decision"
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 3 AND 200", name="approval_decision_reason_bounded"),
        {"schema": "service"},
    )

    approval_id: UUID = Field(primary_key=True, foreign_key="service.approval.id")
    approved: bool
    reason: str
    decided_by: UUID = Field(foreign_key="service.staff.id")
    decided_at: datetime = Field(sa_type=DateTime(timezone=True))


class ApprovalUseRow(SQLModel, table=True):
    """The one time that something was done because of an approval."""

    __tablename__ = "approval_use"
    __table_args__ = {"schema": "service"}

    approval_id: UUID = Field(primary_key=True, foreign_key="service.approval_decision.approval_id")
    used_for: UUID
    used_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Shown:
    """A request with the names that people read."""

    approval: Approval
    office_name: str
    requester: str
    decider: str | None


_SELECT: Final = """
    SELECT a.*, d.approved, d.reason AS decision_reason, d.decided_by, d.decided_at, u.used_at,
           o.name AS office_name, asked.display_name AS requester,
           decided.display_name AS decider
    FROM service.approval a
    JOIN service.office o ON o.code = a.office
    JOIN service.staff asked ON asked.id = a.requested_by
    LEFT JOIN service.approval_decision d ON d.approval_id = a.id
    LEFT JOIN service.staff decided ON decided.id = d.decided_by
    LEFT JOIN service.approval_use u ON u.approval_id = a.id
"""
_TURN: Final = Rank.APPROVAL.locks(
    "SELECT pg_advisory_xact_lock(hashtextextended(:kind || ' ' || :subject, 2))"
)
_ONE: Final = text(f"{_SELECT} WHERE a.id = :id")
_NEWEST: Final = text(f"{_SELECT} WHERE a.kind = :kind AND a.subject = :subject ORDER BY a.id DESC LIMIT 1")
_QUEUE: Final = text(f"""
    {_SELECT}
    WHERE d.approval_id IS NULL AND a.expires_at > :now AND a.id > :after
      AND (CAST(:area AS text) IS NULL OR a.office IN (SELECT service.offices_below(:area, :day)))
    ORDER BY a.id LIMIT :limit
""")
_OF_OFFICE: Final = text(f"""
    {_SELECT}
    WHERE a.office = :office AND a.requested_at >= :since AND a.id < :before
    ORDER BY a.id DESC LIMIT :limit
""")
_INSERT: Final = text("""
    INSERT INTO service.approval (id, kind, subject, amount, office, reason, words, requested_by, requested_at,
        expires_at)
    VALUES (:id, :kind, :subject, :amount, :office, :reason, :words, :requested_by, :requested_at, :expires_at)
""")
_FACTS: Final = (
    "id",
    "kind",
    "subject",
    "amount",
    "office",
    "reason",
    "words",
    "requested_by",
    "requested_at",
    "expires_at",
)
_DECIDE: Final = Rank.APPROVAL.locks("""
    INSERT INTO service.approval_decision (approval_id, approved, reason, decided_by, decided_at)
    VALUES (:id, :approved, :reason, :by, :at)
    ON CONFLICT DO NOTHING
""")
_USE: Final = Rank.APPROVAL.writes("""
    INSERT INTO service.approval_use (approval_id, used_for, used_at) VALUES (:id, :used_for, :now)
    ON CONFLICT DO NOTHING
""")


def take_turn(session: Connection, kind: ApprovalKind, subject: UUID) -> None:
    """Let requests for the same thing take turns until the commit: only one may be open."""
    session.execute(_TURN, {"kind": kind, "subject": str(subject)})


def insert(session: Connection, approval: Approval) -> None:
    """Write a request down."""
    facts = vars(approval)
    session.execute(_INSERT, {name: facts[name] for name in _FACTS})


def decide(session: Connection, id: UUID, decision: Decision) -> bool:
    """Write the decision down; False when there is one."""
    return session.execute(_DECIDE, {"id": id, **vars(decision)}).rowcount == 1


def use(session: Connection, id: UUID, used_for: UUID, now: datetime) -> bool:
    """Write down what was done because of it; False when something was before."""
    return session.execute(_USE, {"id": id, "used_for": used_for, "now": now}).rowcount == 1


def find(session: Connection, id: UUID) -> Shown | None:
    """Find a request."""
    row = session.execute(_ONE, {"id": id}).one_or_none()
    return None if row is None else _shown(row)


def newest(session: Connection, kind: ApprovalKind, subject: UUID) -> Shown | None:
    """Find the last request for this thing."""
    row = session.execute(_NEWEST, {"kind": kind, "subject": subject}).one_or_none()
    return None if row is None else _shown(row)


def queue(session: Connection, area: str | None, after: UUID, limit: int, now: datetime) -> Sequence[Shown]:
    """List what waits for a decision in an area (None: everywhere), the longest waiting first."""
    values = {"area": area, "day": business_date(now), "after": after, "limit": limit, "now": now}
    return [_shown(row) for row in session.execute(_QUEUE, values)]


def of_office(session: Connection, office: str, since: datetime, before: UUID, limit: int) -> Sequence[Shown]:
    """List what an office asked for since a moment, newest first."""
    values = {"office": office, "since": since, "before": before, "limit": limit}
    return [_shown(row) for row in session.execute(_OF_OFFICE, values)]


def _shown(row: Row[Any]) -> Shown:
    decision = None
    if row.decided_at is not None:
        decision = Decision(row.approved, row.decision_reason, row.decided_by, row.decided_at)
    approval = Approval(
        id=row.id,
        kind=ApprovalKind(row.kind),
        subject=row.subject,
        amount=row.amount,
        office=row.office,
        reason=Reason(row.reason),
        words=row.words,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decision=decision,
        used_at=row.used_at,
    )
    return Shown(approval, row.office_name, row.requester, row.decider)
