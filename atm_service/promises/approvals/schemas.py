"""HTTP bodies of approvals."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.bodies import SAID, said
from atm_service.promises.approvals.domain import ApprovalKind, ApprovalStatus, Reason
from atm_service.promises.approvals.store import Shown

Words = Annotated[
    str,
    Field(
        min_length=3,
        max_length=200,
        pattern=SAID,
        description="what happened; nothing personal",
        examples=["Khách đi mất, tiền còn trên quầy"],
    ),
    said,
]
ReversalReason = Literal[
    "cash-not-taken", "wrong-amount", "wrong-person", "changed-mind", "bad-notes", "other"
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReversalRequest(_Body):
    """Why something is to be undone: one of a closed list, and the clerk's words."""

    reason: ReversalReason = Field(examples=["cash-not-taken"])
    words: Words


class ThresholdRequest(_Body):
    """A clerk's words on an amount that one person must not take, move or have counted alone."""

    words: Words


class ApprovalDecisionRequest(_Body):
    """A supervisor's decision and why. Write nothing personal into the reason."""

    decision: Literal["approve", "refuse"]
    reason: Words


class ApprovalView(_Body):
    """A request for approval, and where it stands."""

    id: UUID
    kind: ApprovalKind
    subject: UUID
    amount: int | None = Field(
        description="đồng; of a count what it is over, or short: negative, and null at the counter until it stands"
    )
    office: str
    office_name: str
    reason: Reason
    words: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    status: ApprovalStatus
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None

    @classmethod
    def of(cls, shown: Shown, now: datetime, *, blind: bool = False) -> Self:
        """Show a request as it stands at `now`; `blind`, to whoever is to count the same once more."""
        approval, decision = shown.approval, shown.approval.decision
        return cls(
            id=approval.id,
            kind=approval.kind,
            subject=approval.subject,
            amount=None if blind and approval.is_blind else approval.amount,
            office=approval.office,
            office_name=shown.office_name,
            reason=approval.reason,
            words=approval.words,
            requested_by=shown.requester,
            requested_at=approval.requested_at,
            expires_at=approval.expires_at,
            status=approval.status(now),
            decided_by=shown.decider,
            decided_at=decision.at if decision else None,
            decision_reason=decision.reason if decision else None,
        )
