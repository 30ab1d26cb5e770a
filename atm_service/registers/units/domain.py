"""Trees that change from day to day, of units and of areas: who lies in whom, and what became of whom. Pure.

A code alone names nothing for good: a reform gives a new unit the code of one that it is made of. A code and a day do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final

FIRST_DAY: Final = date(2021, 1, 1)
"""From when the house knows the administration: the lists of 2021. Nothing is asked about a day before."""

UNIT_FORM: Final = "^[0-9]{2,5}$"
KIND_FORM: Final = "^[a-z][a-z-]{1,19}$"
AREA_FORM: Final = "^[0-9a-z][0-9a-z-]{0,11}$"


class Part(StrEnum):
    """How much of a unit went a way. `main`: the part in which the post office stood; the rest is `part`."""

    WHOLE = "whole"
    MAIN = "main"
    PART = "part"


@dataclass(frozen=True)
class Node:
    """A unit or an area as it is from a day until another, which is no longer its own; None: it still stands."""

    code: str
    kind: str
    name: str
    parent: str | None
    valid_from: date
    valid_to: date | None = None

    def stands(self, day: date) -> bool:
        """Tell whether it stands on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def facts(self) -> tuple[str, str, str, str | None]:
        """What stays the same as long as nothing about it changes."""
        return self.code, self.kind, self.name, self.parent


@dataclass(frozen=True)
class Way:
    """Where a unit that ended on a day has gone: into a unit that began on it."""

    day: date
    origin: str
    heir: str
    part: Part


@dataclass(frozen=True)
class Tree:
    """All that ever stood, and all ways from one to the next."""

    nodes: Sequence[Node]
    ways: Sequence[Way] = ()
    _by_code: Mapping[str, Sequence[Node]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code: defaultdict[str, list[Node]] = defaultdict(list)
        for node in sorted(self.nodes, key=lambda one: one.valid_from):
            by_code[node.code].append(node)
        object.__setattr__(self, "_by_code", by_code)

    @cached_property
    def began(self) -> date | None:
        """The day from which the newest tree counts; None: there is none yet."""
        days = [day for node in self.nodes for day in (node.valid_from, node.valid_to) if day]
        return max(days, default=None)

    def on(self, day: date) -> dict[str, Node]:
        """Give the tree of a day by code."""
        return {node.code: node for node in self.nodes if node.stands(day)}

    def find(self, code: str, day: date) -> Node | None:
        """Give what a code names on a day."""
        return next((node for node in self._by_code.get(code, ()) if node.stands(day)), None)

    def path(self, code: str, day: date) -> Iterator[Node]:
        """Give what a code names on a day, what that lies in, and so on up to the top."""
        at = self.find(code, day)
        while at is not None:
            yield at
            at = self.find(at.parent, day) if at.parent is not None else None

    def below(self, code: str, day: date) -> set[str]:
        """Give the codes of a node and of all that lies in it on a day; none where it does not stand."""
        return below(self.on(day).values(), code)

    def heir(self, node: Node, day: date) -> Node | None:
        """Tell what a unit has become by a day, going the whole or the main way; None: nobody knows."""
        at: Node | None = node
        while at is not None and at.valid_to is not None and at.valid_to <= day:
            heir = self._heirs.get((at.valid_to, at.code))
            at = self.find(heir, at.valid_to) if heir else None
        return at

    @cached_property
    def _heirs(self) -> Mapping[tuple[date, str], str]:
        return {(way.day, way.origin): way.heir for way in self.ways if way.part is not Part.PART}


def below(nodes: Iterable[Node], code: str) -> set[str]:
    """Give the codes of a node and of all that lies in it, of nodes that stand at one time."""
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    codes = set()
    for node in nodes:
        children[node.parent].append(node.code)
        codes.add(node.code)
    found, waiting = set(), [code] if code in codes else []
    while waiting:
        at = waiting.pop()
        found.add(at)
        waiting.extend(children[at])
    return found
