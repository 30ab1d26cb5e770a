from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from atm_service.platform import policy
from atm_service.platform.refusals import Refusal
from atm_service.promises.complaints import domain, errors
from atm_service.promises.complaints.domain import Complaint, ComplaintKind, ComplaintStatus, Step
from atm_service.registers.offices.hours import USUAL, Hours
from atm_service.registers.staff.errors import DeciderTied

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
RULES = policy.load("bank_agent").complaint
CUSTOMER, THU, HOA = UUID(int=1), UUID(int=2), UUID(int=3)


def complaint(steps: int = 1, **changes: Any) -> Complaint:
    """Give a complaint with so many steps, answered by Thu a day after it was made, to be contested for a day."""
    said = [
        Step(UUID(int=11), 1, CUSTOMER, MONDAY, MONDAY + timedelta(days=5), None, b""),
        Step(UUID(int=12), 2, THU, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2), False, b""),
        Step(UUID(int=13), 3, CUSTOMER, MONDAY + timedelta(days=1), MONDAY + timedelta(days=7), None, b""),
        Step(UUID(int=14), 4, HOA, MONDAY + timedelta(days=3), None, True, b""),
    ]
    facts: dict[str, Any] = {
        "id": UUID(int=9),
        "serial": 123,
        "customer_id": CUSTOMER,
        "kind": ComplaintKind.NOT_RECEIVED,
        "entry_id": UUID(int=8),
        "withdrawal_id": None,
        "office": "05971-1",
        "amount": 2_000_000,
        "made_at": MONDAY,
        "steps": tuple(said[:steps]),
    }
    return Complaint(**facts | changes)


def refused(check: Any, *args: Any) -> type[Refusal] | None:
    try:
        check(*args)
    except Refusal as refusal:
        return type(refusal)
    return None


def test_the_number_has_its_year_in_vietnam() -> None:
    """What is made in the first hours of a year bears it, and a million more are only longer."""
    assert complaint().number == "KN-2026-000123"
    assert (
        complaint(made_at=datetime(2026, 12, 31, 17, tzinfo=UTC), serial=1_234_567).number
        == "KN-2027-1234567"
    )


@pytest.mark.parametrize(
    ("steps", "later", "status"),
    [
        (1, 100, ComplaintStatus.OPEN),
        (2, 1.9, ComplaintStatus.ANSWERED),
        (2, 2, ComplaintStatus.CLOSED),
        (3, 100, ComplaintStatus.CONTESTED),
        (4, 3, ComplaintStatus.CLOSED),
    ],
)
def test_the_status_follows_from_the_steps_and_the_time(
    steps: int, later: float, status: ComplaintStatus
) -> None:
    """An answer that nobody contests in time closes it by itself."""
    assert complaint(steps).status(MONDAY + timedelta(days=later)) is status


@pytest.mark.parametrize(
    ("steps", "by", "kin", "why"),
    [
        (1, THU, (), None),
        (2, HOA, (), errors.ComplaintAnswered),
        (3, HOA, (), None),
        (3, THU, (), errors.AnsweredByYou),
        (3, HOA, (THU,), DeciderTied),
        (4, HOA, (), errors.ComplaintAnswered),
    ],
)
def test_who_may_answer(steps: int, by: UUID, kin: tuple[UUID, ...], why: type[Refusal] | None) -> None:
    """Once; and what is contested, by another person, who is not perhaps the same under another name."""
    assert refused(complaint(steps).check_answer, by, frozenset(kin)) is why


@pytest.mark.parametrize(
    ("steps", "later", "why"),
    [
        (1, 1, errors.NotAnsweredYet),
        (2, 1.99, None),
        (2, 2, errors.ContestTooLate),
        (3, 1, errors.ContestedBefore),
        (4, 1, errors.ContestedBefore),
    ],
)
def test_when_an_answer_may_be_contested(steps: int, later: float, why: type[Refusal] | None) -> None:
    """Once, and until the moment that was told."""
    assert refused(complaint(steps).check_contest, MONDAY + timedelta(days=later)) is why


def last_day(hours: Hours, now: datetime = MONDAY, kind: ComplaintKind = ComplaintKind.NOT_RECEIVED) -> date:
    """Give the last day of the promise: a moment before its end, in Vietnam."""
    return (domain.answer_by(kind, hours, now, RULES) + timedelta(hours=7, microseconds=-1)).date()


def test_five_working_days_are_days_on_which_the_office_is_open() -> None:
    """The day itself does not count, a Sunday off and Tết do not, an office's own Saturday off does not."""
    usual = Hours()
    assert last_day(usual) == date(2026, 11, 21)
    assert last_day(usual, MONDAY + timedelta(days=1)) == date(2026, 11, 23)
    assert last_day(Hours((USUAL,) * 5 + ((), ()))) == date(2026, 11, 23)
    tet = {date(2026, 11, 17) + timedelta(days=number): () for number in range(7)}
    assert last_day(Hours(instead=tet)) == date(2026, 11, 28)
    assert last_day(usual, kind=ComplaintKind.SERVICE) == date(2026, 11, 27)
    # Half past midnight of the 17th in Lạng Sơn is still the 16th in London.
    assert last_day(usual, datetime(2026, 11, 16, 17, 30, tzinfo=UTC)) == date(2026, 11, 23)


def test_an_office_that_is_never_open_promises_something() -> None:
    """Sixty days, and no more."""
    assert last_day(Hours(((),) * 7)) == date(2027, 1, 15)


def test_how_often_one_may_complain() -> None:
    """The same of the same thing once; and so many wait at most, whatever they are about."""
    most = RULES.waiting_max
    assert refused(domain.check_new, most - 1, [], RULES) is None
    assert refused(domain.check_new, most, [], RULES) is errors.TooManyComplaints
    assert refused(domain.check_new, most, [UUID(int=5)], RULES) is errors.AlreadyComplained
