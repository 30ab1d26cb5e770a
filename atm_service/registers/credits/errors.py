"""Why bulk credits are refused: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(404, "payer-unknown", "No payer has this code", "Open the payer first, or correct the code.")
class PayerUnknown(Refusal):
    """There is no payer with this code."""


@refused_as(
    409,
    "payer-busy",
    "Other credits of this payer are being made",
    "Wait `retry_after_s` seconds, then repeat with the same key.",
)
class PayerBusy(Refusal):
    """Other credits from this payer are being made. Member `retry_after_s`."""


@refused_as(
    409,
    "payer-short",
    "The payer's money does not cover the credits",
    "Nothing was credited. Put the payer's money in first.",
    audited=True,
)
class PayerShort(Refusal):
    """The payer's money does not cover the credits. Members `available` and `needed`, in đồng."""


@refused_as(
    409,
    "batch-of-another-payer",
    "The batch was begun with another payer",
    "Nothing was credited. Choose another name for the batch.",
    audited=True,
)
class BatchOfAnotherPayer(Refusal):
    """The batch was begun with another payer's money. Member `payer`."""


@refused_as(
    409,
    "lines-refused",
    "Some lines cannot be credited",
    "Nothing was credited. Correct or leave out the lines named in `lines`.",
    audited=True,
)
class LinesRefused(Refusal):
    """Some lines cannot be credited, so none was. Member `lines`: number, reason and reference of each."""


@refused_as(
    409,
    "credited-lately",
    "Some lines are like ones that were credited lately",
    "Nothing was credited. If this is that batch corrected, send it under that batch's name, each line under its"
    " reference. If each of `lines` is to be credited once more, send the number in `again` as `again`.",
    audited=True,
)
class CreditedLately(Refusal):
    """The same payer has lately credited some of these persons by other lines, alike in reference or amount.

    Members `lines`: number and reference of each, and the earlier batch, reference, amount and day; `again`: how many.
    """
