"""An instruction, its one decision and its one use: pure rules.

    waiting ──approve──▶ approved ──carry out──▶ done
       │                    │
       ├──refuse──▶ refused │
       └─ the policy's time ┴──▶ lapsed

Nothing is stored as a status: it follows from which facts there are, and from the time. What is approved is a digest of
everything that matters, and only what has the same digest is carried out.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from atm_service.control.instructions.errors import (
    AgainNotConfirmed,
    InstructionDecided,
    InstructionLapsed,
    OwnInstruction,
)
from atm_service.registers.staff.errors import DeciderTied


class InstructionKind(StrEnum):
    """What is to be recorded: a payer's money, a batch out of it, cash for a drawer, what a bank's statement says.

    Or who is to decide for others.
    """

    FUNDING = "funding"
    CREDITS = "credits"
    CASH = "cash"
    MEMBER_ADDED = "member-added"
    MEMBER_ROLE = "member-role"
    MEMBER_RESET = "member-reset"
    BANK_CORRECTION = "bank-correction"


class InstructionStatus(StrEnum):
    """Where an instruction stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    DONE = "done"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants recorded: `content` is all that is bound by the approval, `shown` what the second also sees.

    `amount` in đồng. `again`: how many lines were credited lately, which the second person confirms by their number.
    """

    kind: InstructionKind
    amount: int
    office: str | None
    content: Mapping[str, Any]
    shown: Mapping[str, Any]
    again: int = 0

    @property
    def digest(self) -> bytes:
        """Give what is the same for the same content alone: SHA-256 over its canonical JSON."""
        facts = {"kind": self.kind, "amount": self.amount, "office": self.office, **self.content}
        return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).digest()


@dataclass(frozen=True)
class InstructionDecision:
    """The second person's one word, and why."""

    approved: bool
    reason: str
    by: UUID
    at: datetime


@dataclass(frozen=True)
class Instruction:
    """What was proposed, and what became of it."""

    id: UUID
    kind: InstructionKind
    digest: bytes
    amount: int
    office: str | None
    facts: Mapping[str, Any]
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    decision: InstructionDecision | None = None
    used_for: UUID | None = None

    @property
    def again(self) -> int:
        """How many lines were credited lately when this was proposed."""
        return int(self.facts.get("again", 0))

    def status(self, now: datetime) -> InstructionStatus:
        """Tell where it stands. Done and refused stay so; the rest lapses."""
        if self.used_for is not None:
            return InstructionStatus.DONE
        if self.decision is not None and not self.decision.approved:
            return InstructionStatus.REFUSED
        if now >= self.expires_at:
            return InstructionStatus.LAPSED
        return InstructionStatus.WAITING if self.decision is None else InstructionStatus.APPROVED

    def may_be_proposed_anew(self, now: datetime) -> bool:
        """Tell whether the same may be asked for once more: when it has lapsed; a no holds as long as a yes would."""
        return self.used_for is None and now >= self.expires_at

    def decide(
        self, by: UUID, again: int, now: datetime, *, approved: bool, reason: str, tied: bool = False
    ) -> InstructionDecision:
        """Give the decision. Refuses in this order: decided, lapsed, own, tied, repeated lines not confirmed.

        `tied`: proposer and decider may be one person, for one of them, or one other, has lately given the rights or
        the password of the other.
        """
        if self.decision is not None:
            raise InstructionDecided(decided_as=self.status(now))
        if now >= self.expires_at:
            raise InstructionLapsed
        if by == self.proposed_by:
            raise OwnInstruction
        if approved and tied:
            raise DeciderTied
        if approved and again != self.again:
            raise AgainNotConfirmed(again=self.again)
        return InstructionDecision(approved, reason, by, now)
