"""Why nothing is sent from the phone: one class per reason, beside those of amounts, limits, PIN and funds."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    400,
    "receive-code-malformed",
    "This is not a code for receiving money",
    "Take the one that the other wallet shows under receiving money, or type the phone number.",
)
class ReceiveCodeMalformed(Refusal):
    """What was scanned or typed names no wallet."""


@refused_as(
    409,
    "intention-lapsed",
    "The name that was shown is from too long ago",
    "Nothing was sent. Look the person up again, and compare name and fee.",
)
class IntentionLapsed(Refusal):
    """Too much time has passed since the payee was looked up, the fee is another, or it was looked up by others."""


@refused_as(
    409,
    "already-sent",
    "This was sent already",
    "Do not send it again: look at the transfer in `transfer_id`.",
    audited=True,
)
class AlreadySent(Refusal):
    """What was confirmed was sent before, under another key. Member `transfer_id`."""


@refused_as(
    409,
    "payee-cannot-receive",
    "This person's wallet takes no money now",
    "Nothing was sent. Ask the person to call the hotline, or send it later.",
    audited=True,
)
class PayeeCannotReceive(Refusal):
    """The payee's wallet is stopped; why is not for the payer to know."""
