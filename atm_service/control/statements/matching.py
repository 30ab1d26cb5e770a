"""Which of a bank's lines are which of our entries. Pure and deterministic: the same facts give the same answer.

The rules in their order, each over what the ones before have left (docs/statements.md tells them to people):

1. `void`: a reversal and the line that it takes back, of one reference and opposite sums.
2. `reference`: one line that names one entry, of the same sum.
3. `batch`: one line that names several entries which come to it; several lines that name one entry and come to it.
4. `amount-and-date`: a line that names no order and an entry that no line names, of one sum and within so many working
   days, if neither has another choice. What has one is left to a person.

Whoever changes a rule raises `VERSION`, which each run keeps.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from atm_service.control.statements.domain import is_order, working_days

VERSION: Final = 1
BEARERS_MAX: Final = 100
"""What more of our entries bear than this is a word, and names none of them."""
_Dated = TypeVar("_Dated")
_ByDay = dict[int, dict[date, list[_Dated]]]


class Rule(StrEnum):
    """By what lines and entries were matched. The last two are people's."""

    VOID = "void"
    REFERENCE = "reference"
    BATCH = "batch"
    AMOUNT_AND_DATE = "amount-and-date"
    BY_HAND = "by-hand"
    CORRECTION = "correction"


class BreakKind(StrEnum):
    """Of another sum than ours, ours and not at the bank in time, or the bank's and not ours."""

    DIFFERENCE = "difference"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line that nothing is matched with yet. `is_double`: a matched line bears one of its names."""

    id: UUID
    amount: int
    value_on: date
    references: frozenset[str]
    reversal: bool = False
    is_double: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """An entry of ours, not matched yet, by what it moved on the account, and the names that the bank may know."""

    id: UUID
    amount: int
    on: date
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """What belongs together: its lines come to its entries, to the đồng."""

    rule: Rule
    lines: tuple[UUID, ...]
    entries: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """What does not match. `amount`: the bank's less ours."""

    kind: BreakKind
    line: UUID | None
    entries: tuple[UUID, ...]
    amount: int
    on: date


@dataclass(frozen=True)
class Window:
    """Which days count: an entry from `since` on is to be at the bank within `days` working days, if `through` is told.

    `off`: days that are no working days beside the weekends.
    """

    since: date
    through: date
    days: int
    off: frozenset[date] = frozenset()

    def is_due(self, on: date) -> bool:
        """Tell whether an entry of this day should be there by now."""
        return on >= self.since and working_days(on, self.days, self.off) <= self.through

    def reaches(self, on: date, value_on: date) -> bool:
        """Tell whether two days are within so many working days of each other."""
        first, last = min(on, value_on), max(on, value_on)
        return working_days(first, self.days, self.off) >= last


@dataclass
class _Open:
    """What is left, in the bank's order and in ours; and which entries each line names."""

    lines: dict[UUID, BankLine]
    ours: dict[UUID, Ours]
    matches: list[Match] = field(default_factory=list)

    def __post_init__(self) -> None:
        by_name: defaultdict[str, list[UUID]] = defaultdict(list)
        for one in self.ours.values():
            for name in one.names:
                by_name[name].append(one.id)
        names = {name: bearers for name, bearers in by_name.items() if len(bearers) <= BEARERS_MAX}
        self.named = {
            line.id: sorted({id for name in line.references for id in names.get(name, ())})
            for line in self.lines.values()
        }
        self.counts = {
            line: len(entries) for line, entries in self.named.items()
        }  # of these, how many are left
        self.naming: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for line, entries in self.named.items():
            for entry in entries:
                self.naming[entry].append(line)

    def entries_of(self, line: UUID) -> list[Ours]:
        """Give the entries that a line names and that are left."""
        return [self.ours[id] for id in self.named[line] if id in self.ours]

    def lines_of(self, entry: UUID) -> list[BankLine]:
        """Give the lines that are left and name this entry, and no other that is."""
        return [self.lines[id] for id in self.naming[entry] if id in self.lines and self.counts[id] == 1]

    def take(self, rule: Rule, lines: Sequence[BankLine], entries: Sequence[Ours]) -> None:
        for line in lines:
            del self.lines[line.id]
        for one in entries:
            del self.ours[one.id]
            for id in self.naming[one.id]:
                self.counts[id] -= 1
        self.matches.append(Match(rule, tuple(line.id for line in lines), tuple(one.id for one in entries)))


