"""Why a float is not set: one class per reason."""

from atm_service.refusals import Refusal


class FloatOutOfOrder(Refusal):
    """A float's minimum is above its target, or the target above its maximum."""


class DistrictUnknown(Refusal):
    """No office is in this district, or it is not the supervisor's."""
