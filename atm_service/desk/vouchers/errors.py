"""Why something at the counter cannot be confirmed: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "voucher-exists",
    "This was done already",
    "Do not do it again. Look at the voucher `voucher_id`.",
    audited=True,
)
class VoucherExists(Refusal):
    """It was done before. Member `voucher_id`."""


@refused_as(
    409,
    "count-differs",
    "The counted notes do not come to the amount",
    "Count again: nothing is undone before the whole amount is there.",
    audited=True,
)
class CountDiffers(Refusal):
    """The counted notes do not come to the amount. Members `counted` and `amount`, in đồng."""


@refused_as(403, "not-yours", "Another clerk did this", "Let the clerk who did it ask.", audited=True)
class NotYours(Refusal):
    """Only the clerk who did it may ask to undo it, and only in the own office."""
