"""HTTP bodies of floats, forecasts and plans. Amounts in đồng."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from atm_service.control.floats import domain
from atm_service.control.floats.domain import DayKind, Float, Forecast
from atm_service.control.floats.planning import Plan, TripAlarm
from atm_service.control.floats.service import Standing
from atm_service.platform.days import DAY_MAX, DAY_MIN, Day
from atm_service.platform.policy import FLOAT_MAX
from atm_service.registers.cash.delivery import Direction

_Cash = Annotated[int, Field(strict=True, ge=0, le=FLOAT_MAX, description="đồng")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Market(_Body):
    """The office's market days: each five or seven days, counted from one of them."""

    every: Literal[5, 7] = Field(examples=[5])
    since: Annotated[Day, Field(ge=DAY_MIN, le=DAY_MAX, examples=["2026-11-17"])]

    @classmethod
    def of(cls, market: domain.Market | None) -> Self | None:
        """Show a market."""
        return None if market is None else cls.model_validate(vars(market))


class FloatRequest(_Body):
    """How much an office is to hold: minimum ≤ target ≤ maximum. `market` is null where there is none."""

    minimum: _Cash = Field(examples=[20_000_000])
    target: _Cash = Field(examples=[100_000_000])
    maximum: _Cash = Field(examples=[300_000_000])
    market: Market | None = Field(examples=[{"every": 5, "since": "2026-11-17"}])

    def levels(self) -> domain.Levels:
        """Read the levels. Raises `FloatOutOfOrder`."""
        return domain.Levels(self.minimum, self.target, self.maximum)

    def read_market(self) -> domain.Market | None:
        """Read the market."""
        return None if self.market is None else domain.Market(self.market.every, self.market.since)


class FloatView(_Body):
    """A float from when it was set. `set_at` is null for the policy's own, which nobody has set."""

    office: str
    minimum: int
    target: int
    maximum: int
    market: Market | None
    set_at: datetime | None

    @classmethod
    def of(cls, one: Float) -> Self:
        """Show a float."""
        return cls(office=one.office, **vars(one.levels), market=Market.of(one.market), set_at=one.set_at)


class StandingView(_Body):
    """Where an office's cash stands. `need`: what must be there now to be sure until the evening of `until`."""

    office: str
    name: str
    area_code: str
    minimum: int
    target: int
    maximum: int
    cash: int = Field(description="in its vault and drawers")
    coming: int = Field(description="ordered, or on the road to it")
    going: int = Field(description="ordered back, and still there")
    need: int
    until: date = Field(description="the day of the next delivery")
    alarms: list[TripAlarm]

    @classmethod
    def of(cls, one: Standing) -> Self:
        """Show where an office stands."""
        return cls(
            office=one.held.office,
            name=one.held.name,
            area_code=one.held.area_code,
            **vars(one.float.levels),
            cash=one.held.cash,
            coming=one.held.coming,
            going=one.held.going,
            need=one.position.need,
            until=one.until,
            alarms=one.position.alarms,
        )


class ForecastDayView(_Body):
    """What a day is expected to need: paid out less taken in."""

    day: date
    kinds: list[DayKind]
    expected: int


class ForecastView(_Body):
    """What an office is expected to need. `need` is what to have on the first morning to be sure for all the days."""

    office: str
    need: int
    days: list[ForecastDayView]

    @classmethod
    def of(cls, office: str, one: Forecast) -> Self:
        """Show a forecast."""
        days = [
            ForecastDayView(day=day.day, kinds=sorted(day.kinds), expected=day.expected) for day in one.days
        ]
        return cls(office=office, need=one.need, days=days)


class ProposalView(_Body):
    """A delivery that may be ordered. `after`: what the office then has."""

    office: str
    name: str
    direction: Direction
    amount: int
    cash: int
    need: int
    after: int
    alarms: list[TripAlarm]


class PlanView(_Body):
    """One trip of an area's cash, out and back. `missing`: what offices lack after it to be sure until `until`."""

    area_code: str
    until: date
    area_cash: int
    trip_max: int
    out: int
    back: int
    missing: int
    proposals: list[ProposalView]

    @classmethod
    def of(cls, area: str, made: Plan, standings: Sequence[Standing], limits: tuple[int, int, date]) -> Self:
        """Show a plan; limits are the area's cash, the trip's maximum and the day of the next delivery."""
        area_cash, trip_max, until = limits
        by_office = {one.held.office: one for one in standings}
        proposals = [
            ProposalView(
                office=one.office,
                name=by_office[one.office].held.name,
                direction=one.direction,
                amount=one.amount,
                cash=by_office[one.office].held.cash,
                need=by_office[one.office].position.need,
                after=one.after,
                alarms=by_office[one.office].position.alarms,
            )
            for one in made.proposals
        ]
        return cls(
            area_code=area,
            until=until,
            area_cash=area_cash,
            trip_max=trip_max,
            out=made.total(Direction.TO_OFFICE),
            back=made.total(Direction.TO_AREA),
            missing=made.missing,
            proposals=proposals,
        )
