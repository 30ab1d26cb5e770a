"""Change-making: never wrong, never short when possible, and bounded."""

import itertools
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.registers.notes.domain import (
    DENOMINATIONS,
    NONE,
    NOTES_MAX,
    Notes,
    counts_of,
    minus,
    nearest,
    notes_of,
    plus,
    propose,
    too_few,
    total,
)

FEW = st.tuples(*[st.integers(0, 3)] * len(DENOMINATIONS))
MANY = st.tuples(*[st.sampled_from([0, 1, 2, 7, 49, 100_000])] * len(DENOMINATIONS))


def made(*, stock: Notes) -> dict[int, Notes]:
    """Try every mix, largest notes first; give the first for each sum."""
    found: dict[int, Notes] = {}
    for mix in itertools.product(*(range(number, -1, -1) for number in stock)):
        found.setdefault(total(mix), mix)
    return found


def sums(stock: Notes) -> set[int]:
    """List every sum that the notes can make."""
    found = {0}
    for note, number in zip(DENOMINATIONS, stock, strict=True):
        found = {one + note * taken for one in found for taken in range(number + 1)}
    return found


@given(st.tuples(*[st.integers(0, 2)] * len(DENOMINATIONS)))
def test_every_sum_is_proposed_as_brute_force_finds_it(stock: Notes) -> None:
    """The same mix as trying all, for every sum there is; and none for the others."""
    best = made(stock=stock)
    for amount in range(0, total(stock) + 2_000, 1_000):
        assert propose(amount, stock) == best.get(amount)


@given(FEW, st.data())
def test_small_notes_are_found_whenever_any_are(stock: Notes, data: st.DataObject) -> None:
    """A wish for small notes never fails where a mix exists, and never takes more large notes than the other."""
    amount = data.draw(st.sampled_from(sorted(sums(stock))))
    small, large = propose(amount, stock, small=True), propose(amount, stock)
    assert small is not None
    assert large is not None
    assert total(small) == amount
    assert too_few(stock, small) == []
    assert small[0] <= large[0]


@given(FEW)
def test_small_notes_mean_the_fewest_large_ones(stock: Notes) -> None:
    """No mix of the same sum has fewer notes of 500,000, nor as few of them and fewer of 200,000."""
    fewest: dict[int, tuple[int, int]] = {}
    for mix in itertools.product(*(range(number + 1) for number in stock[:4])):
        padded = (*mix, *NONE[4:])
        fewest[total(padded)] = min(fewest.get(total(padded), (99, 99)), mix[:2])
    short = (*stock[:4], *NONE[4:])
    for amount, large in fewest.items():
        small = propose(amount, short, small=True)
        assert small is not None
        assert small[:2] == large


@given(MANY, st.integers(-1, 10**12))
def test_a_proposal_is_never_wrong(stock: Notes, amount: int) -> None:
    """Whatever is asked of whatever drawer: the sum, out of notes that are there."""
    for small in (False, True):
        mix = propose(amount, stock, small=small)
        if mix is not None:
            assert total(mix) == amount
            assert too_few(stock, mix) == []
            assert min(mix) >= 0


@pytest.mark.parametrize(
    ("amount", "stock", "mix"),
    [
        (600_000, {"500000": 1, "200000": 3}, {"200000": 3}),  # the largest first would be stuck
        (60_000, {"50000": 1, "20000": 3}, {"20000": 3}),
        (6_000, {"5000": 1, "2000": 3}, {"2000": 3}),
        (2_000_000, {"500000": 4, "100000": 20}, {"500000": 4}),
        (110_000, {"100000": 1, "50000": 1, "20000": 3}, {"50000": 1, "20000": 3}),
        (0, {"500000": 1}, {}),
    ],
)
def test_the_largest_come_first_where_they_can(
    amount: int, stock: dict[str, int], mix: dict[str, int]
) -> None:
    """And give way where they cannot."""
    assert propose(amount, notes_of(stock)) == notes_of(mix)


def test_small_notes_on_wish() -> None:
    """Two million without a note of 500,000, in hundreds as far as they reach."""
    stock = notes_of({"500000": 10, "200000": 10, "100000": 12, "50000": 100})
    assert propose(2_000_000, stock, small=True) == notes_of({"100000": 12, "50000": 16})


@pytest.mark.parametrize(
    ("amount", "stock", "expected"),
    [
        (700_000, {"500000": 4}, (500_000, 1_000_000)),
        (50_000, {"500000": 4}, (None, 500_000)),
        (2_100_000, {"500000": 4}, (2_000_000, None)),
        (900_000, {"200000": 9}, (800_000, 1_000_000)),
        (10_000, {}, (None, None)),
        (30_000, {"20000": 2, "5000": 3, "1000": 4}, (20_000, 40_000)),
        (10**12, {"500000": 4}, (2_000_000, None)),
    ],
)
def test_the_nearest_amounts(
    amount: int, stock: dict[str, int], expected: tuple[int | None, int | None]
) -> None:
    """Below and above, in multiples of ten thousand."""
    assert nearest(amount, notes_of(stock)) == expected


@given(FEW, st.integers(0, 3_000_000))
def test_the_nearest_are_the_nearest(stock: Notes, amount: int) -> None:
    """No multiple of ten thousand in between can be made."""
    below, above = nearest(amount, stock)
    able = {one for one in sums(stock) if one and one % 10_000 == 0}
    assert below == max((one for one in able if one < amount), default=None)
    assert above == min((one for one in able if one > amount), default=None)


def test_hostile_drawers_take_no_time() -> None:
    """Counts at their maximum and amounts at theirs cost no more than small ones."""
    stock = tuple(NOTES_MAX - place for place in range(len(DENOMINATIONS)))
    started = process_time()
    for amount in range(10**11, 10**11 + 100_000, 999):
        propose(amount, stock)
        nearest(amount, stock)
    assert process_time() - started < 20  # a count of steps in disguise: it takes a tenth of a second


@given(FEW, FEW)
def test_notes_add_up(one: Notes, other: Notes) -> None:
    """Sums of notes are notes of sums, and counts are read as they were written."""
    assert total(plus(one, other)) == total(one) + total(other)
    assert minus(plus(one, other), other) == one
    assert notes_of(counts_of(one)) == one
