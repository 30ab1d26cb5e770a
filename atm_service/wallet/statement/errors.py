"""Why a statement is not written to a file."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "statement-too-long",
    "There are too many movements for one file",
    "Choose fewer days: two files of half a year each.",
)
class StatementTooLong(Refusal):
    """More movements than one file holds. Member `rows_max`."""
