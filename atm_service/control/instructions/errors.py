"""Why what takes two is not done yet, or not decided by this person."""

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


@refused_as(409, "instruction-decided", "This has its decision", "Look at the list again.")
class InstructionDecided(Refusal):
    """Somebody decided it before. Member `decided_as`."""


@refused_as(409, "instruction-lapsed", "The time of this proposal is over", "Have it proposed anew.")
class InstructionLapsed(Refusal):
    """Nobody decided it within the policy's time."""


@refused_as(
    403,
    "own-instruction",
    "Nobody decides what they have proposed",
    "Leave it to a colleague.",
    audited=True,
)
class OwnInstruction(Refusal):
    """Who proposed it would decide it."""


@refused_as(
    409,
    "again-not-confirmed",
    "Lines of this are like ones that were credited lately",
    "Look at them; to credit them once more nevertheless, say how many as `again` (--again).",
)
class AgainNotConfirmed(Refusal):
    """Approving takes the number of such lines. Member `again`."""
