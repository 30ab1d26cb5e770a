"""HTTP bodies of complaints."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

import ledger
from atm_service.platform.bodies import SAID, said
from atm_service.platform.context import Context
from atm_service.promises.complaints import service
from atm_service.promises.complaints.domain import (
    ANSWERED,
    ANSWERED_AGAIN,
    CONTESTED,
    MADE,
    WORDS_MAX,
    Complaint,
    ComplaintKind,
    ComplaintStatus,
    Step,
)
from atm_service.promises.complaints.store import Seen
from atm_service.registers.customers import service as customers

Words = Annotated[
    str,
    Field(
        min_length=3,
        max_length=WORDS_MAX,
        pattern=SAID,
        repr=False,
        examples=["Tôi chỉ nhận được 1.500.000 đồng"],
    ),
    said,
]

_MOMENT: Final = timedelta(microseconds=1)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AboutEntry(_Body):
    """An entry of the own statement."""

    entry_id: UUID


class AboutWithdrawal(_Body):
    """An own withdrawal, paid or not."""

    withdrawal_id: UUID


class ComplaintRequest(_Body):
    """What is wrong, with what, and in the customer's own words."""

    about: AboutEntry | AboutWithdrawal
    kind: ComplaintKind
    words: Words


class ContestRequest(_Body):
    """Why the answer is not right."""

    words: Words


class AnswerRequest(_Body):
    """The answer, as the customer reads it, and whether the customer is right."""

    upheld: bool = Field(strict=True, description="the customer is right", examples=[True])
    words: Words


class SaidView(_Body):
    """What was said, and when; `words` is null when it is so long ago that the words were forgotten."""

    words: str | None
    at: datetime

    @classmethod
    def of(cls, context: Context, step: Step) -> Self:
        """Open a step."""
        return cls(words=service.words(context, step), at=step.at)


class AnswerView(SaidView):
    """An answer. `upheld`: the customer is right."""

    upheld: bool


class ComplaintView(_Body):
    """A complaint as its customer sees it."""

    id: UUID
    number: str = Field(examples=["KN-2026-000123"])
    kind: ComplaintKind
    status: ComplaintStatus
    about: Literal["entry", "withdrawal"]
    entry_id: UUID | None
    withdrawal_id: UUID | None
    amount: int = Field(description="đồng", examples=[2_000_000])
    paper: str | None = Field(
        description="the number of the paper or the transfer", examples=["05971-1-261121-0007"]
    )
    said: SaidView
    answer_by: date | None = Field(
        description="the last day of the promised answer; null when none is due", examples=["2026-11-27"]
    )
    overdue: bool
    answer: AnswerView | None
    contest_by: date | None = Field(description="the last day on which the answer may be contested")
    contest: SaidView | None
    last_answer: AnswerView | None

    @classmethod
    def of(cls, context: Context, seen: Seen, now: datetime) -> Self:
        """Show a complaint to its customer: the number of a voucher only where it is the customer's own."""
        facts = _facts(context, seen, now)
        return cls(**facts if seen.own_paper else {**facts, "paper": None})


class StaffComplaintView(ComplaintView):
    """A complaint as a supervisor sees it: of whom, as much as compares with the paper, and where."""

    masked_name: str = Field(examples=["N••• V••• Thắng"])
    phone_end: str = Field(examples=["678"])
    office: str | None = Field(description="null: no office had a hand in it", examples=["05971-1"])
    office_name: str | None
    answered_by_you: bool = Field(description="contested: another supervisor answers")

    @classmethod
    def for_staff(cls, context: Context, seen: Seen, by: UUID, now: datetime) -> Self:
        """Show a complaint to a supervisor who looks after it."""
        one = seen.complaint
        name, phone_end = customers.open_for_others(
            context, one.customer_id, seen.identity_sealed, seen.phone_sealed
        )
        return cls(
            **_facts(context, seen, now),
            masked_name=name,
            phone_end=phone_end,
            office=one.office,
            office_name=seen.office_name,
            answered_by_you=any(step.number == ANSWERED and step.by == by for step in one.steps),
        )


def _facts(context: Context, seen: Seen, now: datetime) -> dict[str, object]:
    one = seen.complaint
    steps = {step.number: step for step in one.steps}
    status = one.status(now)
    due = status in (ComplaintStatus.OPEN, ComplaintStatus.CONTESTED)
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "status": status,
        "about": "withdrawal" if one.entry_id is None else "entry",
        "entry_id": one.entry_id,
        "withdrawal_id": one.withdrawal_id,
        "amount": one.amount,
        "paper": seen.paper,
        "said": SaidView.of(context, steps[MADE]),
        "answer_by": _last_day(one) if due else None,
        "overdue": due and one.last.until is not None and now >= one.last.until,
        "answer": _answer(context, steps.get(ANSWERED)),
        "contest_by": _last_day(one) if status is ComplaintStatus.ANSWERED else None,
        "contest": SaidView.of(context, steps[CONTESTED]) if CONTESTED in steps else None,
        "last_answer": _answer(context, steps.get(ANSWERED_AGAIN)),
    }


def _answer(context: Context, step: Step | None) -> AnswerView | None:
    if step is None:
        return None
    assert step.upheld is not None
    return AnswerView(words=service.words(context, step), at=step.at, upheld=step.upheld)


def _last_day(one: Complaint) -> date | None:
    """Give the day whose end the next step has as its end."""
    return None if one.last.until is None else ledger.business_date(one.last.until - _MOMENT)
