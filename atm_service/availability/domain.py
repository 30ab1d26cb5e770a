"""Yes, ask or no: whether an office can pay an amount. Pure rules over what is known of the office.

Precedence: what nobody can pay, the office's state, its legal limits, its cash, its line, who is there, and last
where in the office the cash is.

Robbers read answers too. An amount above the policy's maximum for one transaction is answered without a look at the
cash, so nobody ever learns more of an office than that it holds one customer's maximum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from atm_service.cash.domain import Notes, propose
from atm_service.limits.policy import Policy
from atm_service.offices.domain import Line, State


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
    """

    state: State
    line: Line
    tills: tuple[Till, ...]
    cash: int
    reserved: int
    reserved_on: Mapping[date, int]
    moved_today: int
    moved_this_month: int

    @property
    def is_open(self) -> bool:
        """Tell whether somebody is there who can pay."""
        return self.state is State.ACTIVE and bool(self.tills)


@dataclass(frozen=True)
class Answer:
    """The answer and its reason."""

    can_pay: CanPay
    why: Why


def answer(facts: Facts, amount: int, policy: Policy, today: date) -> Answer:
    """Say whether the office can pay this amount to somebody who has no reservation there."""
    if amount > policy.withdrawal.amount_max:
        return Answer(CanPay.NO, Why.ABOVE_MAXIMUM)
    if facts.state is not State.ACTIVE:
        return Answer(CanPay.NO, Why.NOT_ACTIVE)
    # What is reserved for the next month, too: so does a payment, which looks at one locked row.
    if facts.moved_this_month + facts.reserved + amount > policy.office.per_month:
        return Answer(CanPay.NO, Why.MONTH_LIMIT)
    if facts.moved_today + facts.reserved_on.get(today, 0) + amount > policy.office.per_day:
        return Answer(CanPay.NO, Why.DAY_LIMIT)
    if facts.cash - facts.reserved < amount:
        return Answer(CanPay.NO, Why.CASH)
    return _who_is_there(facts, amount)


def _who_is_there(facts: Facts, amount: int) -> Answer:
    if facts.line is Line.NONE:
        return Answer(CanPay.ASK, Why.NO_LINE)
    if not facts.tills:
        return Answer(CanPay.ASK, Why.NOBODY_ON_SHIFT)
    full = [till for till in facts.tills if till.cash >= amount]
    if not full:
        return Answer(CanPay.ASK, Why.TO_PREPARE)
    if not any(till.notes is None or propose(amount, till.notes) for till in full):
        return Answer(CanPay.ASK, Why.SMALL_NOTES)
    return Answer(CanPay.YES, Why.READY)
