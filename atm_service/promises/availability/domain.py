"""Yes, ask or no: whether an office can pay an amount. Pure rules over what is known of the office.

Precedence: what nobody can pay, the office's state, its legal limits, its cash, its hours, its line, who is there, and
last where in the office the cash is.

Robbers read answers too. An amount above the policy's maximum for one transaction is answered without a look at the
cash, so nobody ever learns more of an office than that it holds one customer's maximum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from atm_service.platform.calendar import day_end
from atm_service.platform.policy import Policy
from atm_service.registers.headroom import domain as headroom
from atm_service.registers.headroom.domain import Used
from atm_service.registers.notes.domain import Notes, propose
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.hours import Hours, is_open, next_open
from ledger import business_date


class CanPay(StrEnum):
    """A cashier's answer."""

    YES = "yes"
    ASK = "ask"
    NO = "no"


class Why(StrEnum):
    """What the answer rests on. `to-prepare`: the cash is there, and not in one drawer."""

    READY = "ready"
    TO_PREPARE = "to-prepare"
    SMALL_NOTES = "small-notes"
    NOBODY_ON_SHIFT = "nobody-on-shift"
    NO_LINE = "no-line"
    CLOSED = "closed"
    CASH = "cash"
    DAY_LIMIT = "day-limit"
    MONTH_LIMIT = "month-limit"
    NOT_ACTIVE = "not-active"
    ABOVE_MAXIMUM = "above-maximum"


@dataclass(frozen=True)
class Till:
    """A drawer on shift. `notes` is None where the drawer does not know its notes. Cash in đồng."""

    cash: int
    notes: Notes | None


@dataclass(frozen=True)
class Facts:
    """What is known of one office now, in đồng. `cash` is in all its drawers and its vault.

    `reserved` is set aside out of the cash for customers who are to come, today or later; `reserved_on` is what will
    count towards the limits of each day. `moved_today` and `moved_this_month` count towards the limits already.
    `heard_at`: when its counter last spoke, if it ever did.
    """

    state: State
    line: Line
    hours: Hours
    heard_at: datetime | None
    tills: tuple[Till, ...]
    cash: int
    reserved: int
    reserved_on: Mapping[date, int]
    moved_today: int
    moved_this_month: int

    def used(self, day: date, today: date) -> Used:
        """Give what counts against the office's limits on a day from today on."""
        return headroom.reading(day, today, self.moved_today, self.moved_this_month, self.reserved_on)

    def is_open(self, now: datetime) -> bool:
        """Tell whether the office is open and somebody is there who can pay."""
        return self.state is State.ACTIVE and is_open(self.hours, now) and bool(self.tills)

    def is_silent(self, now: datetime, how_long: timedelta) -> bool:
        """Tell whether an open office has not been heard of for so long, though it was open all that time."""
        if self.line is Line.NONE:
            return True
        since = now - how_long
        open_all_along = is_open(self.hours, now) and is_open(self.hours, since)
        return open_all_along and self.heard_at is not None and self.heard_at <= since


@dataclass(frozen=True)
class Answer:
    """The answer and its reason; where time will tell, the moment from which to look again."""

    can_pay: CanPay
    why: Why
    opens_at: datetime | None = None


def answer(facts: Facts, amount: int, policy: Policy, now: datetime) -> Answer:
    """Say whether the office can pay this amount to somebody who has no reservation there."""
    today = business_date(now)
    if amount > policy.withdrawal.amount_max:
        return Answer(CanPay.NO, Why.ABOVE_MAXIMUM)
    if facts.state is not State.ACTIVE:
        return Answer(CanPay.NO, Why.NOT_ACTIVE)
    limits = headroom.exceeded(facts.used(today, today), amount, policy.office)
    if "month" in limits:
        return Answer(CanPay.NO, Why.MONTH_LIMIT)
    if "day" in limits:
        return Answer(CanPay.NO, Why.DAY_LIMIT, next_open(facts.hours, day_end(today)))
    if facts.cash - facts.reserved < amount:
        return Answer(CanPay.NO, Why.CASH)
    return _who_is_there(facts, amount, policy, now)


def _who_is_there(facts: Facts, amount: int, policy: Policy, now: datetime) -> Answer:
    if not is_open(facts.hours, now):
        return Answer(CanPay.ASK, Why.CLOSED, next_open(facts.hours, now))
    if facts.is_silent(now, policy.line.silent):
        return Answer(CanPay.ASK, Why.NO_LINE)
    if not facts.tills:
        return Answer(CanPay.ASK, Why.NOBODY_ON_SHIFT)
    full = [till for till in facts.tills if till.cash >= amount]
    if not full:
        return Answer(CanPay.ASK, Why.TO_PREPARE)
    if not any(till.notes is None or propose(amount, till.notes) for till in full):
        return Answer(CanPay.ASK, Why.SMALL_NOTES)
    return Answer(CanPay.YES, Why.READY)
