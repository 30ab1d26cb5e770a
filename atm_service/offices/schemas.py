"""HTTP bodies of offices and shifts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.offices.domain import NOTES_MAX, Note

Counts = Annotated[
    dict[Note, Annotated[int, Field(strict=True, ge=0, le=NOTES_MAX)]],
    Field(description="how many notes of each kind", examples=[{"500000": 20, "100000": 50}]),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShiftRequest(_Body):
    """A drawer and what was counted in it."""

    drawer: int = Field(strict=True, ge=1, le=99, examples=[1])
    counts: Counts


class CloseRequest(_Body):
    """What was counted at the close, before any figure is shown."""

    counts: Counts


class ShiftView(_Body):
    """A clerk's turn at a drawer. `…_over_short` is counted minus ledger, in đồng: negative is short."""

    id: UUID
    office: str
    drawer: int
    clerk: str
    status: Literal["open", "closed"]
    opened_at: datetime
    opening_counts: dict[str, int]
    opening_total: int
    opening_over_short: int
    closed_at: datetime | None
    closing_counts: dict[str, int] | None
    closing_total: int | None
    closing_over_short: int | None
    paid_count: int
    paid_total: int


class OfficeView(_Body):
    """An office as a customer sees it: whether it can pay, never how much it holds."""

    code: str
    name: str
    commune: str
    district: str
    open: bool
    can_pay: Literal["yes", "ask", "no"]


class DistrictView(_Body):
    """A district that has offices."""

    code: str
    name: str


class Districts(_Body):
    """All districts."""

    items: list[DistrictView]
