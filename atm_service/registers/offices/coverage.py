"""How much of the province is served: two denominators, communes and offices. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from atm_service.registers.offices.domain import State


@dataclass(frozen=True)
class Place:
    """An office, as far as coverage goes."""

    commune_code: str
    district_code: str
    district: str
    state: State


@dataclass(frozen=True)
class Coverage:
    """Communes with at least one active office, of all; active offices, of all that are not closed."""

    district_code: str
    district: str
    communes_served: int
    communes: int
    offices_active: int
    offices: int


def of(places: Iterable[Place]) -> list[Coverage]:
    """Add up each district, in order of code. A commune stays in the denominator when its last office closes."""
    by_district: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
    for one in places:
        by_district[one.district_code, one.district].append(one)
    return [_add_up(*district, found) for district, found in sorted(by_district.items())]


def whole(parts: Iterable[Coverage]) -> Coverage:
    """Add districts up: no commune is in two."""
    found = list(parts)
    return Coverage(
        "",
        "",
        sum(one.communes_served for one in found),
        sum(one.communes for one in found),
        sum(one.offices_active for one in found),
        sum(one.offices for one in found),
    )


def _add_up(code: str, name: str, places: list[Place]) -> Coverage:
    active = [one for one in places if one.state is State.ACTIVE]
    return Coverage(
        code,
        name,
        len({one.commune_code for one in active}),
        len({one.commune_code for one in places}),
        len(active),
        sum(one.state is not State.CLOSED for one in places),
    )
