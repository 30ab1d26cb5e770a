"""Why a delegation, or a payment to a delegate, is refused: one class per reason."""

from atm_service.refusals import Refusal


class DelegateIsCustomer(Refusal):
    """The delegate's card is the customer's own."""


class DelegationTooLong(Refusal):
    """It would end too late, or before it begins. Members `ends_on_min` and `ends_on_max`."""


class DelegationTooLarge(Refusal):
    """The ceiling or the month's sum is above the policy. Members `ceiling_max` and `per_month_max`."""


class DelegationRevoked(Refusal):
    """The customer has revoked it. Member `revoked_at`."""


class DelegationEnded(Refusal):
    """Its last day is over. Member `ended_on`."""


class DelegationCeiling(Refusal):
    """The amount is above what one withdrawal may be. Member `ceiling`."""


class DelegationMonth(Refusal):
    """The month's sum is used up. Members `per_month` and `remaining`."""


class DelegateRequired(Refusal):
    """The withdrawal is for a delegate: the delegate's card is needed too."""


class DelegateNotAsked(Refusal):
    """The withdrawal is for the customer and nobody else."""


class WrongDelegate(Refusal):
    """The card is not that of the delegate who was named. Member `remaining_attempts`."""
