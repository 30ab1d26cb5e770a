"""Tables and queries of instructions: what was proposed, its one decision, its one use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Row,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.control.instructions.domain import Instruction, InstructionDecision, InstructionKind
from atm_service.platform.locking import Rank
from ledger import business_date


class InstructionRow(SQLModel, table=True):
    """What one of the staff proposed. Never changed: what became of it stands in the other two tables."""

    __tablename__ = "instruction"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('funding', 'credits', 'cash', 'member-added', 'member-role', 'member-reset', 'bank-correction')",
            name="instruction_kind",
        ),
        CheckConstraint("length(digest) = 32", name="instruction_digest"),
        CheckConstraint("amount >= 0 AND (amount = 0) = (kind LIKE 'member-%')", name="instruction_amount"),
        CheckConstraint("expires_at > proposed_at", name="instruction_expires"),
        UniqueConstraint("id", "proposed_by", name="instruction_proposed_by"),
        Index("instruction_of_content", "digest", "id"),
        Index("instruction_expiry", "expires_at"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    kind: str
    digest: bytes = Field(sa_type=LargeBinary)
    amount: int = Field(sa_type=BigInteger)
    office: str | None = Field(default=None, foreign_key="service.office.code")
    facts: dict[str, Any] = Field(sa_type=JSONB)
    proposed_by: UUID = Field(foreign_key="service.staff.id")
    proposed_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))


class InstructionDecisionRow(SQLModel, table=True):
    """The one decision, by another: the primary key and a CHECK say so."""

    __tablename__ = "instruction_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["instruction_id", "proposed_by"],
            ["service.instruction.id", "service.instruction.proposed_by"],
            name="instruction_decision_of",
        ),
        CheckConstraint("decided_by <> proposed_by", name="instruction_decision_by_another"),
        CheckConstraint("length(reason) BETWEEN 3 AND 200", name="instruction_decision_reason_bounded"),
        {"schema": "service"},
    )

    instruction_id: UUID = Field(primary_key=True)
    proposed_by: UUID
    approved: bool
    reason: str
    decided_by: UUID = Field(foreign_key="service.staff.id")
    decided_at: datetime = Field(sa_type=DateTime(timezone=True))


class InstructionUseRow(SQLModel, table=True):
    """The one time that it was carried out: the entry, or the batch of credits."""

    __tablename__ = "instruction_use"
    __table_args__ = (Index("instruction_used_for", "used_for"), {"schema": "service"})

    instruction_id: UUID = Field(primary_key=True, foreign_key="service.instruction_decision.instruction_id")
    used_for: UUID
    used_at: datetime = Field(sa_type=DateTime(timezone=True))


class InstructedSinceRow(SQLModel, table=True):
    """The last entry from before money from outside took two people."""

    __tablename__ = "instructed_since"
    __table_args__ = {"schema": "service"}

    id: UUID = Field(primary_key=True)


@dataclass(frozen=True)
class ShownInstruction:
    """An instruction with the names that people read."""

    instruction: Instruction
    proposer: str
    decider: str | None


_SELECT: Final = """
    SELECT i.*, d.approved, d.reason, d.decided_by, d.decided_at, u.used_for,
           proposed.username AS proposer, decided.username AS decider
    FROM service.instruction i
    JOIN service.staff proposed ON proposed.id = i.proposed_by
    LEFT JOIN service.instruction_decision d ON d.instruction_id = i.id
    LEFT JOIN service.staff decided ON decided.id = d.decided_by
    LEFT JOIN service.instruction_use u ON u.instruction_id = i.id
"""
_TURN: Final = Rank.APPROVAL.locks("SELECT pg_advisory_xact_lock(hashtextextended(:digest, 3))")
_ONE: Final = text(f"{_SELECT} WHERE i.id = :id")
_NEWEST: Final = text(f"{_SELECT} WHERE i.digest = :digest ORDER BY i.id DESC LIMIT 1")
_LISTED: Final = text(f"""
    {_SELECT}
    WHERE i.id < :before AND (:every OR (u.instruction_id IS NULL AND i.expires_at > :now))
      AND (CAST(:area AS text) IS NULL OR i.office IN (SELECT service.offices_below(:area, :day)))
    ORDER BY i.id DESC LIMIT :limit
