"""HTTP bodies of top-ups."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.policy import AMOUNT_MAX
from atm_service.registers.payments.domain import TopUpStatus
from atm_service.registers.payments.store import TopUp


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TopUpRequest(_Body):
    """How many đồng to bring in, and from which linked account."""

    bank_link_id: UUID
    amount: Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX, description="đồng", examples=[5_000_000])]


class TopUpView(_Body):
    """A top-up. `pending`: the bank has not answered yet, and is asked again until it does."""

    id: UUID
    bank_link_id: UUID
    amount: int = Field(examples=[5_000_000])
    status: TopUpStatus
    reason: str | None = Field(description="why it was declined", examples=["insufficient-funds-at-bank"])
    created_at: datetime

    @classmethod
    def of(cls, top_up: TopUp) -> Self:
        """Show a top-up to its customer."""
        return cls(
            id=top_up.id,
            bank_link_id=top_up.bank_link_id,
            amount=top_up.amount,
            status=top_up.status,
            reason=top_up.reason,
            created_at=top_up.created_at,
        )
