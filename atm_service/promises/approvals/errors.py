"""Why a request for approval, its decision or its use is refused: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "approval-needed",
    "A supervisor must approve this first",
    "Ask for approval, and wait for the decision.",
    audited=True,
)
class ApprovalNeeded(Refusal):
    """This takes a supervisor's approval, and none was asked for. Member `above`: the threshold in đồng, if any."""


@refused_as(
    409,
    "approval-waiting",
    "The approval has not been decided yet",
    "Wait for the supervisor's decision.",
)
class ApprovalWaiting(Refusal):
    """The request has not been decided yet. Member `approval_id`."""


@refused_as(
    409,
    "approval-refused",
    "The supervisor said no",
    "Do not do it. Read the supervisor's reason in the request.",
    audited=True,
)
class ApprovalRefused(Refusal):
    """A supervisor said no. Member `approval_id`."""


@refused_as(
    409,
    "approval-expired",
    "The day of the request is over",
    "Tell the supervisor; it is not done today.",
)
class ApprovalExpired(Refusal):
    """The business day of the request is over. Member `expired_at`."""


@refused_as(
    409,
    "approval-used",
    "What was approved has been done",
    "Do not do it again. Look at the vouchers of the day.",
    audited=True,
)
class ApprovalUsed(Refusal):
    """What was approved has been done. Member `approval_id`."""


@refused_as(409, "already-requested", "Approval was asked for already", "Look at the request `approval_id`.")
class AlreadyRequested(Refusal):
    """There is a request for the same thing that waits or is approved. Members `approval_id` and `stands`."""


@refused_as(409, "approval-decided", "The request has its decision", "Look at `decided_as`.", audited=True)
class ApprovalDecided(Refusal):
    """Somebody decided it before. Member `decided_as`."""


@refused_as(
    403,
    "own-request",
    "Nobody decides for the own office",
    "Leave it to a supervisor elsewhere.",
    audited=True,
)
class OwnRequest(Refusal):
    """Nobody decides what they asked for themselves, or what their own office asked for."""
