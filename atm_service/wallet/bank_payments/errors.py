"""Why no top-up or payout is begun: one class per reason, beside those of amounts, limits, PIN and funds."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "bank-payment-pending",
    "The same amount over the same account still waits for the bank",
    "Look at the one in `bank_payment_id` first. If you want it a second time, say `again`.",
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
