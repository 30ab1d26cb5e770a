"""Plans: never more than there is, never above an office's maximum, and as many offices sure as can be."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.control.floats.domain import Levels
from atm_service.control.floats.planning import Plan, Position, TripAlarm, plan
from atm_service.registers.cash.delivery import Direction

MILLION = 1_000_000
UNIT = 10 * MILLION
PLENTY = 10**12


def office(code: str = "A", levels: tuple[int, int, int] = (20, 100, 300), **more: Any) -> Position:
    """Give an office's position; figures in millions."""
    figures = {"cash": 100, **more}
    return Position(
        code, Levels(*(n * MILLION for n in levels)), **{k: v * MILLION for k, v in figures.items()}
    )


def planned(*offices: Position, cash: int = 10**6, trip: int = 10**6) -> list[tuple[str, str, int]]:
    made = plan(offices, cash * MILLION, trip * MILLION, UNIT)
    return [(one.office, str(one.direction), one.amount // MILLION) for one in made.proposals]


@pytest.mark.parametrize(
    ("position", "amount"),
    [
        (office(cash=100), 0),
        (office(cash=99), 10),
        (office(cash=0), 100),
        (office(cash=100, need=80), 0),
        (office(cash=100, need=81), 10),
        (office(cash=100, need=500), 200),
        (office(cash=295, need=500), 0),
        (office(cash=0, coming=60), 40),
        (office(cash=60, coming=60), 0),
        (office(cash=100, going=30), 30),
    ],
)
def test_what_an_office_gets(position: Position, amount: int) -> None:
    """Up to the target, more where the forecast wants it, in whole bundles, and never above the maximum."""
    assert planned(position) == ([("A", "to-office", amount)] if amount else [])


@pytest.mark.parametrize(
    ("position", "amount"),
    [
        (office(cash=300), 0),
        (office(cash=301), 210),
        (office(cash=400, need=200), 180),
        (office(cash=400, need=500), 100),
        (office(cash=250, expected=-51), 150),
        (office(cash=250, expected=-50), 0),
        (office(cash=50, coming=300), 50),
        (office(cash=400, going=120), 0),
        (office(levels=(15, 15, 15), cash=16), 0),
        (office(levels=(5, 15, 15), cash=16), 10),
    ],
)
def test_what_an_office_sends_back(position: Position, amount: int) -> None:
    """What is above its maximum, or will be, down to what it wants; only what lies there."""
    assert planned(position) == ([("A", "to-area", amount)] if amount else [])


def test_those_who_lack_least_come_first() -> None:
    """So the most offices are sure; who is not sure comes before anybody's target."""
    lacking = [office("A", cash=20, need=60), office("B", cash=0, need=10), office("C", cash=90)]
    assert planned(*lacking, cash=50) == [("A", "to-office", 20), ("B", "to-office", 30)]
    assert planned(*lacking, cash=95) == [("A", "to-office", 60), ("B", "to-office", 30)]
    assert planned(*lacking, cash=100) == [
        ("A", "to-office", 60),
        ("B", "to-office", 30),
        ("C", "to-office", 10),
    ]


def test_the_van_carries_no_more_than_its_insurance() -> None:
    """Out and back together; what keeps an office from falling short goes before what is too much."""
    offices = [office("A", cash=0, need=50), office("B", cash=350), office("C", cash=50)]
    assert planned(*offices, trip=60) == [("A", "to-office", 60)]
    assert planned(*offices, trip=200) == [("A", "to-office", 70), ("B", "to-area", 130)]
    everything = [("A", "to-office", 100), ("B", "to-area", 250), ("C", "to-office", 50)]
    assert planned(*offices, trip=400) == everything


@pytest.mark.parametrize(
    ("position", "alarms"),
    [
        (office(cash=20), []),
        (office(cash=19), [TripAlarm.BELOW_MINIMUM]),
        (office(cash=300), []),
        (office(cash=301), [TripAlarm.ABOVE_MAXIMUM]),
        (office(cash=100, need=100), []),
        (office(cash=100, need=101), [TripAlarm.SHORT_SOON]),
        (office(cash=100, need=101, coming=1), []),
        (office(cash=100, need=100, going=1), [TripAlarm.SHORT_SOON]),
        (office(cash=10, need=50), [TripAlarm.BELOW_MINIMUM, TripAlarm.SHORT_SOON]),
    ],
)
def test_alarms(position: Position, alarms: list[TripAlarm]) -> None:
    """Each at its threshold; what is on its way counts for what is to come, not for what is there."""
    assert position.alarms == alarms


millions = st.integers(0, 400)


@st.composite
def positions(draw: st.DrawFn, most: int = 8) -> list[Position]:
    def one(code: str) -> Position:
        levels = sorted(draw(st.lists(millions, min_size=3, max_size=3)))
        return office(
            code,
            (levels[0], levels[1], levels[2]),
            cash=draw(millions),
            coming=draw(st.sampled_from([0, 0, 30])),
            need=draw(millions),
            expected=draw(st.integers(-200, 400)),
        )

    return [one(code) for code in "ABCDEFGH"[: draw(st.integers(1, most))]]


def after(made: Plan, offices: list[Position]) -> dict[str, int]:
    return {one.office: one.ready for one in offices} | {one.office: one.after for one in made.proposals}


@given(positions(), millions, millions)
def test_a_plan_keeps_every_bound(offices: list[Position], cash: int, trip: int) -> None:
    """The area's cash, the van's insurance, whole bundles, one delivery an office, no level passed."""
    made = plan(offices, cash * MILLION, trip * MILLION, UNIT)
    assert made.total(Direction.TO_OFFICE) <= cash * MILLION
    assert made.total(Direction.TO_OFFICE) + made.total(Direction.TO_AREA) <= trip * MILLION
    assert len({one.office for one in made.proposals}) == len(made.proposals)
    by_code = {one.office: one for one in offices}
    for one in made.proposals:
        position = by_code[one.office]
        assert one.amount > 0
        assert one.amount % UNIT == 0
        if one.direction is Direction.TO_OFFICE:
            assert one.after == position.ready + one.amount <= position.levels.maximum
        else:
            assert one.after == position.ready - one.amount >= position.enough
            assert one.amount <= position.cash - position.going


@given(positions())
def test_with_cash_enough_every_office_is_right(offices: list[Position]) -> None:
    """Below its maximum by all that lies there, and at its target or above, as near as bundles allow."""
    made = plan(offices, PLENTY, PLENTY, UNIT)
    left = after(made, offices)
    for one in offices:
        assert left[one.office] <= max(one.levels.maximum + UNIT, one.ready - one.cash + UNIT)
        assert left[one.office] > min(one.wanted, one.levels.maximum - UNIT, one.ready) - UNIT
        assert left[one.office] > min(one.wanted, one.levels.maximum - UNIT) - UNIT


@given(positions(), millions, st.integers(0, 100), millions)
def test_more_cash_takes_nothing_from_anybody(
    offices: list[Position], cash: int, more: int, trip: int
) -> None:
    """Each office gets at least as much when the area has more."""
    poor = plan(offices, cash * MILLION, trip * MILLION, UNIT)
    rich = plan(offices, (cash + more) * MILLION, trip * MILLION, UNIT)
    got = {one.office: one.amount for one in rich.proposals if one.direction is Direction.TO_OFFICE}
    for one in poor.proposals:
        if one.direction is Direction.TO_OFFICE:
            assert got[one.office] >= one.amount
    assert rich.missing <= poor.missing


@given(positions(4), st.integers(0, 12))
def test_no_other_plan_makes_more_offices_sure(offices: list[Position], bundles: int) -> None:
    """Against every way there is to share the bundles out: nothing lacks less, and no more offices are sure."""
    made = plan(offices, bundles * UNIT, PLENTY, UNIT)
    takers = [one for one in offices if not one.surplus(UNIT)]
    wishes = [one.lacks(one.enough, UNIT) // UNIT for one in takers]
    ways = [
        way
        for way in itertools.product(*(range(min(wish, bundles) + 1) for wish in wishes))
        if sum(way) <= bundles
    ]
    least = min(sum(wishes) - sum(way) for way in ways)
    most = max(sum(got == wish for got, wish in zip(way, wishes, strict=True)) for way in ways)
    out = {one.office: one.amount for one in made.proposals if one.direction is Direction.TO_OFFICE}
    sure = sum(out.get(one.office, 0) >= wish * UNIT for one, wish in zip(takers, wishes, strict=True))
    assert (made.missing // UNIT, sure) == (least, most)
