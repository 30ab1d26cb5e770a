"""Notes: what a drawer holds, and which of them make an amount. Pure rules; amounts in đồng.

`Notes` are nine counts in the order of `DENOMINATIONS`, largest first.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

DENOMINATIONS: Final = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
NONE: Final = (0,) * len(DENOMINATIONS)
SMALL_FROM: Final = DENOMINATIONS.index(100_000)  # notes of 100,000 and less are small change for a customer
NEAREST_STEPS: Final = 100

Notes = tuple[int, ...]
NOTES_MAX: Final = 100_000  # of one kind in one drawer
Note = Literal["500000", "200000", "100000", "50000", "20000", "10000", "5000", "2000", "1000"]
Counts = Mapping[Note, int]  # how many notes of each kind


def notes_of(counts: Counts | Mapping[str, int]) -> Notes:
    """Read counts as people write them: `{"500000": 20, …}`; a note that is not named is there no time."""
    by_note = {int(note): number for note, number in counts.items()}
    return tuple(by_note.get(note, 0) for note in DENOMINATIONS)


def counts_of(notes: Notes) -> Counts:
    """Write notes as people read them, without those that are there no time."""
    names: tuple[Note, ...] = (
        "500000",
        "200000",
        "100000",
        "50000",
        "20000",
        "10000",
        "5000",
        "2000",
        "1000",
    )
    return {name: number for name, number in zip(names, notes, strict=True) if number}


def written(notes: Notes) -> dict[str, int]:
    """Write notes as JSON has them, without those that are there no time."""
    return {str(note): number for note, number in zip(DENOMINATIONS, notes, strict=True) if number}


def total(notes: Notes) -> int:
    """Give what the notes come to."""
    return sum(note * number for note, number in zip(DENOMINATIONS, notes, strict=True))


def plus(notes: Notes, more: Notes) -> Notes:
    """Put notes to others."""
    return tuple(one + other for one, other in zip(notes, more, strict=True))


def minus(notes: Notes, fewer: Notes) -> Notes:
    """Take notes from others; a count may come out below zero, see `too_few`."""
    return tuple(one - other for one, other in zip(notes, fewer, strict=True))


def too_few(notes: Notes, wanted: Notes) -> list[str]:
    """Name the kinds of notes of which more are wanted than are there."""
    kinds = zip(DENOMINATIONS, notes, wanted, strict=True)
    return [str(note) for note, there, asked in kinds if there < asked]


def propose(amount: int, notes: Notes, *, small: bool = False) -> Notes | None:
    """Choose from `notes` those that make `amount`, as many of the largest as can be; None when none do.

    With `small`, as few as can be of the notes above 100,000, and the rest in the largest of the others. A choice
    is found whenever there is one, in at most 512 steps whatever the amount.
    """
    if amount < 0 or amount > total(notes):
        return None
    if not small:
        return _largest_first(amount, notes, 0)
    return next((mix for mix in _few_large(amount, notes, 0) if mix is not None), None)


def _largest_first(amount: int, notes: Notes, place: int) -> Notes | None:
    """Take as many of each note as fit, or one fewer.

    One fewer is enough: if the smaller notes of a solution come to two of this note or more, some of them come to
    exactly one or two of it, and can stand back for it. (No notes of which none add up to a multiple of 500,000
    come to more than 943,000; likewise for each other note.)
    """
    if place == len(notes):
        return NONE if amount == 0 else None
    note = DENOMINATIONS[place]
    below = sum(
        one * number for one, number in zip(DENOMINATIONS[place + 1 :], notes[place + 1 :], strict=True)
    )
    most = min(notes[place], amount // note)
    for number in (most, most - 1):
        rest = amount - number * note
        if number < 0 or rest > below:
            return None
        if (smaller := _largest_first(rest, notes, place + 1)) is not None:
            return (*smaller[:place], number, *smaller[place + 1 :])
    return None


def _few_large(amount: int, notes: Notes, place: int) -> Iterator[Notes | None]:
    """Take as few as can be of the notes above small change, or one more: the mirror of `_largest_first`."""
    if place == SMALL_FROM:
        yield _largest_first(amount, notes, place)
        return
    note = DENOMINATIONS[place]
    below = sum(
        one * number for one, number in zip(DENOMINATIONS[place + 1 :], notes[place + 1 :], strict=True)
    )
    fewest = max(0, -((below - amount) // note))
    for number in (fewest, fewest + 1):
        if number <= notes[place] and number * note <= amount:
            for smaller in _few_large(amount - number * note, notes, place + 1):
                if smaller is not None:
                    yield (*smaller[:place], number, *smaller[place + 1 :])


def nearest(amount: int, notes: Notes, multiple: int = 10_000) -> tuple[int | None, int | None]:
    """Give the nearest multiples of `multiple`, below and above `amount`, that the notes can make.

    Bounded: a hundred multiples are tried on either side, which is twice the largest note; None beyond that.
    """
    most = total(notes)
    start = min(amount - 1, most) // multiple * multiple
    below = range(start, max(0, start - NEAREST_STEPS * multiple), -multiple)
    first = (amount // multiple + 1) * multiple
    above = range(first, min(most, first + NEAREST_STEPS * multiple) + 1, multiple)
    made_below = next((one for one in below if propose(one, notes) is not None), None)
    return made_below, next((one for one in above if propose(one, notes) is not None), None)


def counted_total(counts: Counts) -> int:
    """Add up counted notes: `{"500000": 20, …}` gives đồng. The keys are checked at the edge."""
    return sum(int(note) * number for note, number in counts.items())
