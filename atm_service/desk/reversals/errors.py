"""Why a deposit cannot be undone; what a withdrawal refuses stands with the withdrawals."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "money-spent",
    "The deposited money is spent",
    "Give no cash back. Tell the supervisor.",
    audited=True,
)
class MoneySpent(Refusal):
    """The customer has spent the deposited money: taking it back would leave the account below zero."""
