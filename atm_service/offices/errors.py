"""Why an office, a drawer or a shift refuses: one class per reason."""

from atm_service.refusals import Refusal


class OfficeUnknown(Refusal):
    """There is no office with this code."""


class OfficeNotActive(Refusal):
    """The office is not active. Member `state`."""


class StateUnchanged(Refusal):
    """The office is in this state already. Member `state`."""


class StateDoesNotFollow(Refusal):
    """This state does not follow the office's present one. Members `state` and `may`, those that do."""


class ForOperator(Refusal):
    """Opening and closing an office for good is the operator's; a supervisor suspends and resumes."""


class ChecklistIncomplete(Refusal):
    """Not every item of the checklist is passed. Member `missing`."""


class ShiftsStillOpen(Refusal):
    """Somebody has an open shift at the office. Member `drawers`."""


class DeliveriesStillOpen(Refusal):
    """Cash is ordered, or on the road, to or from the office. Member `deliveries`, their ids."""


class CashStillThere(Refusal):
    """The ledger has cash at the office. Member `places`."""


class OfficeClosed(Refusal):
    """The office is closed for good: nothing of it changes any more."""


class HoursUnreadable(Refusal):
    """Opening hours of one day are not up to four ranges, in order and apart: `07:30-11:30 13:30-17:00`."""


class DrawerUnknown(Refusal):
    """The office has no drawer with this number."""


class DrawerInUse(Refusal):
    """Another clerk has a shift at this drawer. Members `shift_id` and `opened_at`."""


class ShiftAlreadyOpen(Refusal):
    """The clerk has an open shift already. Member `drawer`."""


class NoOpenShift(Refusal):
    """The clerk has no open shift, and so no drawer."""


class WithdrawalsStillPresented(Refusal):
    """Payments of this drawer are still in progress. Members `withdrawals`, their ids, and `amounts`."""


class ShiftUnknown(Refusal):
    """The office has no open shift with this id."""


class TakeOverNotGranted(Refusal):
    """The shift is another clerk's, and no supervisor has given leave to close it."""


class OwnShift(Refusal):
    """The shift is the caller's own: it is closed in the usual way."""


class ColleagueNotProved(Refusal):
    """The user name and password are no other clerk's of this office."""


class ColleagueBusy(Refusal):
    """The clerk who is to take the drawer over has an open shift already. Member `drawer`."""
