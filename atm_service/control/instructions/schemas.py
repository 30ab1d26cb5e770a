"""HTTP bodies of instructions."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.control.instructions.domain import Instruction, InstructionKind, InstructionStatus
from atm_service.control.instructions.store import ShownInstruction
from atm_service.platform.bodies import SAID, said
from atm_service.registers.credits.domain import LINES_MAX
from atm_service.registers.staff.schemas import Code, PasskeyAnswer


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InstructionView(_Body):
    """What was proposed, and where it stands."""

    id: UUID
    kind: InstructionKind
    amount: int = Field(description="đồng, of all lines; 0 of what is about a member")
    digest: str = Field(description="SHA-256 of what is approved: nothing else is carried out")
    again: int = Field(description="lines that were credited lately, which the second person confirms")
    proposed_at: datetime
    expires_at: datetime
    status: InstructionStatus

    @classmethod
    def of(cls, instruction: Instruction, now: datetime) -> Self:
        """Show an instruction as it stands at `now`."""
        return cls(
            id=instruction.id,
            kind=instruction.kind,
            amount=instruction.amount,
            digest=instruction.digest.hex(),
            again=instruction.again,
            proposed_at=instruction.proposed_at,
            expires_at=instruction.expires_at,
            status=instruction.status(now),
        )


class InstructionShown(InstructionView):
    """What the second person sees of it, and whether it waits for this one."""

    office: str | None = Field(examples=["05971-1"])
    facts: dict[str, Any] = Field(
        description="all that was proposed, and what is found beside it", examples=[{"payer": "school-12"}]
    )
    proposed_by: str = Field(examples=["thoa.ha"])
    decided_by: str | None = Field(examples=["giam.dinh"])
    own: bool = Field(description="proposed by whoever asks, who cannot decide it", examples=[False])

    @classmethod
    def shown(cls, one: ShownInstruction, caller: UUID, now: datetime) -> Self:
        """Show an instruction to somebody who may decide it."""
        instruction = one.instruction
        return cls(
            **InstructionView.of(instruction, now).model_dump(),
            office=instruction.office,
            facts=dict(instruction.facts),
            proposed_by=one.proposer,
            decided_by=one.decider,
            own=instruction.proposed_by == caller,
        )


class Challenge(_Body):
    """What a passkey is to sign, if there is one."""

    passkey: dict[str, Any] | None = Field(
        description="PublicKeyCredentialRequestOptionsJSON (WebAuthn Level 3, 5.1.9)",
        examples=[{"challenge": "3q2-7wAAAAA", "rpId": "localhost"}],
    )


class InstructionWord(_Body):
    """What the second person says: a passkey signs for exactly this."""

    decision: Literal["approve", "refuse"]
    again: int = Field(
        0, ge=0, le=LINES_MAX, description="lines that were credited lately, when approving them once more"
    )


class InstructionDecisionRequest(InstructionWord):
    """The second person's word, why, and the second factor as it is now: a code or a passkey's answer."""

    reason: Annotated[str, said] = Field(
        min_length=3, max_length=200, pattern=SAID, examples=["đã gọi nhà trường"]
    )
    code: Code = None
    passkey: PasskeyAnswer | None = None
