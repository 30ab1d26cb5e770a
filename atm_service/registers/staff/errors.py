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


class OfficeNeeded(StaffInvalid):
    """A clerk belongs to an office."""


class OfficeMissing(StaffInvalid):
    """There is no office with this code."""


class AreaWrong(StaffInvalid):
    """An area is one that has offices, and only a supervisor has one."""


class NotFirst(StaffInvalid):
    """There is a staff already: one of its operators adds you."""


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
    409, "own-rights", "Nobody changes their own rights", "Ask another supervisor or operator.", audited=True
)
class OwnRights(Refusal):
    """A member of staff would switch off, move or reset themselves."""


@refused_as(409, "rights-unchanged", "It is so already", "Look at the list of the staff again.")
class RightsUnchanged(Refusal):
    """The member is in this state, or at this office, already."""
