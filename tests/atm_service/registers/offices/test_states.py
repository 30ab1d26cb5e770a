"""Which state follows which, and what an office must have or must not have for it."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from atm_service.platform.refusals import Refusal
from atm_service.registers.offices import errors, states
from atm_service.registers.offices.domain import State
from atm_service.registers.offices.states import Item, Standing

ALL = frozenset(Item)
STEPS = {
    ("planned", "ready"),
    ("planned", "closed"),
    ("ready", "planned"),
    ("ready", "active"),
    ("ready", "closed"),
    ("active", "suspended"),
    ("suspended", "active"),
    ("suspended", "closed"),
}


def refusal(standing: Standing, to: State, *, by_supervisor: bool = False) -> type[Exception] | None:
    try:
        states.check(standing, to, by_supervisor=by_supervisor)
    except Refusal as refused:
        return type(refused)
    return None


@pytest.mark.parametrize(("was", "to"), list(itertools.product(State, State)))
def test_every_step_of_the_table(was: State, to: State) -> None:
    """An empty, checked office takes the steps of the table and no other."""
    expected: type[Exception] | None = errors.StateDoesNotFollow
    if was is to:
        expected = errors.StateUnchanged
    elif (was, to) in STEPS:
        expected = None
    assert refusal(Standing(was, ALL), to) is expected


def test_a_refusal_names_the_steps_that_there_are() -> None:
    """Whoever asks for too much reads what comes first."""
    with pytest.raises(errors.StateDoesNotFollow) as refused:
        states.check(Standing(State.PLANNED), State.ACTIVE, by_supervisor=False)
    assert refused.value.members == {"state": "planned", "may": ["ready", "closed"]}


@pytest.mark.parametrize("missing", list(Item))
@pytest.mark.parametrize(("was", "to"), [(State.PLANNED, State.READY), (State.READY, State.ACTIVE)])
def test_every_item_of_the_checklist_is_needed(was: State, to: State, missing: Item) -> None:
    """Three of four are not enough, for ready nor for active."""
    with pytest.raises(errors.ChecklistIncomplete) as refused:
        states.check(Standing(was, ALL - {missing}), to, by_supervisor=False)
    assert refused.value.members == {"missing": [missing]}


def test_an_office_resumes_without_a_checklist() -> None:
    """It was checked when it began."""
    assert refusal(Standing(State.SUSPENDED), State.ACTIVE) is None


def test_a_supervisor_suspends_and_resumes_and_no_more() -> None:
    """The rest is the operator's."""
    for was, to in STEPS:
        mine = {was, to} == {"active", "suspended"}
        expected = None if mine else errors.ForOperator
        assert refusal(Standing(State(was), ALL), State(to), by_supervisor=True) is expected, (was, to)
        assert (State(to) in states.for_supervisor(State(was))) is mine


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (
            {"drawers": (1,), "deliveries": (UUID(int=1),), "places": ("office/x/vault",)},
            errors.ShiftsStillOpen,
        ),
        ({"deliveries": (UUID(int=1),), "places": ("office/x/vault",)}, errors.DeliveriesStillOpen),
        ({"places": ("office/x/vault",)}, errors.CashStillThere),
    ],
)
def test_only_an_empty_office_is_closed(there: dict[str, Any], expected: type[Exception]) -> None:
    """Shifts first, then deliveries, then cash; none of them keeps an office from being suspended."""
    assert refusal(Standing(State.SUSPENDED, ALL, **there), State.CLOSED) is expected
    assert refusal(Standing(State.ACTIVE, ALL, **there), State.SUSPENDED) is None
