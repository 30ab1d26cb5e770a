"""A complaint from its first words to its last answer: pure rules. It tells of money and never moves any.

    open ──answer──▶ answered ──contest──▶ contested ──answer, by another──▶ closed
                        └────── the time for contesting is over ──────▶ closed

What happened is a run of steps that are only added; the status follows from them, and from the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import ledger
from atm_service.platform import calendar
from atm_service.platform.policy import Complaint as Rules
from atm_service.promises.complaints import errors
from atm_service.registers.offices.hours import AHEAD, Hours
from atm_service.registers.staff.errors import DeciderTied

WORDS_MAX: Final = 500


class ComplaintKind(StrEnum):
    """What is wrong."""

    NOT_RECEIVED = "not-received"
    WRONG_AMOUNT = "wrong-amount"
    NOT_MINE = "not-mine"
    WRONG_PERSON = "wrong-person"
    TWICE = "twice"
    REFUSED = "refused"
    SERVICE = "service"

    @property
    def is_of_money(self) -> bool:
        """Tell whether it says where money is: all do, but how somebody was treated."""
        return self is not ComplaintKind.SERVICE


class ComplaintStatus(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CONTESTED = "contested"
    CLOSED = "closed"


MADE, ANSWERED, CONTESTED, ANSWERED_AGAIN = 1, 2, 3, 4


@dataclass(frozen=True)
class Step:
    """One thing that was said: the complaint, an answer, the contest, the last answer.

    `until`: by when the next step comes, of an answer the day on which contesting ends. `upheld`: of an answer, whether
    the customer is right. The words are encrypted, and go after the policy's time.
    """

    id: UUID
    number: int
    by: UUID
    at: datetime
    until: datetime | None
    upheld: bool | None
    words_sealed: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Complaint:
    """A complaint about one entry of the own statement, or about one withdrawal. `amount` in đồng.

    `office`: where it happened, for whoever looks after it; None for what no office had a hand in.
    """

    id: UUID
    serial: int
    customer_id: UUID
    kind: ComplaintKind
    entry_id: UUID | None
    withdrawal_id: UUID | None
    office: str | None
    amount: int
    made_at: datetime
    steps: tuple[Step, ...]

    @property
    def number(self) -> str:
        """Give the number to be told: `KN-2026-000123`."""
        return f"KN-{ledger.business_date(self.made_at).year}-{self.serial:06d}"

    @property
    def last(self) -> Step:
        """Give what was said last."""
        return self.steps[-1]

    def status(self, now: datetime) -> ComplaintStatus:
        """Tell where it stands."""
        if self.last.number == MADE:
            return ComplaintStatus.OPEN
        if self.last.number == CONTESTED:
            return ComplaintStatus.CONTESTED
        if self.last.until is not None and now < self.last.until:
            return ComplaintStatus.ANSWERED
        return ComplaintStatus.CLOSED

    def check_answer(self, by: UUID, kin: frozenset[UUID]) -> None:
        """Return when this member of the staff may answer now. `kin`: who may be the same person under another name.

        Refuses in this order: answered, and what was contested was answered by the same person, or perhaps by one.
        """
        if self.last.number not in (MADE, CONTESTED):
            raise errors.ComplaintAnswered
        if self.last.number == CONTESTED:
            first = self.steps[ANSWERED - 1].by
            if first == by:
                raise errors.AnsweredByYou
            if first in kin:
                raise DeciderTied

    def check_contest(self, now: datetime) -> None:
        """Return when its customer may contest the answer now.

        Refuses in this order: not answered yet, contested before, too late.
        """
        if self.last.number == MADE:
            raise errors.NotAnsweredYet
        if self.last.number != ANSWERED:
            raise errors.ContestedBefore
        assert self.last.until is not None
        if now >= self.last.until:
            raise errors.ContestTooLate(ended_at=self.last.until)


def answer_by(kind: ComplaintKind, hours: Hours, now: datetime, rules: Rules) -> datetime:
    """Give until when an answer is promised: the end of the last of so many working days after today.

    A working day is one on which the office is open, by its own hours; where no office had a hand in it, by the usual
    ones and by the days off that were set for all. However long an office is shut, sixty days are the most.
    """
    left = rules.answer_days if kind.is_of_money else rules.service_answer_days
    today = ledger.business_date(now)
    ahead = (today + timedelta(days=number) for number in range(1, AHEAD.days + 1))
    working = [day for day in ahead if hours.on(day)][:left]
    return calendar.day_end(working[-1] if len(working) == left else today + AHEAD)


def contest_by(now: datetime, rules: Rules) -> datetime:
    """Give until when an answer given now may be contested: the end of a day."""
    return calendar.day_end(ledger.business_date(now) + timedelta(days=rules.contest_days))


def check_new(waiting: int, before: Sequence[UUID], rules: Rules) -> None:
    """Return when a customer may complain once more.

    `waiting`: how many of theirs wait for an answer. `before`: those of this kind about the same thing.
    """
    if before:
        raise errors.AlreadyComplained(complaint_id=before[0])
    if waiting >= rules.waiting_max:
        raise errors.TooManyComplaints(maximum=rules.waiting_max)
