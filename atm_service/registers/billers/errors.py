"""Why nothing is said to be due: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    404,
    "bill-unknown",
    "There is no such case",
    "Compare number and procedure with the paper, or ask the office that gave it.",
)
class BillUnknown(Refusal):
    """The biller knows no such case of this procedure."""


@refused_as(409, "bill-paid", "This case is paid already", "Nothing is due. Ask the office if you doubt it.")
class BillPaid(Refusal):
    """Nothing is due for the case any more; who paid is not told."""
