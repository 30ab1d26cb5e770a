"""What may be promised, what may still be paid beside it, and which promises no longer stand. Pure; đồng.

A reservation stands on cash that is in the office: its drawers and its vault, less all other reservations there,
whatever their day. Cash on the road is not counted, nor deposits that may come. It stands on the legal headroom of its
day and of that day's month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from atm_service.platform.policy import Policy
from atm_service.promises.availability.domain import Facts, Why
from atm_service.promises.reservations.errors import CannotReserve, CashReserved
from atm_service.registers.headroom import domain as headroom
from atm_service.registers.headroom.domain import OfficeDay
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.hours import next_open
from ledger import business_date

_LIMITS: Final = {"day": Why.DAY_LIMIT, "month": Why.MONTH_LIMIT}


def obstacle(facts: Facts, amount: int, day: date, now: datetime, policy: Policy) -> Why | None:
    """Say why an amount cannot be promised for a day, beside what is promised already; None: it can."""
    today = business_date(now)
    if (why := _absence(facts, day, now, policy)) is not None:
        return why
    if facts.cash - facts.reserved < amount:
        return Why.CASH
    limits = headroom.exceeded(facts.used(day, today), amount, policy.office)
    return _LIMITS[limits[0]] if limits else None


def _absence(facts: Facts, day: date, now: datetime, policy: Policy) -> Why | None:
    """Say why nobody will be there on a day."""
    if facts.state is not State.ACTIVE:
        return Why.NOT_ACTIVE
    if not facts.hours.on(day):
        return Why.CLOSED
    if facts.line is Line.NONE or (day == business_date(now) and facts.is_silent(now, policy.line.lost)):
        return Why.NO_LINE
    return None


def promised(facts: Facts, amount: int, day: date) -> Facts:
    """Give the facts with one more promise; with less than zero, one fewer."""
    on = {**facts.reserved_on, day: facts.reserved_on.get(day, 0) + amount}
    return replace(facts, reserved=facts.reserved + amount, reserved_on=on)


def promise(facts: Facts, office: str, amount: int, day: date, now: datetime, policy: Policy) -> Facts:
    """Promise an amount for a day, today only before the office closes; give the facts after it.

    Raises `CannotReserve`.
    """
    why = Why.CLOSED if day < first_day(facts, now) else obstacle(facts, amount, day, now, policy)
    if why is not None:
        raise CannotReserve(office=office, day=day, why=why)
    return promised(facts, amount, day)


@dataclass(frozen=True)
class Room:
    """What an office has left on a day, while payments are decided one after the other.

    `cash` is None where nobody has looked: nothing is reserved there, or only what is reserved is to be paid.
    """

    day: OfficeDay
    cash: int | None = None

    def pay(self, amount: int, policy: Policy, reserved: bool) -> "Room":  # noqa: FBT001  one of a batch: see `sharing.tried`
        """Pay an amount that was reserved for today, or was not; give what is left.

        A payment without a reservation leaves the headroom and the cash that others have reserved. Raises
        `OfficeLimitReached` and `CashReserved`.
        """
        day = self.day.move(amount, policy.office, reserved=reserved)
        if not reserved and self.cash is not None and self.cash - amount < day.reserved_from:
            raise CashReserved
        return Room(day, None if self.cash is None else self.cash - amount)


@dataclass(frozen=True)
class Standing:
    """One reservation that stands, as far as keeping it is concerned. Older ids were made earlier."""

    id: UUID
    amount: int
    day: date


def doubtful(facts: Facts, now: datetime, policy: Policy) -> bool:
    """Tell whether some of what is reserved at an office may not stand any more."""
    return any(obstacle(facts, 0, day, now, policy) for day in facts.reserved_on)


def broken(facts: Facts, standing: Sequence[Standing], now: datetime, policy: Policy) -> Mapping[UUID, Why]:
    """Say which of an office's reservations it cannot keep, and why: as few as can be, the youngest first.

    `facts` count all of them as reserved.
    """
    found: dict[UUID, Why] = {}
    for one in sorted(standing, key=lambda one: one.id, reverse=True):
        others = promised(facts, -one.amount, one.day)
        if (why := obstacle(others, one.amount, one.day, now, policy)) is not None:
            found[one.id] = why
            facts = others
    return found


def can_take(facts: Facts, amount: int, day: date, now: datetime, policy: Policy) -> bool:
    """Tell whether an office can be proposed to somebody whose appointment was broken: today somebody must be there."""
    is_ready = day != business_date(now) or facts.is_open(now)
    return is_ready and obstacle(facts, amount, day, now, policy) is None


def first_day(facts: Facts, now: datetime) -> date:
    """Give the day on which the office is open next: today, when it is open or will be."""
    opens = next_open(facts.hours, now)
    return business_date(opens or now)