def match(
    lines: Sequence[BankLine], ours: Sequence[Ours], window: Window
) -> tuple[list[Match], list[BankLine], list[Ours]]:
    """Match what is open, in the order that is given; give the matches and what is left of either side."""
    left = _Open({line.id: line for line in lines}, {one.id: one for one in ours})
    matched = -1
    while matched < len(left.matches):  # what one rule takes may leave another a single choice
        matched = len(left.matches)
        for rule in (_void, _by_reference, _batches, _by_amount_and_date):
            rule(left, window)
    return left.matches, list(left.lines.values()), list(left.ours.values())


def breaks(lines: Sequence[BankLine], ours: Sequence[Ours], window: Window) -> Iterator[Break]:
    """Name what is left of a match as breaks; an entry that is not due yet is none."""
    left = _Open({line.id: line for line in lines}, {one.id: one for one in ours})
    for line in lines:
        entries = left.entries_of(line.id)
        if sum(one.amount for one in entries) == line.amount:
            entries = []  # an earlier line has taken what made it ambiguous: a person looks
        kind = BreakKind.DIFFERENCE if entries else BreakKind.UNEXPECTED
        for one in entries:
            del left.ours[one.id]
        amount = line.amount - sum(one.amount for one in entries)
        # A value date that is still to come makes no break younger than what the bank has told.
        since = min(line.value_on, window.through)
        yield Break(kind, line.id, tuple(one.id for one in entries), amount, since)
    for one in left.ours.values():
        if window.is_due(one.on):
            yield Break(BreakKind.MISSING, None, (one.id,), -one.amount, one.on)


def _void(left: _Open, _: Window) -> None:
    before: defaultdict[tuple[int, str], dict[frozenset[str], list[BankLine]]] = defaultdict(dict)
    for line in list(left.lines.values()):
        if not line.reversal:
            alike = [line]
            for name in line.references:
                alike = before[line.amount, name].setdefault(line.references, alike)
            if alike[-1] is not line:
                alike.append(line)
            continue
        named = {
            references: alike
            for name in line.references
            for references, alike in islice(before[-line.amount, name].items(), 2)
        }
        if len(named) == 1:
            ((references, alike),) = named.items()
            left.take(Rule.VOID, (alike.pop(), line), ())
            for name in () if alike else references:
                del before[-line.amount, name][references]


def _by_reference(left: _Open, _: Window) -> None:
    asked = deque(left.lines)
    while asked:
        id = asked.popleft()
        if id not in left.lines or left.counts[id] != 1:
            continue
        (one,) = left.entries_of(id)
        if one.amount == left.lines[id].amount:
            left.take(Rule.REFERENCE, (left.lines[id],), (one,))
            asked.extend(left.naming[one.id])  # who named it may name one alone now


def _batches(left: _Open, _: Window) -> None:
    for line in list(left.lines.values()):
        entries = left.entries_of(line.id) if left.counts[line.id] > 1 else []
        if len(entries) > 1 and sum(one.amount for one in entries) == line.amount:
            left.take(Rule.BATCH, (line,), entries)
    for one in list(left.ours.values()):
        lines = left.lines_of(one.id)
        if len(lines) > 1 and sum(line.amount for line in lines) == one.amount:
            left.take(Rule.BATCH, lines, (one,))


def _by_amount_and_date(left: _Open, window: Window) -> None:
    """Match where line and entry are each other's one choice. Counted by days: thousands of one sum take no longer."""
    lines: _ByDay[BankLine] = defaultdict(lambda: defaultdict(list))
    ours: _ByDay[Ours] = defaultdict(lambda: defaultdict(list))
    for line in left.lines.values():
        if not left.named[line.id] and _is_nameless(line):
            lines[line.amount][line.value_on].append(line)
    for one in left.ours.values():
        if not any(line in left.lines for line in left.naming[one.id]):
            ours[one.amount][one.on].append(one)
    for amount, by_day in lines.items():
        for line in [of_day[0] for of_day in by_day.values() if len(of_day) == 1]:
            entries = [day for day in ours[amount] if window.reaches(day, line.value_on)]
            if len(entries) != 1 or len(ours[amount][entries[0]]) != 1:
                continue
            if sum(window.reaches(entries[0], day) for day in by_day) == 1:
                left.take(Rule.AMOUNT_AND_DATE, (line,), ours[amount][entries[0]])


def _is_nameless(line: BankLine) -> bool:
    return not (line.reversal or line.is_double or any(map(is_order, line.references)))
