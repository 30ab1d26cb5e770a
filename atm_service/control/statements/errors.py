"""Why a break is not done with."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "break-ended",
    "This break has its end",
    "Look at the list again: somebody, or a later statement, has explained it.",
)
class BreakEnded(Refusal):
    """Whatever is done to a break comes before its end. Member `break_id`."""


@refused_as(
    409,
    "break-taken",
    "A colleague works on this break",
    "Ask them, or take it over first: that is kept on record.",
)
class BreakTaken(Refusal):
    """Only who has claimed a break, or anybody while nobody has, resolves it. Members `break_id`, `owner`."""


@refused_as(
    422,
    "breaks-apart",
    "These breaks do not belong together",
    "Choose breaks of one bank; those that do not come to zero must be of one kind.",
)
class BreaksApart(Refusal):
    """They are of several banks; or they would take a correction and are of several kinds, or beyond any posting."""
