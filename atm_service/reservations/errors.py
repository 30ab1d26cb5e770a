"""Why nothing is reserved, or what is reserved is not paid out: one class per reason."""

from atm_service.refusals import Refusal


class CannotReserve(Refusal):
    """The office cannot promise the amount for the day. Members `office`, `day` and `why`, as offices are listed."""


class CashReserved(Refusal):
    """What cash is left at the office is reserved for customers who are to come."""
