"""Who gets how much cash, and who sends some back: pure rules. Amounts in đồng.

One plan is one day's trip of an area: one van under escort takes cash out and brings cash back. It carries no more
than the insurance covers, out and back together, since what is fetched early rides along to the last office.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from atm_service.control.floats.domain import Levels
from atm_service.registers.cash.delivery import Direction


class TripAlarm(StrEnum):
    """What is wrong with an office's cash."""

    BELOW_MINIMUM = "below-minimum"
    ABOVE_MAXIMUM = "above-maximum"
    SHORT_SOON = "short-soon"


@dataclass(frozen=True)
class Position:
    """An office's cash, what is on its way, and what it will need until the next delivery.

    `coming` is ordered or on the road to it; `going` is ordered back and still there. `expected` may be below zero.
    """

    office: str
    levels: Levels
    cash: int
    coming: int = 0
    going: int = 0
    need: int = 0
    expected: int = 0

    @property
    def ready(self) -> int:
        """What is there once all that is under way has arrived."""
        return self.cash + self.coming - self.going

    @property
    def enough(self) -> int:
        """With how much it will not fall below its minimum before the next delivery; its maximum at most."""
        return min(self.levels.maximum, self.levels.minimum + self.need)

    @property
    def wanted(self) -> int:
        """How much it is to have after a delivery: its target, more where that is not enough."""
        return max(self.levels.target, self.enough)

    @property
    def alarms(self) -> list[TripAlarm]:
        """List what is wrong. `SHORT_SOON` counts on what is on its way."""
        found = {
            TripAlarm.BELOW_MINIMUM: self.cash < self.levels.minimum,
            TripAlarm.ABOVE_MAXIMUM: self.cash > self.levels.maximum,
            TripAlarm.SHORT_SOON: self.ready < self.need,
        }
        return [alarm for alarm, true in found.items() if true]

    def lacks(self, level: int, unit: int) -> int:
        """Give how much brings it to a level, in whole units and never above its maximum."""
        missing = max(0, -(-(level - self.ready) // unit))
        return min(missing, max(0, (self.levels.maximum - self.ready) // unit)) * unit

    def surplus(self, unit: int) -> int:
        """Give what it is to send back, in whole units: where it is, or will be, above its maximum."""
        if max(self.ready, self.ready - self.expected) <= self.levels.maximum:
            return 0
        over = min(self.ready - self.wanted, self.cash - self.going)
        more = -(-over // unit) * unit
        if (
            self.ready > self.levels.maximum
            and self.ready - more >= self.enough
            and more <= self.cash - self.going
        ):
            return more
        return max(0, over // unit * unit)


@dataclass(frozen=True)
class Proposal:
    """One delivery that somebody may order; `after` is what the office then has."""

    office: str
    direction: Direction
    amount: int
    after: int


@dataclass(frozen=True)
class Plan:
    """A trip. `missing` is what offices still lack to be sure until the next one."""

    proposals: Sequence[Proposal]
    missing: int

    def total(self, direction: Direction) -> int:
        """Give what all deliveries of a direction come to."""
        return sum(one.amount for one in self.proposals if one.direction is direction)


def plan(positions: Iterable[Position], area_cash: int, trip_max: int, unit: int) -> Plan:
    """Propose one trip: first what keeps offices from falling short, then what is too much, then up to the targets.

    Where the cash does not suffice, those who lack least come first: so the most offices are sure.
    """
    offices = {one.office: one for one in sorted(positions, key=lambda one: one.office)}
    back = {code: one.surplus(unit) for code, one in offices.items()}
    takers = {code: one for code, one in offices.items() if not back[code]}
    urgent = {code: one.lacks(one.enough, unit) for code, one in takers.items()}
    sure = _shared(urgent, min(area_cash, trip_max), unit)
    used = sum(sure.values())
    fetched = _shared(back, trip_max - used, unit)
    more = {code: one.lacks(one.wanted, unit) - sure.get(code, 0) for code, one in takers.items()}
    room = min(area_cash - used, trip_max - used - sum(fetched.values()))
    filled = _shared(more, room, unit)  # nothing, while somebody is not sure: then nothing is left
    proposals = []
    for code, one in offices.items():
        if out := sure.get(code, 0) + filled.get(code, 0):
            proposals.append(Proposal(code, Direction.TO_OFFICE, out, one.ready + out))
        elif amount := fetched.get(code, 0):
            proposals.append(Proposal(code, Direction.TO_AREA, amount, one.ready - amount))
    return Plan(proposals, sum(urgent.values()) - used)


def _shared(wishes: Mapping[str, int], supply: int, unit: int) -> dict[str, int]:
    """Share a supply out, the smallest wishes first; the first that is not met whole gets what is left."""
    left, shares = max(0, supply) // unit * unit, {}
    for code, wish in sorted(wishes.items(), key=lambda one: (one[1], one[0])):
        if share := min(wish, left):
            shares[code] = share
            left -= share
    return shares
