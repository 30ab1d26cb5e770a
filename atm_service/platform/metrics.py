"""What `/metrics` counts, in Prometheus's words."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

REQUESTS: Final = Counter("soft_atm_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS: Final = Histogram("soft_atm_request_seconds", "Time to answer", ["method", "route"])
REFUSALS: Final = Counter("soft_atm_refusals_total", "Refusals by reason", ["slug"])
ROUNDS: Final = Counter("soft_atm_housekeeping_rounds_total", "Rounds of housekeeping", ["result"])
RESOLVED: Final = Counter(
    "soft_atm_housekeeping_resolved_total", "Things housekeeping brought to an end", ["task"]
)
BROKEN_CONTROLS: Final = Gauge("soft_atm_broken_controls", "Breaks found by the last run", ["control"])
CLOCK_OFF: Final = Gauge("soft_atm_clock_off_seconds", "This process's clock, ahead of the database's")
UNSEALED_SECONDS: Final = Gauge("soft_atm_unsealed_seconds", "Age of the oldest row that is in no seal")
# By alarm and not by office: the supervisors' list says which. Two hundred offices would be six hundred series.
FLOAT_ALARMS: Final = Gauge("soft_atm_float_alarms", "Offices whose cash is not as it should be", ["alarm"])
