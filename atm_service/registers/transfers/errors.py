"""Why money cannot go from one wallet to another: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(409, "same-account", "Payer and payee are the same", "Ask whom the money is for.")
class SameAccount(Refusal):
    """Payer and payee are the same customer."""
