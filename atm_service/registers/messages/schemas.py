"""HTTP bodies of messages."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.registers.messages.domain import MessageKind
from atm_service.registers.messages.store import Dead


class MessageView(BaseModel):
    """A message that was given up: neither its number nor its words."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    customer_id: UUID | None
    kind: MessageKind
    made_at: datetime
    dead_at: datetime
    tries: int = Field(examples=[30])
    fault: str = Field(description="what came of the last try", examples=["not-taken"])
    kept: bool = Field(description="its words are still kept: it can be sent again")

    @classmethod
    def of(cls, message: Dead) -> Self:
        """Show a message to an operator."""
        return cls(**{name: getattr(message, name) for name in cls.model_fields})
