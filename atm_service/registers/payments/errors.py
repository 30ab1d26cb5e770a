"""Why a top-up is refused: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(404, "bank-link-unknown", "No such linked account", "Link the bank account first.")
class BankLinkUnknown(Refusal):
    """The customer has no such linked account."""


@refused_as(
    409,
    "top-up-out-of-range",
    "The amount is too small or too large",
    "Stay within the amounts named here.",
)
class TopUpOutOfRange(Refusal):
    """The amount is below or above what one top-up may be. Members `amount_min` and `amount_max`."""
