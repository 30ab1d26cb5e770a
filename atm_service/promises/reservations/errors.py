"""Why nothing is reserved, or what is reserved is not paid out: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "cannot-reserve",
    "The office cannot promise this amount for that day",
    "Choose another day or another office, or a smaller amount.",
)
class CannotReserve(Refusal):
    """The office cannot promise the amount for the day. Members `office`, `day` and `why`, as offices are listed."""


@refused_as(
    409,
    "cash-reserved",
    "What is left at this office is reserved for customers with an appointment",
    "Ask the area for cash, or send the customer to an office that has some.",
    audited=True,
)
class CashReserved(Refusal):
    """What cash is left at the office is reserved for customers who are to come."""
