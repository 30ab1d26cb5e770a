"""Why a phone number is not taken as proved."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    403,
    "phone-code-wrong",
    "This is not the code that was sent",
    "Look at the newest message and type its digits. Another code can be asked for.",
    audited=True,
)
class PhoneCodeWrong(Refusal):
    """The digits are not those that were sent. Member `remaining_attempts`."""


@refused_as(
    410, "phone-code-over", "This code is good no more", "Ask for a new one, and use the newest message."
)
class PhoneCodeOver(Refusal):
    """The code is too old, or wrong digits were given for it too often."""


@refused_as(
    409,
    "phone-not-proved",
    "The phone number is not proved",
    "Ask for a code for this number and type its digits; a proof is good once.",
)
class PhoneNotProved(Refusal):
    """The proof is of another number or purpose, was used already, is too old, or is none."""
