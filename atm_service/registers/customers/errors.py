"""Why a customer is refused: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    401, "wrong-credentials", "The sign-in is not right", "Check both fields and try again.", audited=True
)
class WrongCredentials(Refusal):
    """The phone number, user name, PIN or password is not right; which of them is not said."""


@refused_as(401, "session-ended", "The session has ended", "Sign in again.")
class SessionEnded(Refusal):
    """The refresh token is unknown, used already, ended or too old."""


@refused_as(
    409, "applicant-refused", "The application's data break a rule", "Correct the field named in `field`."
)
class ApplicantRefused(Refusal):
    """The application's data break a rule. Members `field` and `reason`."""


@refused_as(
    409,
    "pin-weak",
    "This PIN is guessed too easily",
    "Choose six digits that are no date, no run, no part of your numbers, and not the PIN of before.",
)
class PinWeak(Refusal):
    """The new PIN is among the first that a thief tries, or is the old one."""


@refused_as(
    409,
    "frozen-by-customer",
    "The customer has frozen this wallet",
    "Only the customer has it thawed: in person at any counter, with the identity card.",
)
class FrozenByCustomer(Refusal):
    """The staff do not thaw from afar what the customer has frozen."""


@refused_as(
    403,
    "face-not-matched",
    "The face was not recognised",
    "Take another picture in good light, without hat or glasses. If it fails again, the hotline helps.",
    audited=True,
)
class FaceNotMatched(Refusal):
    """The provider did not find the face of the card. Each picture that is compared is counted."""


@refused_as(
    404,
    "payee-unknown",
    "No customer has this phone number or card",
    "Ask for the number again. Take no cash, and send nothing, before the name is shown.",
    audited=True,
)
class PayeeUnknown(Refusal):
    """No customer has this phone number or this card."""


@refused_as(409, "already-decided", "This application has its decision", "Look at `decision`.", audited=True)
class AlreadyDecided(Refusal):
    """The application has its decision. Member `decision`: approved or rejected."""
