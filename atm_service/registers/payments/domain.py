"""The rules of a top-up. Pure."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from atm_service.platform.policy import TopUp
from atm_service.registers.payments.errors import TopUpOutOfRange

FIRST_PAUSE: Final = timedelta(seconds=3)
LONGEST_PAUSE: Final = timedelta(minutes=10)

NOT_REACHED: Final = "bank-not-reached"


class TopUpStatus(StrEnum):
    """Where a top-up stands. Pending: the bank's answer is not known yet. The others are final."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


def check_amount(amount: int, rules: TopUp) -> None:
    """Raise `TopUpOutOfRange` unless the policy allows the amount."""
    if not rules.amount_min <= amount <= rules.amount_max:
        raise TopUpOutOfRange(amount_min=rules.amount_min, amount_max=rules.amount_max)


def pause(asks: int) -> timedelta:
    """Give how long to wait after the bank was asked `asks` times in vain: 3 s, doubled up to 10 min."""
    doublings = min(max(asks - 1, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
