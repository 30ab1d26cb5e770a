"""Why bulk credits are refused: one class per reason."""

from atm_service.refusals import Refusal


class PayerUnknown(Refusal):
    """There is no payer with this code."""


class PayerBusy(Refusal):
    """Other credits from this payer are being made. Member `retry_after_s`."""


class PayerShort(Refusal):
    """The payer's money does not cover the credits. Members `available` and `needed`, in đồng."""


class BatchOfAnotherPayer(Refusal):
    """The batch was begun with another payer's money. Member `payer`."""


class LinesRefused(Refusal):
    """Some lines cannot be credited, so none was. Member `lines`: number, reason and reference of each."""
