from datetime import timedelta

import pytest

from atm_service.platform.policy import TopUp
from atm_service.registers.payments import domain
from atm_service.registers.payments.errors import TopUpOutOfRange

RULES = TopUp(amount_min=10_000, amount_max=100_000_000, given_up_after_min=1_440)


@pytest.mark.parametrize("amount", [10_000, 10_001, 100_000_000])
def test_allowed(amount: int) -> None:
    """The smallest and the largest amount of the policy are allowed."""
    domain.check_amount(amount, RULES)


@pytest.mark.parametrize("amount", [1, 9_999, 100_000_001])
def test_refused(amount: int) -> None:
    """One đồng less or more is refused with both bounds."""
    with pytest.raises(TopUpOutOfRange) as refused:
        domain.check_amount(amount, RULES)
    assert refused.value.members == {"amount_min": 10_000, "amount_max": 100_000_000}


def test_pauses_grow_and_are_bounded() -> None:
    """Three seconds after the first ask, then doubled, ten minutes at most."""
    pauses = [domain.pause(asks) for asks in (1, 2, 3, 9, 10_000)]
    assert pauses[:3] == [timedelta(seconds=3), timedelta(seconds=6), timedelta(seconds=12)]
    assert pauses[3:] == [timedelta(minutes=10), timedelta(minutes=10)]
