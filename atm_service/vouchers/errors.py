"""Why something at the counter cannot be confirmed: one class per reason."""

from atm_service.refusals import Refusal


class VoucherExists(Refusal):
    """It was done before. Member `voucher_id`."""


class ProposalLapsed(Refusal):
    """It was proposed on another day, in another shift or by another clerk."""


class CountDiffers(Refusal):
    """The counted notes do not come to the amount. Members `counted` and `amount`, in đồng."""


class NotYours(Refusal):
    """Only the clerk who did it may ask to undo it, and only in the own office."""
