"""Why somebody cannot be added to the staff, for the command line alone; and what is refused over HTTP too."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


class StaffInvalid(ValueError):  # noqa: N818  a "no" by rule; the subclasses are the reasons
    """The facts of a new member of staff break a rule."""


class UsernameInvalid(StaffInvalid):
    """A user name is 3 to 32 of a-z, 0-9 and `._-`, and starts with a letter or digit."""


class UsernameTaken(StaffInvalid):
    """Somebody has this user name."""


class PasswordTooShort(StaffInvalid):
    """A password has 12 to 128 characters."""


class PasswordGuessable(StaffInvalid):
    """This password is easy to guess: take four words that do not belong together, nothing of a name or an office."""


class OfficeNeeded(StaffInvalid):
    """A clerk belongs to an office."""


class OfficeMissing(StaffInvalid):
    """There is no office with this code."""


class AreaWrong(StaffInvalid):
    """An area is one that has offices, and only a supervisor has one."""


class NotFirst(StaffInvalid):
    """There are two on the staff already: one of the operators adds you."""


class AddedAlone(StaffInvalid):
    """Whoever decides for others is proposed by one and approved by another."""


class NameInvalid(StaffInvalid):
    """A display name is one printable line of 1 to 70 characters."""


@refused_as(
    403,
    "password-must-be-changed",
    "This password was given by somebody else",
    "Choose one of your own: see /staff/v1/password.",
)
class PasswordMustBeChanged(Refusal):
    """The password is right, and good only for choosing another."""


@refused_as(
    409,
    "password-unfit",
    "This cannot be the new password",
    "Choose 12 to 128 characters, other than the old ones.",
)
class PasswordUnfit(Refusal):
    """The new password is too short, too long, or the old one."""


@refused_as(
    409,
    "password-common",
    "This password is easy to guess",
    "Choose four words that do not belong together, and nothing of your name or office.",
)
class PasswordCommon(Refusal):
    """The new password is known to everybody, or made of names and words that are."""


@refused_as(
    401,
    "second-factor-needed",
    "A passkey, or a code of the authenticator, is needed too",
    "Answer `passkey` at /staff/v1/sessions/passkey, or send the authenticator's six digits as `code`.",
)
class SecondFactorNeeded(Refusal):
    """The password is right, and the member has a second factor. Member `passkey`: what to ask a passkey, if any."""


@refused_as(
    401,
    "second-factor-wrong",
    "This code is not right, or was used",
    "Wait for the next code of the authenticator; its clock must be right. Each code is good once.",
    audited=True,
)
class SecondFactorWrong(Refusal):
    """The code is not of now, or was used before. Member `remaining_attempts`: 0 when the door is shut now."""


@refused_as(
    401,
    "passkey-wrong",
    "The passkey was not accepted",
    "Begin again: each challenge is good once, for minutes, and for its owner's device alone.",
    audited=True,
)
class PasskeyWrong(Refusal):
    """No passkey of this member has signed this, now and here. Member `remaining_attempts`: 0 when the door is shut."""


@refused_as(
    409, "passkeys-full", "There are as many passkeys as one member may have", "Remove one that is not used."
)
class PasskeysFull(Refusal):
    """The member has as many passkeys as the policy lets one have."""


@refused_as(
    403,
    "second-factor-to-enrol",
    "This role needs an authenticator first",
    "Get a secret at /staff/v1/second-factor, put it into an authenticator, and sign in with its code.",
)
class SecondFactorToEnrol(Refusal):
    """The password is right, and the role asks for a second factor that the member has not enrolled yet."""


@refused_as(
    409,
    "second-factor-stands",
    "An authenticator is enrolled already",
    "Sign in with its code. If it is lost, ask an operator for a reset.",
    audited=True,
)
class SecondFactorStands(Refusal):
    """The member has a second factor: it is replaced by a reset alone."""


@refused_as(
    409, "own-rights", "Nobody changes their own rights", "Ask another supervisor or operator.", audited=True
)
class OwnRights(Refusal):
    """A member of staff would switch off, move or reset themselves, or change their own role."""


@refused_as(
    409,
    "place-unfit",
    "This role has another place",
    "Give a clerk an office, a supervisor an area or nothing, anybody else nothing.",
)
class PlaceUnfit(Refusal):
    """A clerk has an office, a supervisor may have an area that there is, and nobody else has either."""


@refused_as(409, "rights-unchanged", "It is so already", "Look at the list of the staff again.")
class RightsUnchanged(Refusal):
    """The member is in this state, at this office, or of this role and place, already."""


@refused_as(
    403,
    "decider-tied",
    "You and whoever asked may be one person",
    "One of you, or one other for both, has lately given the other's rights or password: leave it to somebody else.",
    audited=True,
)
class DeciderTied(Refusal):
    """Within the policy's time one hand has added, promoted or reset the one, and is or has done so to the other."""
