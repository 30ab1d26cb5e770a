"""Why a request for approval, its decision or its use is refused: one class per reason."""

from atm_service.refusals import Refusal


class ApprovalNeeded(Refusal):
    """This takes a supervisor's approval, and none was asked for. Member `above`: the threshold in đồng, if any."""


class ApprovalWaiting(Refusal):
    """The request has not been decided yet. Member `approval_id`."""


class ApprovalRefused(Refusal):
    """A supervisor said no. Member `approval_id`."""


class ApprovalExpired(Refusal):
    """The business day of the request is over. Member `expired_at`."""


class ApprovalUsed(Refusal):
    """What was approved has been done. Member `approval_id`."""


class AlreadyRequested(Refusal):
    """There is a request for the same thing that waits or is approved. Members `approval_id` and `stands`."""


class ApprovalDecided(Refusal):
    """Somebody decided it before. Member `decided_as`."""


class OwnRequest(Refusal):
    """Nobody decides what they asked for themselves, or what their own office asked for."""
