"""What the law and the policy still allow a customer or an office on a day and in a month. Pure; amounts in đồng.

A day is a business date of Vietnam, and a month that date's calendar month. Both limits are for in plus out, less what
was undone. What an office has reserved counts on the day for which it is reserved and in that day's month, and in no
other; what a customer has in open codes counts now. A transfer moves no cash: it counts in its payer's month, and has a
day of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from atm_service.platform import policy
from atm_service.registers.headroom.errors import (
    CoolingOff,
    CustomerLimitReached,
    OfficeLimitReached,
    TransferLimitReached,
)

Period = Literal["day", "month"]
Rules = policy.Customer | policy.Office


@dataclass(frozen=True)
class Used:
    """What counts against the limits of a day and of its month."""

    day: int
    month: int


@dataclass(frozen=True)
class Cooling:
    """Until when large sums are held back after a PIN or a number was set anew, and what has gone out since then."""

    until: datetime
    moved: int


def left_while_cooling(cooling: Cooling, rules: policy.Cooling) -> int:
    """Give the most that may still go out before it is over."""
    return max(0, rules.most - cooling.moved)


def refuse_while_cooling(cooling: Cooling | None, amount: int, rules: policy.Cooling) -> None:
    """Return when this amount may go out, with all that has gone out since the change. Raises `CoolingOff`."""
    if cooling is None:
        return
    left = left_while_cooling(cooling, rules)
    if amount > left:
        raise CoolingOff(limit=rules.most, remaining=left, until=cooling.until)


def exceeded(used: Used, amount: int, rules: Rules, *, is_cash: bool = True) -> tuple[Period, ...]:
    """Name the limits that one more amount would exceed."""
    reached: list[Period] = []
    if is_cash and used.day + amount > rules.per_day:
        reached.append("day")
    if rules.per_month is not None and used.month + amount > rules.per_month:
        reached.append("month")
    return tuple(reached)


def remaining(used: Used, rules: Rules) -> int:
    """Give the most cash that may still be moved today."""
    month = rules.per_day if rules.per_month is None else rules.per_month - used.month
    return max(0, min(rules.per_day - used.day, month))


def refuse_customer(used: Used, amount: int, rules: policy.Customer, *, is_cash: bool = True) -> None:
    """Return when the customer may move this amount. Raises `CustomerLimitReached`."""
    for period in exceeded(used, amount, rules, is_cash=is_cash):
        limit, so_far = (rules.per_day, used.day) if period == "day" else (rules.per_month or 0, used.month)
        raise CustomerLimitReached(period=period, limit=limit, remaining=max(0, limit - so_far))


def refuse_transfer(used: Used, sent_today: int, amount: int, rules: policy.Policy) -> None:
    """Return when the customer may send this amount. Raises `TransferLimitReached`, then `CustomerLimitReached`."""
    most = rules.transfer.per_day
    if sent_today + amount > most:
        raise TransferLimitReached(limit=most, remaining=max(0, most - sent_today))
    refuse_customer(used, amount, rules.customer, is_cash=False)


def left_to_send(used: Used, sent_today: int, rules: policy.Policy) -> int:
    """Give the most that a customer may still send today."""
    left, per_month = rules.transfer.per_day - sent_today, rules.customer.per_month
    return max(0, left if per_month is None else min(left, per_month - used.month))


def reading(
    day: date, today: date, moved_today: int, moved_this_month: int, reserved_on: Mapping[date, int]
) -> Used:
    """Read what counts at an office on a day from today on, and in that day's month."""
    month = (day.year, day.month)
    on_day = (moved_today if day == today else 0) + reserved_on.get(day, 0)
    in_month = moved_this_month if (today.year, today.month) == month else 0
    reserved = sum(amount for on, amount in reserved_on.items() if (on.year, on.month) == month)
    return Used(on_day, in_month + reserved)


@dataclass(frozen=True)
class Left:
    """What an office may still move without a reservation, in đồng."""

    day: int
    month: int


@dataclass(frozen=True)
class OfficeDay:
    """What an office has moved and reserved, read from today's row while it is locked.

    `reserved_on`: for today. `reserved_in_month`: for today and the rest of its month. `reserved_from`: for today and
    later, whatever the month.
    """

    moved_today: int
    moved_this_month: int
    reserved_on: int = 0
    reserved_in_month: int = 0
    reserved_from: int = 0

    def left(self, rules: policy.Office) -> Left:
        """Give what the day and the month still have room for, beside what is reserved in them."""
        used = Used(self.moved_today + self.reserved_on, self.moved_this_month + self.reserved_in_month)
        return _left(used, rules)

    def move(self, amount: int, rules: policy.Office, *, reserved: bool = False) -> "OfficeDay":
        """Move cash, which was `reserved` for today or was not; give what stands after it.

        The month has room for what was reserved, since it was promised; for the rest, all that is reserved in the
        month must find room beside it. Raises `OfficeLimitReached`.
        """
        own = amount if reserved else 0
        others = replace(
            self,
            reserved_on=self.reserved_on - own,
            reserved_in_month=self.reserved_in_month - own,
            reserved_from=self.reserved_from - own,
        )
        in_month = 0 if reserved else others.reserved_in_month
        used = Used(self.moved_today + others.reserved_on, self.moved_this_month + in_month)
        for period in exceeded(used, amount, rules):
            limit = rules.per_day if period == "day" else rules.per_month
            raise OfficeLimitReached(period=period, limit=limit, remaining=vars(_left(used, rules))[period])
        return replace(
            others, moved_today=self.moved_today + amount, moved_this_month=self.moved_this_month + amount
        )


def _left(used: Used, rules: policy.Office) -> Left:
    return Left(max(0, rules.per_day - used.day), max(0, rules.per_month - used.month))
