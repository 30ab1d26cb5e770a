"""Why a shift refuses: one class per reason."""

from typing import Final

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal
from atm_service.registers.offices.errors import DrawerFrozen, OfficeSuspended


@refused_as(
    409,
    "drawer-in-use",
    "Another clerk has this drawer",
    "Choose another drawer, or close that shift first.",
)
class DrawerInUse(Refusal):
    """Another clerk has a shift at this drawer. Members `shift_id` and `opened_at`."""


@refused_as(409, "shift-already-open", "Your shift is open already", "Go on at that drawer.")
class ShiftAlreadyOpen(Refusal):
    """The clerk has an open shift already. Member `drawer`."""


@refused_as(
    409,
    "no-open-shift",
    "There is no open shift",
    "Count the drawer and open a shift first.",
    audited=True,
)
class NoOpenShift(Refusal):
    """The clerk has no open shift, and so no drawer."""


@refused_as(
    409, "withdrawals-still-presented", "A payment is still in progress", "Pay or release it, then close."
)
class WithdrawalsStillPresented(Refusal):
    """Payments of this drawer are still in progress. Members `withdrawals`, their ids, and `amounts`."""


@refused_as(
    409,
    "colleague-has-no-drawer",
    "The colleague has no open shift",
    "Let the colleague count a drawer and open a shift first; then give the cash.",
)
class ColleagueHasNoDrawer(Refusal):
    """The colleague who is to take cash has no open shift, and so no drawer."""


@refused_as(
    404, "shift-unknown", "The office has no such open shift", "Look at the list of open shifts again."
)
class ShiftUnknown(Refusal):
    """The office has no open shift with this id."""


@refused_as(
    409,
    "take-over-not-granted",
    "This shift is another clerk's",
    "Ask a supervisor for leave to close it, then count.",
    audited=True,
)
class TakeOverNotGranted(Refusal):
    """The shift is another clerk's, and no supervisor has given leave to close it."""


@refused_as(409, "own-shift", "This shift is your own", "Close it in the usual way.")
class OwnShift(Refusal):
    """The shift is the caller's own: it is closed in the usual way."""


@refused_as(
    409,
    "colleague-not-proved",
    "The colleague's name or password is not right",
    "Let the other clerk of this office type both again.",
    audited=True,
)
class ColleagueNotProved(Refusal):
    """The user name and password are no other clerk's of this office."""


@refused_as(
    409,
    "colleague-first-password",
    "The colleague still has a first password",
    "The colleague signs in once and chooses an own one; then hand over again.",
)
class ColleagueFirstPassword(Refusal):
    """Somebody else has given the colleague this password: it proves nobody yet."""


@refused_as(
    409, "colleague-busy", "The colleague has an open shift", "The colleague closes that shift first."
)
class ColleagueBusy(Refusal):
    """The clerk who is to take the drawer over has an open shift already. Member `drawer`."""


AT_WORK: Final = (NoOpenShift, OfficeSuspended, DrawerFrozen)
"""What everything refuses that asks for a shift in which work goes on."""
