from datetime import timedelta

import pytest

from atm_service.platform.policy import BankPayment
from atm_service.wallet.bank_payments import domain

RULES = BankPayment(amount_min=10_000, amount_max=100_000_000, fee=0, given_up_after_min=1_440)


def test_pauses_grow_and_are_bounded() -> None:
    """Three seconds after the first ask, then doubled, ten minutes at most."""
    pauses = [domain.pause(asks) for asks in (1, 2, 3, 9, 10_000)]
    assert pauses[:3] == [timedelta(seconds=3), timedelta(seconds=6), timedelta(seconds=12)]
    assert pauses[3:] == [timedelta(minutes=10), timedelta(minutes=10)]


@pytest.mark.parametrize(
    ("minutes", "ordered", "given_up"),
    [(0, True, False), (719, True, False), (720, False, False), (1_439, False, False), (1_440, False, True)],
)
def test_half_a_day_to_order_and_half_to_arrive(minutes: int, ordered: bool, given_up: bool) -> None:  # noqa: FBT001
    """What was ordered last has twelve hours to reach the bank before its absence there is believed."""
    age = timedelta(minutes=minutes)
    assert (domain.is_ordered(age, RULES), domain.is_given_up(age, RULES)) == (ordered, given_up)
