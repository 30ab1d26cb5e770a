"""Why an assisted transfer is refused: one class per reason, beside those of limits, shifts and approvals."""

from atm_service.refusals import Refusal


class SameAccount(Refusal):
    """Payer and payee are the same customer."""


class PayerUnknown(Refusal):
    """No customer has this card."""


class TransferLimitReached(Refusal):
    """The customer's transfers of the day are used up. Members `limit` and `remaining`."""
