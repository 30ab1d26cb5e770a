"""Refusals of the audit."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "not-sealed-yet",
    "The entry is not sealed yet",
    "Ask again after `retry_after_s` seconds.",
)
class NotSealedYet(Refusal):
    """The entry is recorded, and its seal comes within seconds. Member `retry_after_s`."""
