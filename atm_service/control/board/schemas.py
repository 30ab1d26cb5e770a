"""HTTP bodies of the board."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.control.board import domain
from atm_service.control.board.domain import Desk, Mark, OfficeAlarm
from atm_service.control.offices.schemas import CoverageView, LifeView
from atm_service.registers.offices.domain import Line, State


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeskView(_Body):
    """One office on the board. Cash in percent of its target; the sum is shown from close by alone."""

    code: str
    name: str
    unit: str
    area_code: str
    area: str
    state: State
    open_now: bool = Field(description="by its opening hours")
    shifts: int = Field(description="open ones")
    line: Line
    seen_at: datetime | None = Field(description="when its counter last spoke")
    filled: int = Field(description="cash in percent of its target, 999 at most")
    over_short: int = Field(description="đồng: what today's worst count is over, or short (negative)")
    counts_far: int = Field(description="today's counts that take a supervisor's word")
    opening_breaks: int
    approvals: int = Field(description="requests that wait for a decision")
    deliveries: int = Field(description="ordered or on the road")
    unexplained: int = Field(description="deliveries over or short that nobody has explained")
    complaints: int = Field(description="whose day of answering has passed")
    mark: Literal["act", "look", "well", "rest"]
    alarms: list[OfficeAlarm] = Field(description="the worst first")

    @classmethod
    def of(cls, desk: Desk, mark: Mark, rings: list[OfficeAlarm]) -> Self:
        """Show one office."""
        shown = {name: value for name, value in vars(desk).items() if name in cls.model_fields}
        return cls(**shown, filled=domain.filled(desk), mark=mark.name.lower(), alarms=rings)


class BoardView(_Body):
    """All offices that the supervisor looks after: by area, within it the worst first."""

    at: datetime
    offices: list[DeskView]
    coverage: CoverageView


class ShiftThere(_Body):
    """An open shift."""

    drawer: int
    clerk: str
    opened_at: datetime


class PlaceThere(_Body):
    """Cash in one place of the office, in đồng."""

    place: str = Field(examples=["vault", "drawer/1", "transit"])
    cash: int


class DeliveryThere(_Body):
    """A delivery that is open, or whose difference is not explained."""

    id: UUID
    direction: str
    status: str
    amount: int
    ordered_at: datetime
    difference: int | None


class MemberThere(_Body):
    """Somebody who works at the office."""

    display_name: str
    role: str
    active: bool


class OfficeNearView(_Body):
    """One office from close by."""

    desk: DeskView
    cash: int
    minimum: int
    target: int
    maximum: int
    life: LifeView
    shifts: list[ShiftThere]
    places: list[PlaceThere]
    deliveries: list[DeliveryThere]
    staff: list[MemberThere]
