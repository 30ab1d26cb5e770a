"""Why an office, a drawer or a shift refuses: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(404, "office-unknown", "No office has this code", "Choose one of /wallet/v1/offices.")
class OfficeUnknown(Refusal):
    """There is no office with this code."""


@refused_as(409, "office-not-active", "This office does not pay at present", "Choose another office.")
class OfficeNotActive(Refusal):
    """The office is not active. Member `state`."""


@refused_as(
    409,
    "office-suspended",
    "This office is suspended and pays nobody",
    "Pay nothing. Send the customer to one of `elsewhere`; count and close your drawer.",
    audited=True,
)
class OfficeSuspended(Refusal):
    """The office was suspended while the shift was open.

    Member `elsewhere`: names of offices that can pay what was presented, the nearest first.
    """


@refused_as(
    409,
    "drawer-frozen",
    "This drawer is frozen",
    "Pay nothing and take nothing out. Count it, close it, and call your supervisor.",
    audited=True,
)
class DrawerFrozen(Refusal):
    """A supervisor has frozen the drawer: it may only be counted and closed."""


@refused_as(409, "freeze-unchanged", "It is so already", "Look at it again.")
class FreezeUnchanged(Refusal):
    """The drawer or the customer is frozen, or is not, already."""


@refused_as(409, "state-unchanged", "The office is in this state already", "Look at the office again.")
class StateUnchanged(Refusal):
    """The office is in this state already. Member `state`."""


@refused_as(
    409,
    "state-does-not-follow",
    "This does not follow the office's present state",
    "Choose one of `may`; go step by step.",
)
class StateDoesNotFollow(Refusal):
    """This state does not follow the office's present one. Members `state` and `may`, those that do."""


@refused_as(403, "for-operator", "This is the operator's to say", "Ask an operator.", audited=True)
class ForOperator(Refusal):
    """Opening and closing an office for good is the operator's; a supervisor suspends and resumes."""


@refused_as(
    409,
    "checklist-incomplete",
    "The checklist is not complete",
    "Check the items of `missing` off, then try again.",
)
class ChecklistIncomplete(Refusal):
    """Not every item of the checklist is passed. Member `missing`."""


@refused_as(
    409,
    "shifts-still-open",
    "A shift is open at the office",
    "Let the shifts of `drawers` be closed by a count.",
)
class ShiftsStillOpen(Refusal):
    """Somebody has an open shift at the office. Member `drawers`."""


@refused_as(
    409,
    "deliveries-still-open",
    "Cash of the office is ordered or on the road",
    "Let each delivery be received or called off.",
)
class DeliveriesStillOpen(Refusal):
    """Cash is ordered, or on the road, to or from the office. Member `deliveries`, their ids."""


@refused_as(
    409,
    "cash-still-there",
    "The ledger has cash at the office",
    "Move it from `places` to the vault and send it to the area.",
)
class CashStillThere(Refusal):
    """The ledger has cash at the office. Member `places`."""


@refused_as(409, "office-closed", "The office is closed for good", "Plan a new office with the next number.")
class OfficeClosed(Refusal):
    """The office is closed for good: nothing of it changes any more."""


@refused_as(
    409,
    "hours-unreadable",
    "These are no opening hours",
    "Write each day as 07:30-11:30 13:30-17:00, and nothing for a day off.",
)
class HoursUnreadable(Refusal):
    """Opening hours of one day are not up to four ranges, in order and apart: `07:30-11:30 13:30-17:00`."""


@refused_as(404, "drawer-unknown", "The office has no such drawer", "Choose another number.")
class DrawerUnknown(Refusal):
    """The office has no drawer with this number."""
