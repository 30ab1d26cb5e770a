"""Why an office, a drawer or a shift refuses: one class per reason."""

from atm_service.refusals import Refusal


class OfficeUnknown(Refusal):
    """There is no office with this code."""


class OfficeNotActive(Refusal):
    """The office is planned or suspended. Member `state`."""


class DrawerUnknown(Refusal):
    """The office has no drawer with this number."""


class DrawerInUse(Refusal):
    """Another clerk has a shift at this drawer."""


class ShiftAlreadyOpen(Refusal):
    """The clerk has an open shift already. Member `drawer`."""


class NoOpenShift(Refusal):
    """The clerk has no open shift, and so no drawer."""


class WithdrawalsStillPresented(Refusal):
    """Payments of this drawer are still in progress. Member `withdrawals`."""
