"""Why a deposit or a transfer is refused: one class per reason, beside those of limits, shifts and approvals."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(409, "proposal-lapsed", "This was begun in another shift", "Begin again; nothing has moved.")
class ProposalLapsed(Refusal):
    """It was proposed on another day, in another shift or by another clerk."""


@refused_as(
    409,
    "confirmation-needed",
    "The account holder must confirm this amount",
    "Take the account holder's card or PIN: see `ways`.",
)
class ConfirmationNeeded(Refusal):
    """An amount as large as this takes the account holder's own card or PIN. Member `ways`."""


@refused_as(
    409,
    "wrong-name",
    "This is not the account holder's name",
    "Ask once more for the whole name, or take the account holder's card or PIN.",
    audited=True,
)
class WrongName(Refusal):
    """Another name than the account holder's was typed. Member `remaining_attempts`."""


@refused_as(404, "payer-card-unknown", "No customer has this card", "Look at the card again.", audited=True)
class PayerUnknown(Refusal):
    """No customer has this card."""
