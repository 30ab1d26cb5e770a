"""The service's board: its answers as values, and a function for each call, as in `service_api`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from counter_app import service_api
from counter_app.service_api import Service, json_body, read_answer

State = Literal["planned", "ready", "active", "suspended", "closed"]


@dataclass(frozen=True)
class Desk:
    """One office on the board. `filled` in percent of its target, `over_short` in đồng, negative is short."""

    code: str
    name: str
    unit: str
    area_code: str
    area: str
    state: State
    open_now: bool
    shifts: int
    line: Literal["good", "weak", "none"]
    seen_at: datetime | None
    filled: int
    over_short: int
    counts_far: int
    opening_breaks: int
    approvals: int
    deliveries: int
    unexplained: int
    complaints: int
    mark: Literal["act", "look", "well", "rest"]
    alarms: list[str]


@dataclass(frozen=True)
class Coverage:
    """Units with an active office, of all; active offices, of those not closed."""

    units_served: int
    units: int
    offices_active: int
    offices: int


@dataclass(frozen=True)
class Board:
    """All offices that the supervisor looks after: by area, the worst first."""

    at: datetime
    offices: list[Desk]
    coverage: Coverage


@dataclass(frozen=True)
class Check:
    """Where an item of the checklist stands; None while nobody has looked."""

    item: Literal["staff", "line", "equipment", "training"]
    passed: bool | None
    words: str | None
    checked_by: str | None
    checked_at: datetime | None


@dataclass(frozen=True)
class Change:
    """A change of state that was made."""

    was: State
    state: State
    reason: str
    changed_by: str | None
    changed_at: datetime


@dataclass(frozen=True)
class OtherDay:
    """A date with other hours."""

    day: date
    hours: str
    reason: str
    everywhere: bool


@dataclass(frozen=True)
class Life:
    """An office's state, checklist, hours and history."""

    code: str
    name: str
    state: State
    may: list[State]
    line: Literal["good", "weak", "none"]
    checks: list[Check]
    week: list[str]
    days: list[OtherDay]
    open_now: bool
    next_open: datetime | None
    history: list[Change]


@dataclass(frozen=True)
class Changed:
    """What is kept of the answer to a change: which office, and where it stands. Its page shows the rest."""

    code: str
    state: State


@dataclass(frozen=True)
class ShiftThere:
    """An open shift."""

    drawer: int
    clerk: str
    opened_at: datetime


@dataclass(frozen=True)
class PlaceThere:
    """Cash in one place, in đồng."""

    place: str
    cash: int


@dataclass(frozen=True)
class DeliveryThere:
    """A delivery that is open, or whose difference is not explained."""

    id: str
    direction: str
    status: str
    amount: int
    ordered_at: datetime
    difference: int | None


@dataclass(frozen=True)
class MemberThere:
    """Somebody who works at the office."""

    display_name: str
    role: str
    active: bool


@dataclass(frozen=True)
class Office:
    """One office from close by."""

    desk: Desk
    cash: int
    minimum: int
    target: int
    maximum: int
    life: Life
    shifts: list[ShiftThere]
    places: list[PlaceThere]
    deliveries: list[DeliveryThere]
    staff: list[MemberThere]


async def board(service: Service, token: str) -> Board:
    """Return the board."""
    return read_answer(Board, await service_api.ask(service, "GET", "/staff/v1/board", token=token))


async def office(service: Service, token: str, code: str) -> Office:
    """Return one office from close by."""
    return read_answer(
        Office, await service_api.ask(service, "GET", f"/staff/v1/offices/{code}", token=token)
    )


def request(code: str, what: str, body: dict[str, Any]) -> tuple[str, bytes]:
    """Path and body for a change at an office: its `state`, `checks`, `hours`, `days` or `line`."""
    return f"/staff/v1/offices/{code}/{what}", json_body(body)
