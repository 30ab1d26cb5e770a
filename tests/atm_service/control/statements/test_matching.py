"""The rules in their order, each at its edge; the same facts give the same answer."""

import random
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from atm_service.control.statements import matching
from atm_service.control.statements.matching import BankLine, Ours, Window

DAY = date(2026, 11, 18)
WINDOW = Window(DAY - timedelta(days=9), DAY + timedelta(days=9), 2)
ORDER = f"{1:012X}7{0:03X}8{2:015X}"


def line(number: int, amount: int, *names: str, on: date = DAY, **more: Any) -> BankLine:
    return BankLine(UUID(int=number), amount, on, frozenset(names), **more)


def ours(number: int, amount: int, *names: str, on: date = DAY) -> Ours:
    return Ours(UUID(int=number), amount, on, frozenset(names))


def matched(
    lines: list[BankLine], entries: list[Ours], window: Window = WINDOW
) -> list[tuple[str, list[int], list[int]]]:
    """Give rule, lines and entries of each match, by their numbers."""
    found, rest, left = matching.match(lines, entries, window)
    assert len(rest) + sum(len(one.lines) for one in found) == len(lines)
    assert len(left) + sum(len(one.entries) for one in found) == len(entries)
    return [
        (one.rule.value, [id.int for id in one.lines], [id.int for id in one.entries]) for one in found
    ]  # fmt: skip


def broken(lines: list[BankLine], entries: list[Ours], window: Window = WINDOW) -> list[tuple[str, int]]:
    """Give kind and amount of each break."""
    _, rest, left = matching.match(lines, entries, window)
    return [(one.kind.value, one.amount) for one in matching.breaks(rest, left, window)]


