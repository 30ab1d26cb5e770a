"""HTTP bodies of notices."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.promises.availability.domain import Why
from atm_service.promises.notices.store import Notice, NoticeKind


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlaceView(_Body):
    """An office and a day there."""

    office: str
    name: str
    unit: str
    area: str
    day: date


class NoticeView(_Body):
    """A notice about one appointment, transfer, complaint or bill.

    `proposed` is moved to only when the customer says so.
    """

    id: UUID
    kind: NoticeKind
    withdrawal_id: UUID | None
    transfer_id: UUID | None
    complaint_id: UUID | None
    bill_id: UUID | None
    made_at: datetime
    read_at: datetime | None
    amount: int
    place: PlaceView | None = Field(description="where and when the customer was expected")
    expires_at: datetime | None = Field(description="until when the code lives now")
    why: Why | None = Field(description="of a broken reservation: why the office cannot keep its word")
    proposed: PlaceView | None = Field(description="the nearest office that can pay instead, if there is one")

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """Show a notice to its customer."""
        facts: dict[str, Any] = {
            **dict.fromkeys(("place", "expires_at", "why", "proposed")),
            **notice.facts,
        }
        return cls(
            id=notice.id,
            kind=notice.kind,
            withdrawal_id=notice.withdrawal_id,
            transfer_id=notice.transfer_id,
            complaint_id=notice.complaint_id,
            bill_id=notice.bill_id,
            made_at=notice.made_at,
            read_at=notice.read_at,
            **facts,
        )
