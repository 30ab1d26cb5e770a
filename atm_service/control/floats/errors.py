"""Why a float is not set: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "float-out-of-order",
    "The float's levels are out of order",
    "Set a minimum that is at most the target, and a target that is at most the maximum.",
)
class FloatOutOfOrder(Refusal):
    """A float's minimum is above its target, or the target above its maximum."""


@refused_as(404, "area-unknown", "There is no such area here", "Choose the area that you look after.")
class AreaUnknown(Refusal):
    """No office is in this area, or it is not the supervisor's."""
