"""HTTP bodies of shifts and their counts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.bodies import SAID, said
from atm_service.promises.shifts.domain import ClosedHow, Stopped
from atm_service.registers.notes.schemas import Counts

Reason = Annotated[
    str,
    Field(min_length=3, max_length=200, pattern=SAID, examples=["Called; away until Monday"]),
    said,
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


class TakeOverRequest(_Body):
    """Why a shift may be closed without its clerk. Write nothing personal into the reason."""

    reason: Reason


class MovementsView(_Body):
    """What went through a shift's drawer besides payments, in đồng. Transfers move no cash.

    The opening count, less payments and undone deposits, with deposits and undone payments, with what was moved in and
    less what was moved out, and with what counts amid the shift have found, is what the drawer should hold.
    """

    deposit_count: int
    deposit_total: int
    transfer_count: int
    transfer_total: int
    payment_undone_count: int
    payment_undone_total: int
    deposit_undone_count: int
    deposit_undone_total: int
    moved_in_total: int
    moved_out_total: int
    counts_over_short: int = Field(description="found by counts amid the shift: counted less ledger")


class ShiftView(_Body):
    """A clerk's turn at a drawer. `…_over_short` is counted minus ledger, in đồng: negative is short."""

    id: UUID
    office: str
    drawer: int
    clerk: str
    status: Literal["open", "closed"]
    stopped: Stopped | None = Field(description="nothing is paid any more: count and close")
    recount: bool = Field(
        description="the count just sent differs from the ledger: count once more, the next count stands"
    )
    opened_at: datetime
    opening_counts: dict[str, int]
    opening_total: int
    opening_over_short: int
    closed_at: datetime | None
    closing_counts: dict[str, int] | None
    closing_total: int | None
    closing_over_short: int | None
    closed_how: ClosedHow | None
    counted_by: str | None = Field(description="who counted at the close")
    paid_count: int
    paid_total: int
    undone_count: int = Field(description="of its payments, those that were undone since: in `paid_count`")
    undone_total: int
    movements: MovementsView | None = Field(
        description="null until the drawer is counted, but in the totals that the clerk asks for"
    )
    expected: int | None = Field(default=None, description="what the drawer should hold: in the totals alone")


class HeadroomView(_Body):
    """What the office may still pay and take in without an appointment, and what the clerk's drawer has. In đồng."""

    day_left: int
    month_left: int
    drawer_at_least: int | None = Field(
        description="rounded down to whole millions, so that no count comes right by it; null while one is in doubt"
    )


class HandOverView(_Body):
    """The closed shift, and the colleague's at the same drawer; `opened` is null while the count must be repeated."""

    closed: ShiftView
    opened: ShiftView | None


class OpenShiftView(_Body):
    """An open shift, without any figure. `may_be_taken_over`: a supervisor lets another clerk close it."""

    id: UUID
    office: str
    drawer: int
    clerk: str
    opened_at: datetime
    may_be_taken_over: bool


class OpenShifts(_Body):
    """The open shifts of an office, by drawer."""

    items: list[OpenShiftView]


class OpeningBreakView(_Body):
    """A drawer that was opened with another sum than its last close and what was moved since. Amounts in đồng."""

    shift_id: UUID
    office: str
    drawer: int
    clerk: str
    previous_shift: UUID | None
    closed_total: int | None
    expected: int
    counted: int
    found_at: datetime
