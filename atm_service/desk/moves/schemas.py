"""HTTP bodies of moves between vault and drawer."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from atm_service.registers.notes.schemas import Counts


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CashMoveRequest(_Body):
    """Counted notes, from the vault to the clerk's drawer or back."""

    to: Literal["drawer", "vault"]
    counts: Counts

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(self.counts.values()):
            raise ValueError("nothing was counted")
        return self


class MoveView(_Body):
    """A move between vault and drawer, in đồng."""

    id: UUID
    to: Literal["drawer", "vault"]
    amount: int
