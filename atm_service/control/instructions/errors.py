"""Why money from outside is not recorded yet."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "instruction-needed",
    "Another person must approve this first",
    "Propose exactly this, and have a colleague approve it: see /operator/v1/instructions.",
    audited=True,
)
class InstructionNeeded(Refusal):
    """Exactly this was not approved by another person, or no longer is.

    Members `stands`: not-proposed, waiting, refused or lapsed; `instruction_id`, if there is one.
    """