LATE = DAY + timedelta(days=2)
CASES: list[tuple[str, list[BankLine], list[Ours], list[tuple[str, list[int], list[int]]]]] = [
    ("by reference", [line(1, 5, "A")], [ours(2, 5, "A")], [("reference", [1], [2])]),
    ("not to another sum", [line(1, 5, "A")], [ours(2, 6, "A")], []),
    ("however late", [line(1, 5, "A", on=LATE + timedelta(days=99))], [ours(2, 5, "A")], [("reference", [1], [2])]),
    ("of two the first", [line(1, 5, "A"), line(3, 5, "A")], [ours(2, 5, "A")], [("reference", [1], [2])]),
    ("one line, several entries", [line(1, 5, "A", "B")], [ours(2, 2, "A"), ours(3, 3, "B")], [("batch", [1], [2, 3])]),
    ("that do not come to it", [line(1, 6, "A", "B")], [ours(2, 2, "A"), ours(3, 3, "B")], []),
    ("several lines, one entry", [line(1, 2, "A"), line(3, 3, "A")], [ours(2, 5, "A")], [("batch", [1, 3], [2])]),
    ("by amount and date", [line(1, 5, on=LATE)], [ours(2, 5)], [("amount-and-date", [1], [2])]),
    ("before it, too", [line(1, 5)], [ours(2, 5, on=LATE)], [("amount-and-date", [1], [2])]),
    ("not too late", [line(1, 5, on=DAY + timedelta(days=5))], [ours(2, 5)], []),
    ("over a weekend", [line(1, 5, on=date(2026, 11, 24))], [ours(2, 5, on=date(2026, 11, 20))],
     [("amount-and-date", [1], [2])]),
    ("not of two entries", [line(1, 5)], [ours(2, 5), ours(3, 5)], []),
    ("not of two entries of two days", [line(1, 5)], [ours(2, 5), ours(3, 5, on=LATE)], []),
    ("not of two lines", [line(1, 5), line(3, 5)], [ours(2, 5)], []),
    ("not of two lines of two days", [line(1, 5), line(3, 5, on=LATE)], [ours(2, 5)], []),
    ("not a line that names an order", [line(1, 5, ORDER)], [ours(2, 5)], []),
    ("not a line whose name was matched", [line(1, 5, "A", is_double=True)], [ours(2, 5)], []),
    ("not a line that names another", [line(1, 5, "A")], [ours(2, 6, "A"), ours(3, 5)], []),
    ("not an entry that is named", [line(1, 4, "A"), line(3, 5)], [ours(2, 5, "A")], []),
    ("a reversal", [line(1, 5, "A"), line(2, -5, "A", reversal=True)], [], [("void", [1, 2], [])]),
    ("of the last before it", [line(1, 5, "A"), line(2, 5, "A"), line(3, -5, "A", reversal=True)], [],
     [("void", [2, 3], [])]),
    ("before the entry has it", [line(1, 5, "A"), line(2, -5, "A", reversal=True)], [ours(3, 5, "A")],
     [("void", [1, 2], [])]),
    ("not what comes after", [line(2, -5, "A", reversal=True), line(1, 5, "A")], [], []),
    ("not by the sum alone", [line(1, 5, "A"), line(2, -5, "B", reversal=True)], [], []),
    ("not without the mark", [line(1, 5, "A"), line(2, -5, "A")], [], []),
    ("a choice that another rule has left", [line(1, 5), line(2, 5, "B")], [ours(3, 5), ours(4, 5, "B")],
     [("reference", [2], [4]), ("amount-and-date", [1], [3])]),
    ("what is left after a first pass", [line(1, 2, "A", "B"), line(3, 3, "A")], [ours(4, 3, "A"), ours(5, 2, "B")],
     [("reference", [3], [4]), ("reference", [1], [5])]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "entries", "wanted"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_each_rule(
    lines: list[BankLine], entries: list[Ours], wanted: list[tuple[str, list[int], list[int]]]
) -> None:
    """One to one, one to many, many to one; what is ambiguous is left to a person."""
    assert matched(lines, entries) == wanted


@pytest.mark.parametrize(
    ("lines", "entries", "wanted"),
    [
        ([line(1, 6, "A")], [ours(2, 5, "A")], [("difference", 1)]),
        ([line(1, 4, "A")], [ours(2, 5, "A")], [("difference", -1)]),
        ([line(1, -4, "A")], [ours(2, -5, "A")], [("difference", 1)]),
        ([line(1, 6, "A", "B")], [ours(2, 2, "A"), ours(3, 3, "B")], [("difference", 1)]),
        ([line(1, 6, "A"), line(3, 7, "A")], [ours(2, 5, "A")], [("difference", 1), ("unexpected", 7)]),
        ([line(1, 5)], [], [("unexpected", 5)]),
        ([], [ours(2, 5)], [("missing", -5)]),
        ([], [ours(2, 5, on=WINDOW.through)], []),
        ([], [ours(2, 5, on=WINDOW.since - timedelta(days=1))], []),
        ([line(1, 5, "A"), line(2, -5, "A", reversal=True)], [ours(3, 5, "A")], [("missing", -5)]),
        ([line(1, 9, "A", "B"), line(2, 3, "A", "B"), line(3, 7, "B")], [ours(4, 5, "A"), ours(5, 2, "B")],
         [("difference", 2), ("unexpected", 3), ("unexpected", 7)]),
    ],
)  # fmt: skip
def test_what_is_left_is_a_break(
    lines: list[BankLine], entries: list[Ours], wanted: list[tuple[str, int]]
) -> None:
    """Of another sum, missing when due, or unexpected; what is not due yet is none."""
    assert broken(lines, entries) == wanted


def test_due_to_the_day() -> None:
    """An entry of Friday is due when the bank has told of Tuesday."""
    friday = date(2026, 11, 20)
    for through, due in ((date(2026, 11, 23), False), (date(2026, 11, 24), True)):
        assert Window(friday, through, 2).is_due(friday) is due


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_and_the_same_facts_give_the_same(seed: int) -> None:
    """Whatever there is: each part once, sums agree, breaks come to what is left, and twice is the same."""
    dice = random.Random(seed)

    def names() -> list[str]:
        return dice.sample(["A", "B", "C", "D", "E"], dice.randint(0, 2))

    amounts = [-2, -1, 1, 2, 3]
    lines = [
        replace(line(n, dice.choice(amounts), *names()), value_on=DAY + timedelta(n % 4), reversal=not n % 5)
        for n in range(1, 40)
    ]  # fmt: skip
    entries = [ours(100 + n, dice.choice(amounts), *names()) for n in range(40)]
    found, rest, left = matching.match(lines, entries, WINDOW)
    breaks = list(matching.breaks(rest, left, WINDOW))
    at = {one.id: one.amount for one in lines}
    by = {one.id: one.amount for one in entries}
    for one in found:
        assert sum(at[id] for id in one.lines) == sum(by[id] for id in one.entries)
    in_breaks = [id for one in breaks for id in (*filter(None, (one.line,)), *one.entries)]
    every = [id for one in found for id in (*one.lines, *one.entries)] + in_breaks
    assert sorted(every) == sorted([*at, *by])
    assert all(one.amount for one in breaks)
    assert sum(one.amount for one in breaks) == sum(at.values()) - sum(by.values())
    assert matching.match(lines, entries, WINDOW) == (found, rest, left)


NAMES = [f"E{n}" for n in range(1_000)]
MANY = range(1, 5_001)


@pytest.mark.parametrize(
    ("lines", "entries", "number"),
    [
        ([line(n, 5 if n % 2 else -5, "R", reversal=not n % 2) for n in MANY], [], 2_500),
        (
            [line(n, 5, "R", f"x{n}") for n in MANY]
            + [line(10_000 + n, -5, "R", reversal=True) for n in MANY],
            [],
            0,
        ),
        ([line(n, 5, "R") for n in MANY], [ours(n, 5, "R") for n in MANY], 0),
        ([line(n, 5, "R") for n in MANY], [ours(n, 5, "R") for n in range(1, 101)], 0),
        (
            [line(n, 5, f"E{n}", f"E{n + 1}") for n in MANY] + [line(6_000, 5, "E5001")],
            [ours(n, 5, f"E{n}") for n in range(1, 5_002)],
            5_001,
        ),
        ([line(n, 7, *NAMES) for n in range(1, 31)], [ours(n, 5, name) for n, name in enumerate(NAMES)], 0),
    ],
    ids=["voids", "voids of one name", "one name", "a hundred of one name", "a chain", "batches alike"],
)
def test_thousands_alike_are_done_with_at_once(
    lines: list[BankLine], entries: list[Ours], number: int
) -> None:
    """Who waits for the turn does not wait for minutes, and nothing is guessed."""
    began = time.process_time()
    found, _, _ = matching.match(lines, entries, WINDOW)
    assert len(found) == number
    assert time.process_time() - began < 5
