"""Why a deposit is refused: one class per reason, beside those of limits, shifts and approvals."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "confirmation-needed",
    "The account holder must confirm this amount",
    "Take the account holder's card or PIN: see `ways`.",
)
class ConfirmationNeeded(Refusal):
    """An amount as large as this takes the account holder's own card or PIN. Member `ways`."""
