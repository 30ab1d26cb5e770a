"""Why somebody cannot be added to the staff. For the command line; none of these reaches HTTP."""


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


class NameInvalid(StaffInvalid):
    """A display name is one printable line of 1 to 70 characters."""
