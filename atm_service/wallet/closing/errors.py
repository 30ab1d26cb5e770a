"""Why a wallet cannot be closed yet."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "cannot-close-yet",
    "The wallet cannot be closed yet",
    "See to what stands in `standing`: pay out the money, wait for the bank, cancel codes, or come back tomorrow.",
    audited=True,
)
class CannotCloseYet(Refusal):
    """Something is left. Member `standing`: what, of `domain.Standing`."""
