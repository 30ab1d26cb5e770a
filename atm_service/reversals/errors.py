"""Why a deposit cannot be undone; what a withdrawal refuses stands with the withdrawals."""

from atm_service.refusals import Refusal


class MoneySpent(Refusal):
    """The customer has spent the deposited money: taking it back would leave the account below zero."""
