"""Who may be on the staff. Pure."""

import re
from typing import Final, Literal
from uuid import UUID

from atm_service.registers.staff.errors import NameInvalid, OfficeNeeded, UsernameInvalid

Role = Literal["clerk", "supervisor", "operator", "auditor"]
DECIDING: Final = frozenset({"supervisor", "operator", "auditor"})
"""The roles that decide for others: they sign in with a second factor, and nobody gives them alone."""
FIRST: Final = 2
"""How many operators are added with nobody signed in: fewer could add nobody else."""

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
NAME_MAX: Final = 70


def proposed(by: UUID | None) -> dict[str, str]:
    """Give what the trail keeps of who proposed a change to somebody who decides for others."""
    return {} if by is None else {"proposed_by": str(by)}


def check(username: str, role: Role, office: str | None, display_name: str) -> None:
    """Raise the `StaffInvalid` that says what is wrong with a new member of staff."""
    if not USERNAME.fullmatch(username):
        raise UsernameInvalid(UsernameInvalid.__doc__)
    if not 1 <= len(display_name) <= NAME_MAX or not display_name.isprintable() or display_name.isspace():
        raise NameInvalid(NameInvalid.__doc__)
    if role == "clerk" and office is None:
        raise OfficeNeeded(OfficeNeeded.__doc__)
