"""Why a top-up is refused: one class per reason."""

from atm_service.refusals import Refusal


class BankLinkUnknown(Refusal):
    """The customer has no such linked account."""


class TopUpOutOfRange(Refusal):
    """The amount is below or above what one top-up may be. Members `amount_min` and `amount_max`."""
