"""Who may be on the staff. Pure."""

import re
from typing import Final, Literal

from atm_service.registers.staff.errors import NameInvalid, OfficeNeeded, PasswordTooShort, UsernameInvalid

Role = Literal["clerk", "supervisor", "operator", "auditor"]

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 128
NAME_MAX: Final = 70


def check_password(password: str) -> None:
    """Raise `PasswordTooShort` for a password that cannot be one."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordTooShort(PasswordTooShort.__doc__)


def check(username: str, password: str, role: Role, office: str | None, display_name: str) -> None:
    """Raise the `StaffInvalid` that says what is wrong with a new member of staff."""
    if not USERNAME.fullmatch(username):
        raise UsernameInvalid(UsernameInvalid.__doc__)
    check_password(password)
    if not 1 <= len(display_name) <= NAME_MAX or not display_name.isprintable() or display_name.isspace():
        raise NameInvalid(NameInvalid.__doc__)
    if role == "clerk" and office is None:
        raise OfficeNeeded(OfficeNeeded.__doc__)
