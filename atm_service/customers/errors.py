"""Why a customer is refused: one class per reason."""

from atm_service.refusals import Refusal


class WrongCredentials(Refusal):
    """The phone number, user name, PIN or password is not right; which of them is not said."""


class SessionEnded(Refusal):
    """The refresh token is unknown, used already, ended or too old."""


class ApplicantRefused(Refusal):
    """The application's data break a rule. Members `field` and `reason`."""


class PayeeUnknown(Refusal):
    """No customer has this phone number or this card."""


class AlreadyDecided(Refusal):
    """The application has its decision. Member `decision`: approved or rejected."""