""")
_OF_BREAK: Final = text(f"""
    {_SELECT}
    WHERE i.kind = 'bank-correction' AND i.proposed_at >= :since
      AND i.facts -> 'breaks' @> to_jsonb(CAST(:id AS text))
    ORDER BY i.id DESC LIMIT 10
""")
_INSERT: Final = text("""
    INSERT INTO service.instruction (id, kind, digest, amount, office, facts, proposed_by, proposed_at, expires_at)
    VALUES (:id, :kind, :digest, :amount, :office, CAST(:facts AS jsonb), :proposed_by, :proposed_at, :expires_at)
""")
_DECIDE: Final = Rank.APPROVAL.locks("""
    INSERT INTO service.instruction_decision (instruction_id, proposed_by, approved, reason, decided_by, decided_at)
    VALUES (:id, :proposed_by, :approved, :reason, :by, :at)
    ON CONFLICT DO NOTHING
""")
_USE: Final = Rank.APPROVAL.locks("""
    INSERT INTO service.instruction_use (instruction_id, used_for, used_at) VALUES (:id, :used_for, :now)
    ON CONFLICT DO NOTHING
""")

_DONE: Final = text("""
    SELECT count(*) FROM service.instruction_use AS u JOIN service.instruction AS i ON i.id = u.instruction_id
    WHERE u.used_for = :id AND i.kind = :kind
""")


def take_turn(session: Connection, digest: bytes) -> None:
    """Let those who propose or carry out the same take turns until the commit."""
    session.execute(_TURN, {"digest": digest.hex()})


def insert(session: Connection, instruction: Instruction) -> None:
    """Write down what was proposed."""
    facts = dict(vars(instruction))
    facts["facts"] = _json(instruction.facts)
    for name in ("decision", "used_for"):
        del facts[name]
    session.execute(_INSERT, facts)


def decide(session: Connection, instruction: Instruction, decision: InstructionDecision) -> bool:
    """Write the decision down; False when there is one."""
    values = {"id": instruction.id, "proposed_by": instruction.proposed_by, **vars(decision)}
    return session.execute(_DECIDE, values).rowcount == 1


def use(session: Connection, id: UUID, used_for: UUID, now: datetime) -> bool:
    """Write down for what it was carried out; False when it was before."""
    return session.execute(_USE, {"id": id, "used_for": used_for, "now": now}).rowcount == 1


def done(session: Connection, kind: InstructionKind, id: UUID) -> int:
    """Tell how often this kind of thing was done to somebody."""
    return int(session.execute(_DONE, {"kind": kind, "id": id}).scalar_one())


def find(session: Connection, id: UUID) -> ShownInstruction | None:
    """Find an instruction."""
    row = session.execute(_ONE, {"id": id}).one_or_none()
    return None if row is None else _shown(row)


def newest(session: Connection, digest: bytes) -> ShownInstruction | None:
    """Find the last instruction for exactly this."""
    row = session.execute(_NEWEST, {"digest": digest}).one_or_none()
    return None if row is None else _shown(row)


def listed(
    session: Connection, area: str | None, before: UUID, limit: int, now: datetime, *, every: bool
) -> list[ShownInstruction]:
    """List those that wait or may be carried out, newest first; of one area, or everywhere; `every`: the past, too."""
    values = {"area": area, "day": business_date(now), "before": before, "limit": limit}
    return [_shown(row) for row in session.execute(_LISTED, values | {"now": now, "every": every})]


def of_break(session: Connection, id: UUID, since: datetime) -> list[ShownInstruction]:
    """List the last corrections that were proposed of a break, opened at `since`; newest first."""
    return [_shown(row) for row in session.execute(_OF_BREAK, {"id": str(id), "since": since})]


def _json(facts: Mapping[str, Any]) -> str:
    return orjson.dumps(dict(facts)).decode()


def _shown(row: Row[Any]) -> ShownInstruction:
    decision = None
    if row.decided_at is not None:
        decision = InstructionDecision(row.approved, row.reason, row.decided_by, row.decided_at)
    instruction = Instruction(
        id=row.id,
        kind=InstructionKind(row.kind),
        digest=bytes(row.digest),
        amount=row.amount,
        office=row.office,
        facts=row.facts,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        decision=decision,
        used_for=row.used_for,
    )
    return ShownInstruction(instruction, row.proposer, row.decider)
