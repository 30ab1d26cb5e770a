"""HTTP bodies of an office's life."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.bodies import SAID, said
from atm_service.platform.days import Day
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.hours import DAY_MAX
from atm_service.registers.offices.states import Item

Reason = Annotated[
    str,
    Field(
        min_length=3,
        max_length=200,
        pattern=SAID,
        description="why; kept for good; nothing personal",
        examples=["Mất điện cả xã"],
    ),
    said,
]
DayHours = Annotated[
    str,
    Field(
        max_length=DAY_MAX,
        pattern=r"^[0-9: -]*$",
        description="up to four ranges in Vietnam's time; empty: closed that day",
        examples=["07:30-11:30 13:30-17:00"],
    ),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StateRequest(_Body):
    """A change of state. A supervisor suspends and resumes; the rest is the operator's, at the command line."""

    state: State = Field(examples=["suspended"])
    reason: Reason


class CheckRequest(_Body):
    """Where one item of the checklist stands."""

    item: Item
    passed: bool = Field(strict=True, examples=[True])
    words: Reason


class HoursRequest(_Body):
    """An office's week from Monday."""

    week: list[DayHours] = Field(
        min_length=7,
        max_length=7,
        examples=[["07:30-11:30 13:30-17:00"] * 6 + [""]],
    )


class DayRequest(_Body):
    """The hours of one date; null: as usual again."""

    day: Day = Field(examples=["2027-02-06"])
    hours: DayHours | None = Field(examples=[""])
    reason: Reason


class LineRequest(_Body):
    """How good the office's line is, as people there say."""

    line: Line


class CheckView(_Body):
    """Where one item of the checklist stands; `passed` is null while nobody has looked."""

    item: Item
    passed: bool | None
    words: str | None
    checked_by: str | None
    checked_at: datetime | None


class ChangeView(_Body):
    """A change of state that was made. `changed_by` is null when the command line made it in nobody's name."""

    was: State
    state: State
    reason: str
    changed_by: str | None
    changed_at: datetime


class OpeningDayView(_Body):
    """A date with other hours; `everywhere`: for all offices."""

    day: date
    hours: str
    reason: str
    everywhere: bool


class LifeView(_Body):
    """An office's state, its checklist, its hours and its history, newest first, a hundred changes at most."""

    code: str
    name: str
    state: State
    may: list[State] = Field(description="states that follow, of those that a supervisor may choose")
    line: Line
    checks: list[CheckView]
    week: list[str]
    days: list[OpeningDayView]
    open_now: bool
    next_open: datetime | None
    history: list[ChangeView]


class CoverageView(_Body):
    """How much is served: of the units, those with an active office; of the offices not closed, the active ones."""

    area_code: Annotated[str, Field(examples=["178"])] | Literal[""]
    area: str
    units_served: int
    units: int = Field(description="that have an office, by the tree that is asked for")
    offices_active: int
    offices: int


class CoverageReport(_Body):
    """The areas that the caller looks after, and all of them together."""

    areas: list[CoverageView]
    whole: CoverageView
