"""Why a delegation, or a payment to a delegate, is refused: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409, "delegate-is-customer", "The delegate's card is the customer's own", "Read the delegate's card."
)
class DelegateIsCustomer(Refusal):
    """The delegate's card is the customer's own."""


@refused_as(
    409,
    "delegation-too-long",
    "A delegation lasts twelve months at most",
    "Choose a last day from `ends_on_min` to `ends_on_max`.",
)
class DelegationTooLong(Refusal):
    """It would end too late, or before it begins. Members `ends_on_min` and `ends_on_max`."""


@refused_as(
    409,
    "delegation-too-large",
    "The delegation is for more than the policy allows",
    "Choose at most `ceiling_max` each time and `per_month_max` a month; no less a month than each time.",
)
class DelegationTooLarge(Refusal):
    """The ceiling or the month's sum is above the policy. Members `ceiling_max` and `per_month_max`."""


@refused_as(
    409,
    "delegation-revoked",
    "The customer has revoked the delegation",
    "Do not pay. The delegate asks the customer.",
    audited=True,
)
class DelegationRevoked(Refusal):
    """The customer has revoked it. Member `revoked_at`."""


@refused_as(
    409,
    "delegation-ended",
    "The delegation's last day is over",
    "Do not pay. The customer makes a new delegation, in person.",
    audited=True,
)
class DelegationEnded(Refusal):
    """Its last day is over. Member `ended_on`."""


@refused_as(
    409,
    "delegation-ceiling",
    "More than the delegate may collect at a time",
    "Choose at most `ceiling`.",
    audited=True,
)
class DelegationCeiling(Refusal):
    """The amount is above what one withdrawal may be. Member `ceiling`."""


@refused_as(
    409,
    "delegation-month",
    "The delegate's month is used up",
    "Choose at most `remaining`, or wait for next month.",
    audited=True,
)
class DelegationMonth(Refusal):
    """The month's sum is used up. Members `per_month` and `remaining`."""


@refused_as(409, "delegate-required", "This cash is for a delegate", "Read the delegate's card too.")
class DelegateRequired(Refusal):
    """The withdrawal is for a delegate: the delegate's card is needed too."""


@refused_as(
    409,
    "delegate-not-asked",
    "This cash is for the customer alone",
    "Do not pay anybody else. Read the customer's own card.",
    audited=True,
)
class DelegateNotAsked(Refusal):
    """The withdrawal is for the customer and nobody else."""


@refused_as(
    403,
    "wrong-delegate",
    "The card is not the delegate's",
    "Do not pay. Check the delegate's card; only who is named may collect.",
    audited=True,
)
class WrongDelegate(Refusal):
    """The card is not that of the delegate who was named. Member `remaining_attempts`."""
