"""A request for approval, its one decision and its one use: pure rules.

    waiting ──approve──▶ approved ──use──▶ used
       │                    │
       ├──refuse──▶ refused │
       └──── end of the business day ────▶ expired

Nothing is stored as a status: it follows from which facts there are, and from the time.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from atm_service.promises.approvals import errors
from atm_service.registers.staff.errors import DeciderTied


class ApprovalKind(StrEnum):
    """What is asked for. The subject is the withdrawal, deposit, transfer or count."""

    WITHDRAWAL_REVERSAL = "withdrawal-reversal"
    DEPOSIT_REVERSAL = "deposit-reversal"
    DEPOSIT = "deposit"
    TRANSFER = "transfer"
    OPENING_COUNT = "opening-count"
    CLOSING_COUNT = "closing-count"
    VAULT_COUNT = "vault-count"


class Reason(StrEnum):
    """Why it is asked for: a closed list, so that somebody can count; the clerk's words say the rest."""

    CASH_NOT_TAKEN = "cash-not-taken"
    WRONG_AMOUNT = "wrong-amount"
    WRONG_PERSON = "wrong-person"
    CHANGED_MIND = "changed-mind"
    BAD_NOTES = "bad-notes"
    OTHER = "other"
    ABOVE_THRESHOLD = "above-threshold"
    COUNT_DIFFERS = "count-differs"


class ApprovalStatus(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True)
class Decision:
    """A supervisor's one word on a request, and why."""

    approved: bool
    reason: str
    by: UUID
    at: datetime


@dataclass(frozen=True)
class Approval:
    """A request for approval with what became of it. It lapses at `expires_at`.

    `amount` in đồng; of a count, what it is over, or short (negative).
    """

    id: UUID
    kind: ApprovalKind
    subject: UUID
    amount: int
    office: str
    reason: Reason
    words: str
    requested_by: UUID
    requested_at: datetime
    expires_at: datetime
    decision: Decision | None = None
    used_at: datetime | None = None

    @property
    def is_blind(self) -> bool:
        """Tell whether its figure is not yet for those who count."""
        return self.reason is Reason.COUNT_DIFFERS and self.used_at is None

    def status(self, now: datetime) -> ApprovalStatus:
        """Tell where the request stands. Used and refused stay so; the rest lapses with the day."""
        if self.used_at is not None:
            return ApprovalStatus.USED
        if self.decision is not None and not self.decision.approved:
            return ApprovalStatus.REFUSED
        if now >= self.expires_at:
            return ApprovalStatus.EXPIRED
        return ApprovalStatus.WAITING if self.decision is None else ApprovalStatus.APPROVED

    def decide(
        self, by: UUID, office: str | None, now: datetime, *, approved: bool, reason: str, tied: bool = False
    ) -> Decision:
        """Give the decision of a member of staff who belongs to `office`, if to one.

        Refuses in this order: decided before, lapsed, asked for by the same person or office, or by one who may be the
        same under another name (`tied`), whose request can still be refused.
        """
        if self.decision is not None:
            raise errors.ApprovalDecided(decided_as=self.status(now))
        if now >= self.expires_at:
            raise errors.ApprovalExpired(expired_at=self.expires_at)
        if by == self.requested_by or office == self.office:
            raise errors.OwnRequest
        if approved and tied:
            raise DeciderTied
        return Decision(approved, reason, by, now)

    def check_use(self, now: datetime) -> None:
        """Return when what was asked for may be done now, once."""
        status = self.status(now)
        if status is ApprovalStatus.WAITING:
            raise errors.ApprovalWaiting(approval_id=self.id)
        if status is ApprovalStatus.REFUSED:
            raise errors.ApprovalRefused(approval_id=self.id)
        if status is ApprovalStatus.EXPIRED:
            raise errors.ApprovalExpired(expired_at=self.expires_at)
        if status is ApprovalStatus.USED:
            raise errors.ApprovalUsed(approval_id=self.id)
