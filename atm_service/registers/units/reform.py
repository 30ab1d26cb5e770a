"""From one tree to the next: what ends, what begins, what goes where. Pure.

History is never rewritten: what changes in any way ends, and something else begins, if only under another parent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from atm_service.registers.units import errors
from atm_service.registers.units.domain import Node, Part, Way


@dataclass(frozen=True)
class Planned:
    """A row of a new tree. `made_of`: former units by how much of them; empty: itself, as it was before."""

    code: str
    kind: str
    name: str
    parent: str | None
    made_of: Mapping[str, Part] = field(default_factory=dict)

    @property
    def facts(self) -> tuple[str, str, str, str | None]:
        """What stays the same as long as nothing about it changes."""
        return self.code, self.kind, self.name, self.parent


@dataclass(frozen=True)
class Reform:
    """What changes on a day."""

    day: date
    ends: Sequence[Node] = ()
    begins: Sequence[Node] = ()
    ways: Sequence[Way] = ()

    def heir(self, code: str) -> Node:
        """Tell what becomes of a unit that ends. Raises `OfficeNowhere` where nothing does."""
        heirs = {way.origin: way.heir for way in self.ways if way.part is not Part.PART}
        begun = {node.code: node for node in self.begins}
        if code not in heirs:
            raise errors.OfficeNowhere(f"an office stands in {code}, which ends and becomes nothing")
        return begun[heirs[code]]

    @property
    def same(self) -> tuple[frozenset[object], frozenset[Way]]:
        """What makes two reforms one and the same, whatever has happened since."""
        return frozenset((node.facts, node.valid_from) for node in self.begins), frozenset(self.ways)


def check(rows: Iterable[Planned]) -> None:
    """Refuse what is no tree: a code twice, a parent that is not there, a circle."""
    parents: dict[str, str | None] = {}
    for row in rows:
        if row.code in parents:
            raise errors.Malformed(f"{row.code} stands there twice")
        parents[row.code] = row.parent
    for code, parent in parents.items():
        if parent is not None and parent not in parents:
            raise errors.ParentUnknown(f"{code} lies in {parent}, which is not there")
    for code, parent in parents.items():
        at, passed = parent, {code}
        while at is not None:
            if at in passed:
                raise errors.InCircles(f"{code} lies in itself, by way of {at}")
            passed.add(at)
            at = parents[at]


def plan(before: Mapping[str, Node], rows: Sequence[Planned], day: date) -> Reform:
    """Compare a new tree with the one before; give what changes. Raises the `TreeInvalid` that says what is wrong."""
    check(rows)
    made_of = {row.code: _origins(row, before) for row in rows}
    goes = _check_ways(before, made_of)
    inner = {row.parent for row in rows}
    for row in rows:
        if before and row.code not in inner and not made_of[row.code]:
            raise errors.MadeOfNothing(f"{row.code} is new and made of nothing")
    parents = {node.parent for node in before.values()}
    for code in before.keys() - parents - goes.keys():
        raise errors.GoesNowhere(f"{code} {before[code].name} ends and goes nowhere")
    stays = {
        row.code
        for row in rows
        if made_of[row.code] == {row.code: Part.WHOLE} and row.facts == before[row.code].facts
    }
    changed = [row for row in rows if row.code not in stays]
    return Reform(
        day,
        ends=[node for code, node in before.items() if code not in stays],
        begins=[Node(*row.facts, valid_from=day) for row in changed],
        ways=[
            Way(day, origin, row.code, part) for row in changed for origin, part in made_of[row.code].items()
        ],
    )


def redraw(before: Mapping[str, Node], rows: Sequence[Planned], day: date) -> Reform:
    """Compare drawn areas with those before. Nothing goes anywhere: an area is what an operator draws."""
    check(rows)
    facts = {row.facts for row in rows}
    old = {node.facts for node in before.values()}
    return Reform(
        day,
        ends=[node for node in before.values() if node.facts not in facts],
        begins=[Node(*row.facts, valid_from=day) for row in rows if row.facts not in old],
    )


def _origins(row: Planned, before: Mapping[str, Node]) -> Mapping[str, Part]:
    for origin in row.made_of:
        if origin not in before:
            raise errors.OriginUnknown(f"{row.code} is made of {origin}, which there is not before")
    return row.made_of or ({row.code: Part.WHOLE} if row.code in before else {})


def _check_ways(
    before: Mapping[str, Node], made_of: Mapping[str, Mapping[str, Part]]
) -> Mapping[str, list[Part]]:
    goes: defaultdict[str, list[Part]] = defaultdict(list)
    for origins in made_of.values():
        for origin, part in origins.items():
            goes[origin].append(part)
    for origin, parts in goes.items():
        if parts != [Part.WHOLE] and (Part.WHOLE in parts or parts.count(Part.MAIN) != 1):
            raise errors.PartsWrong(
                f"{origin} {before[origin].name} goes {' and '.join(sorted(parts))}: whole, or in parts with one main"
            )
    return goes
