"""The second clerk at a drawer, who proves who it is: for a hand-over, or for cash from drawer to drawer."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.promises.shifts import errors
from atm_service.registers.customers.errors import WrongCredentials
from atm_service.registers.notes.schemas import Counts
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.errors import PasswordMustBeChanged
from atm_service.registers.staff.passwords import LENGTH_MAX


class ColleagueRequest(BaseModel):
    """What was counted, and the user name and password of the clerk who takes it."""

    model_config = ConfigDict(extra="forbid")

    counts: Counts
    username: str = Field(min_length=1, max_length=32, examples=["huong.05971"])
    password: str = Field(min_length=1, max_length=LENGTH_MAX, repr=False, examples=["mot-cau-dai-de-nho"])


def prove(context: Context, clerk: Caller, body: ColleagueRequest, now: datetime) -> Caller:
    """Let the other clerk prove who it is, outside any transaction.

    Raises `ColleagueNotProved` and `ColleagueFirstPassword`.
    """
    try:
        colleague = staff.prove(context, body.username, body.password, clerk, now)
    except WrongCredentials:
        raise errors.ColleagueNotProved from None
    except PasswordMustBeChanged:
        raise errors.ColleagueFirstPassword from None
    if (colleague.role, colleague.office) != ("clerk", clerk.office) or colleague.subject == clerk.subject:
        raise errors.ColleagueNotProved
    return colleague
