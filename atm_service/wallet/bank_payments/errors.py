"""Why no top-up, payout or bill is begun: one class per reason, beside those of amounts, limits, PIN and funds."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "bank-payment-pending",
    "The same still waits for the bank or the biller",
    "Look at the one in `bank_payment_id` first. For a top-up or payout that is wanted a second time, say `again`.",
    audited=True,
)
class BankPaymentPending(Refusal):
    """An equal one has no answer yet. Members `bank_payment_id`, `amount` and `created_at`."""


@refused_as(
    409,
    "fee-changed",
    "The fee is another than the one that was shown",
    "Nothing was taken. Look at the fee again, then confirm.",
)
class FeeChanged(Refusal):
    """The customer agreed to another fee. Member `fee`."""


@refused_as(
    409,
    "bill-offer-lapsed",
    "What was due was shown too long ago",
    "Nothing was taken. Look the case up again, and compare sum and fee.",
)
class BillOfferLapsed(Refusal):
    """Too much time has passed since the case was looked up, the fee is another, or others looked it up."""


@refused_as(
    409,
    "bill-begun",
    "This was sent already",
    "Do not send it again: look at the one in `bank_payment_id`.",
    audited=True,
)
class BillBegun(Refusal):
    """What was confirmed was sent before, under another key. Member `bank_payment_id`."""
