"""What the law and the policy still allow a customer or an office on a day and in a month. Pure; amounts in đồng.

A day is a business date of Vietnam, and a month that date's calendar month. Both limits are for in plus out, less what
was undone. What an office has reserved counts on the day for which it is reserved and in that day's month, and in no
other; what a customer has in open codes counts now. A transfer moves no cash: it counts in its payer's month, and has a
day of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

import ledger
from atm_service.platform import calendar, policy
from atm_service.registers.headroom.errors import (
    CardLapsed,
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
class Remaining:
    """The most that may still be moved, in đồng, and the day on which more may be, if no open code counts then."""

    amount: int
    renews_on: date


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


@dataclass(frozen=True)
class CardAndAge:
    """What a customer's card and age say: the last day of the month in which the one expires and the other is full.

    None: no end. A card that nobody has read has none: whoever came before cards were read is not stopped.
    """

    card_until: date | None = None
    minor_until: date | None = None

    def card_stops_on(self, rules: policy.Person, today: date) -> date | None:
        """Give from when no money goes out for a card that has expired; None while it is good."""
        if self.card_until is None or today <= self.card_until:
            return None
        return self.card_until + timedelta(days=rules.card_grace_days + 1)

    def refuse_lapsed(self, rules: policy.Person, today: date) -> None:
        """Return while money may go out. Raises `CardLapsed`."""
        stops_on = self.card_stops_on(rules, today)
        if stops_on is not None and today >= stops_on:
            raise CardLapsed(since=stops_on)

    def rules(self, rules: policy.Policy, today: date) -> policy.Policy:
        """Give the rules for this customer: a minor's day is smaller, in cash and by transfers."""
        if self.minor_until is None or today > self.minor_until:
            return rules
        parts = {
            name: part.model_copy(update={"per_day": min(part.per_day, rules.person.minor_per_day)})
            for name, part in (("customer", rules.customer), ("transfer", rules.transfer))
        }
        return rules.model_copy(update=parts)


def lefts(used: Used, rules: Rules, *, is_cash: bool = True) -> dict[Period, int]:
    """Give what each limit has left; a figure below zero where the rules have become stricter since."""
    left: dict[Period, int] = {"day": rules.per_day - used.day} if is_cash else {}
    return left if rules.per_month is None else {**left, "month": rules.per_month - used.month}


def exceeded(used: Used, amount: int, rules: Rules) -> tuple[Period, ...]:
    """Name the limits that one more amount of cash would exceed."""
    return tuple(period for period, left in lefts(used, rules).items() if amount > left)


def renews_on(period: Period, today: date) -> date:
    """Give the day on which a limit begins anew, at midnight in Vietnam."""
    return today + timedelta(days=1) if period == "day" else calendar.next_month(today)


def _tightest(left: Mapping[Period, int]) -> Period:
    """Name the limit that has the least left; of two, the one that renews later."""
    return min(left, key=lambda period: (left[period], period == "day"))


def _over(
    used: Used, amount: int, rules: Rules, today: date, *, is_cash: bool = True
) -> dict[str, Any] | None:
    """Describe the limit that has the least left, when an amount is more."""
    left = lefts(used, rules, is_cash=is_cash)
    if not left or amount <= min(left.values()):
        return None
    tightest = _tightest(left)
    limit = rules.per_day if tightest == "day" else rules.per_month
    return {
        "period": tightest,
        "limit": limit,
        "remaining": max(0, left[tightest]),
        "renews_on": renews_on(tightest, today),
    }


def refuse_customer(
    used: Used, amount: int, rules: policy.Customer, today: date, *, is_cash: bool = True
) -> None:
    """Return when the customer may move this amount. Raises `CustomerLimitReached`."""
    if over := _over(used, amount, rules, today, is_cash=is_cash):
        raise CustomerLimitReached(**over)


def refuse_transfer(used: Used, sent_today: int, amount: int, rules: policy.Policy, today: date) -> None:
    """Return when the customer may send this amount. Raises `CustomerLimitReached`, or `TransferLimitReached`.

    The month is told where it has less left than the day: who sends what the day has left is not refused again.
    """
    most = rules.transfer.per_day
    left, month = most - sent_today, lefts(used, rules.customer, is_cash=False).get("month")
    if month is not None and month <= left:
        refuse_customer(used, amount, rules.customer, today, is_cash=False)
    if amount > left:
        raise TransferLimitReached(limit=most, remaining=max(0, left), renews_on=renews_on("day", today))


def remaining(used: Used, rules: policy.Customer, today: date) -> Remaining:
    """Give the most cash that a customer may still move today."""
    return _least(lefts(used, rules), today)


def left_to_send(
    used: Used, sent_today: int, cooling: Cooling | None, rules: policy.Policy, today: date
) -> Remaining:
    """Give the most that a customer may still send today; after a change, no more than may go out before it is over."""
    month = lefts(used, rules.customer, is_cash=False)
    left = _least({"day": rules.transfer.per_day - sent_today, **month}, today)
    if cooling is None or left_while_cooling(cooling, rules.cooling) >= left.amount:
        return left
    return Remaining(left_while_cooling(cooling, rules.cooling), ledger.business_date(cooling.until))


def _least(left: Mapping[Period, int], today: date) -> Remaining:
    tightest = _tightest(left)
    return Remaining(max(0, left[tightest]), renews_on(tightest, today))


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
    """What an office has moved and reserved, read from the row of `today` while it is locked.

    `reserved_on`: for today. `reserved_in_month`: for today and the rest of its month. `reserved_from`: for today and
    later, whatever the month.
    """

    moved_today: int
    moved_this_month: int
    reserved_on: int = 0
    reserved_in_month: int = 0
    reserved_from: int = 0
    today: date = field(kw_only=True)

    def left(self, rules: policy.Office) -> Left:
        """Give what the day and the month still have room for, beside what is reserved in them."""
        used = Used(self.moved_today + self.reserved_on, self.moved_this_month + self.reserved_in_month)
        left = lefts(used, rules)
        return Left(max(0, left["day"]), max(0, left["month"]))

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
        if over := _over(used, amount, rules, self.today):
            raise OfficeLimitReached(**over)
        return replace(
            others, moved_today=self.moved_today + amount, moved_this_month=self.moved_this_month + amount
        )
