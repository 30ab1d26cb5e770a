"""HTTP bodies of moves between vault and drawers, and of exchanges of notes."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atm_service.promises.shifts.colleagues import ColleagueRequest
from atm_service.registers.notes.domain import notes_of
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


class GiftRequest(ColleagueRequest):
    """Counted notes, and the user name and password of the clerk who takes them into the own drawer."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(self.counts.values()):
            raise ValueError("nothing was counted")
        return self


class ExchangeRequest(_Body):
    """Notes that leave the clerk's drawer, and those that come into it for them."""

    partner: Literal["customer", "vault"] = Field(description="with whom the notes are changed")
    given: Counts
    taken: Counts

    @model_validator(mode="after")
    def _other_notes(self) -> Self:
        if notes_of(self.given) == notes_of(self.taken):
            raise ValueError("nothing was changed")
        return self


class ExchangeView(_Body):
    """Notes that were changed for others of the same sum, in đồng."""

    id: UUID
    partner: Literal["customer", "vault"]
    amount: int
    given: Counts
    taken: Counts


class MoveView(_Body):
    """A move between vault and drawer, or to a colleague's drawer, in đồng."""

    id: UUID
    to: Literal["drawer", "vault", "colleague"]
    amount: int
    drawer: int | None = Field(default=None, description="the colleague's")
