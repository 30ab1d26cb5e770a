"""Why a deposit is refused: one class per reason, beside those of limits, shifts and approvals."""

from atm_service.refusals import Refusal


class ConfirmationNeeded(Refusal):
    """An amount as large as this takes the account holder's own card or PIN. Member `ways`."""
