"""How much of the province is served: two denominators, units and offices, by the tree of any day. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atm_service.registers.offices.domain import State


@dataclass(frozen=True)
class Standing:
    """An office, as far as coverage goes."""

    unit_code: str
    area_code: str
    area: str
    state: State


@dataclass(frozen=True)
class Coverage:
    """Units with at least one active office, of all that have any; active offices, of all that are not closed."""

    area_code: str
    area: str
    units_served: int
    units: int
    offices_active: int
    offices: int


def of(offices: Iterable[Standing]) -> list[Coverage]:
    """Add up each area, in order of code. A unit stays in the denominator when its last office closes."""
    by_area: defaultdict[tuple[str, str], list[Standing]] = defaultdict(list)
    for one in offices:
        by_area[one.area_code, one.area].append(one)
    return [_add_up(*area, found) for area, found in sorted(by_area.items())]


def whole(offices: Sequence[Standing]) -> Coverage:
    """Add all up. A unit may have offices of two areas, and is one all the same."""
    return _add_up("", "", offices)


def _add_up(code: str, name: str, offices: Sequence[Standing]) -> Coverage:
    active = [one for one in offices if one.state is State.ACTIVE]
    return Coverage(
        code,
        name,
        len({one.unit_code for one in active}),
        len({one.unit_code for one in offices}),
        len(active),
        sum(one.state is not State.CLOSED for one in offices),
    )
