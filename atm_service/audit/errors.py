"""Refusals of the audit."""

from atm_service.refusals import Refusal


class NotSealedYet(Refusal):
    """The entry is recorded, and its seal comes within seconds. Member `retry_after_s`."""
