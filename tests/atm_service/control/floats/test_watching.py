"""Housekeeping counts alarms by their kind, and not more often than cash moves."""

from datetime import timedelta

from prometheus_client import REGISTRY

from atm_service.control.floats import watching
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Service

MILLION = 1_000_000


def alarms() -> dict[str, float | None]:
    kinds = ("below-minimum", "above-maximum", "short-soon")
    return {kind: REGISTRY.get_sample_value("soft_atm_float_alarms", {"alarm": kind}) for kind in kinds}


def test_alarms_are_counted_by_kind(service: Service) -> None:
    """One office has too little, one too much; a quarter of an hour later somebody looks again."""
    service.clerk(OFFICE, cash=10 * MILLION, shift=False)
    service.clerk(OTHER_OFFICE, cash=510 * MILLION, shift=False)
    assert watching.watch(service.context, service.now) == 0
    assert alarms() == {"below-minimum": 1, "above-maximum": 1, "short-soon": 0}
    service.clerk(OFFICE, cash=10 * MILLION, shift=False)
    watching.watch(service.context, service.now + timedelta(minutes=14))
    assert alarms()["below-minimum"] == 1
    watching.watch(service.context, service.now + timedelta(minutes=15))
    assert alarms() == {"below-minimum": 0, "above-maximum": 1, "short-soon": 0}
