"""What a delegation allows: pure rules, each at its boundary."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform import policy
from atm_service.registers.delegations import errors
from atm_service.registers.delegations.domain import Delegation, check_amounts, check_end, latest_end
from atm_service.registers.withdrawals.errors import WrongOffice

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
RULES = policy.load("bank_agent").delegation


def delegation(**changes: object) -> Delegation:
    made = Delegation(
        id=uuid4(),
        customer_id=uuid4(),
        delegate_print=b"print",
        delegate_sealed=b"sealed",
        ceiling=2_000_000,
        per_month=3_000_000,
        office="05971-1",
        begins_on=date(2026, 11, 16),
        ends_on=date(2027, 5, 31),
        made_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def check(
    made: Delegation, amount: int = 1_000_000, so_far: int = 0, office: str = "05971-1", now: datetime = NOW
) -> None:
    made.check(amount, so_far, office, now)


def test_within_everything_it_allows() -> None:
    """The ceiling itself, and the month's last đồng."""
    check(delegation(), 2_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("made", "asked", "refusal"),
    [
        (delegation(revoked_at=NOW), {}, errors.DelegationRevoked),
        (delegation(), {"now": datetime(2027, 5, 31, 17, 0, tzinfo=UTC)}, errors.DelegationEnded),
        (delegation(), {"office": "05974-1"}, WrongOffice),
        (delegation(), {"amount": 2_000_001}, errors.DelegationCeiling),
        (delegation(), {"amount": 1_000_000, "so_far": 2_000_001}, errors.DelegationMonth),
    ],
)
def test_one_refusal_a_reason(made: Delegation, asked: dict[str, object], refusal: type[Exception]) -> None:
    """One step beyond each bound."""
    with pytest.raises(refusal):
        check(made, **asked)  # type: ignore[arg-type]


def test_the_last_day_counts_whole() -> None:
    """Until midnight in Vietnam."""
    check(delegation(), now=datetime(2027, 5, 31, 16, 59, 59, tzinfo=UTC))


def test_refusals_have_an_order() -> None:
    """Revoked before ended, ended before the office, the office before the amounts."""
    late = NOW + timedelta(days=900)
    for made, now, office, refusal in (
        (delegation(revoked_at=NOW), late, "05974-1", errors.DelegationRevoked),
        (delegation(), late, "05974-1", errors.DelegationEnded),
        (delegation(), NOW, "05974-1", WrongOffice),
        (delegation(), NOW, "05971-1", errors.DelegationCeiling),
    ):
        with pytest.raises(refusal):
            check(made, 9_000_000, 9_000_000, office, now)


def test_the_month_says_what_is_left() -> None:
    """Never less than nothing."""
    for so_far, left in ((2_500_000, 500_000), (9_000_000, 0)):
        with pytest.raises(errors.DelegationMonth) as refused:
            check(delegation(), 1_000_000, so_far)
        assert refused.value.members["remaining"] == left


@given(st.dates(date(2024, 1, 1), date(2090, 1, 1)))
def test_twelve_months_are_never_more(begins_on: date) -> None:
    """The latest end is the same day of the next year, or the day before where there is none."""
    latest = latest_end(begins_on)
    assert (latest.year, latest.month) == (begins_on.year + 1, begins_on.month)
    assert latest.day == min(begins_on.day, 28 if begins_on.month == 2 else 31)
    check_end(begins_on, latest)
    for wrong in (latest + timedelta(days=1), begins_on - timedelta(days=1)):
        with pytest.raises(errors.DelegationTooLong):
            check_end(begins_on, wrong)


@pytest.mark.parametrize(
    ("ceiling", "per_month"),
    [
        (RULES.ceiling_max + 1, RULES.per_month_max),
        (RULES.ceiling_max, RULES.per_month_max + 1),
        (1_000_000, 999_999),
    ],
)
def test_the_policy_bounds_the_sums(ceiling: int, per_month: int) -> None:
    """Neither sum above the policy's, nor a month below one time."""
    with pytest.raises(errors.DelegationTooLarge):
        check_amounts(ceiling, per_month, RULES)
    check_amounts(RULES.ceiling_max, RULES.per_month_max, RULES)
