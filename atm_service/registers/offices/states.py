"""An office's life: pure rules.

    planned ──▶ ready ──▶ active ◀──▶ suspended ──▶ closed
       ▲──────────┘
    (planned and ready offices may be closed as well: given up before they ever paid)

Closed is for good. An office that opens anew at the same place is another office, with the next running number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from atm_service.registers.offices import errors
from atm_service.registers.offices.domain import State

NEXT: Final[Mapping[State, tuple[State, ...]]] = {
    State.PLANNED: (State.READY, State.CLOSED),
    State.READY: (State.PLANNED, State.ACTIVE, State.CLOSED),
    State.ACTIVE: (State.SUSPENDED,),
    State.SUSPENDED: (State.ACTIVE, State.CLOSED),
    State.CLOSED: (),
}
_SUPERVISORS: Final = {(State.ACTIVE, State.SUSPENDED), (State.SUSPENDED, State.ACTIVE)}
_CHECKED: Final = {(State.PLANNED, State.READY), (State.READY, State.ACTIVE)}


class Item(StrEnum):
    """What an office must have before it can be ready."""

    STAFF = "staff"
    LINE = "line"
    EQUIPMENT = "equipment"
    TRAINING = "training"


@dataclass(frozen=True)
class Standing:
    """What is at an office that bears on its state. `places`: the ledger's accounts of it that hold cash."""

    state: State
    passed: frozenset[Item] = frozenset()
    drawers: tuple[int, ...] = ()
    deliveries: tuple[UUID, ...] = ()
    places: tuple[str, ...] = ()


def check(standing: Standing, to: State, *, by_supervisor: bool) -> None:
    """Return when the office may change to this state now.

    Refuses in this order: it is there already, it does not follow, it is not the caller's to say, the checklist, and
    for a close an open shift, open deliveries, cash.
    """
    if to is standing.state:
        raise errors.StateUnchanged(state=to)
    if to not in NEXT[standing.state]:
        raise errors.StateDoesNotFollow(state=standing.state, may=list(NEXT[standing.state]))
    if by_supervisor and (standing.state, to) not in _SUPERVISORS:
        raise errors.ForOperator
    missing = [item for item in Item if item not in standing.passed]
    if (standing.state, to) in _CHECKED and missing:
        raise errors.ChecklistIncomplete(missing=missing)
    if to is State.CLOSED:
        _check_empty(standing)


def _check_empty(standing: Standing) -> None:
    if standing.drawers:
        raise errors.ShiftsStillOpen(drawers=list(standing.drawers))
    if standing.deliveries:
        raise errors.DeliveriesStillOpen(deliveries=list(standing.deliveries))
    if standing.places:
        raise errors.CashStillThere(places=list(standing.places))


def for_supervisor(state: State) -> list[State]:
    """Give the states to which a supervisor may change an office in this one."""
    return [to for to in NEXT[state] if (state, to) in _SUPERVISORS]
