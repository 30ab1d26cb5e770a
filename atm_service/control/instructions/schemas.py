"""HTTP bodies of instructions."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.control.instructions.domain import Instruction, InstructionKind, InstructionStatus


class InstructionView(BaseModel):
    """Money from outside that was proposed, and where it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    kind: InstructionKind
    amount: int = Field(description="đồng, of all lines")
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
