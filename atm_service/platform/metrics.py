"""What `/metrics` counts, in Prometheus's words: of all processes of a service, whichever answers.

`soft-atm serve` names a folder in PROMETHEUS_MULTIPROC_DIR, which the client library reads when it is imported.
"""

import os
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
# A state of the database, which whoever looked last knows; and one of each living process.
LAST: Final = "mostrecent"
EACH: Final = "liveall"

REQUESTS: Final = Counter("soft_atm_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS: Final = Histogram("soft_atm_request_seconds", "Time to answer", ["method", "route"])
REFUSALS: Final = Counter("soft_atm_refusals_total", "Refusals by reason", ["slug"])
ROUNDS: Final = Counter("soft_atm_housekeeping_rounds_total", "Rounds of housekeeping", ["result"])
RESOLVED: Final = Counter(
    "soft_atm_housekeeping_resolved_total", "Things housekeeping brought to an end", ["task"]
)
FAILED: Final = Counter("soft_atm_housekeeping_failures_total", "Tasks of housekeeping that failed", ["task"])
DONE_AT: Final = Gauge(
    "soft_atm_housekeeping_last_success_seconds",
    "When a task last ended well",
    ["task"],
    multiprocess_mode=LAST,
)
BROKEN_CONTROLS: Final = Gauge(
    "soft_atm_broken_controls", "Breaks found by the last run", ["control"], multiprocess_mode=LAST
)
CLOCK_OFF: Final = Gauge(
    "soft_atm_clock_off_seconds", "A process's clock, ahead of the database's", multiprocess_mode=EACH
)
UNSEALED_SECONDS: Final = Gauge(
    "soft_atm_unsealed_seconds", "Age of the oldest row that is in no seal", multiprocess_mode=LAST
)
# By alarm and not by office: the supervisors' list says which. Two hundred offices would be six hundred series.
FLOAT_ALARMS: Final = Gauge(
    "soft_atm_float_alarms", "Offices whose cash is not as it should be", ["alarm"], multiprocess_mode=LAST
)

MESSAGES: Final = Counter("soft_atm_messages_total", "Messages to phones by what became of a try", ["result"])
MESSAGES_LATE: Final = Gauge(
    "soft_atm_messages_waiting_seconds",
    "Age of the oldest message that no carrier has",
    multiprocess_mode=LAST,
)
MESSAGES_DEAD: Final = Gauge(
    "soft_atm_messages_dead",
    "Messages that were given up and can still be sent again",
    multiprocess_mode=LAST,
)

COMPLAINTS_OVERDUE: Final = Gauge(
    "soft_atm_complaints_overdue",
    "Complaints whose promised day of answering has passed",
    multiprocess_mode=LAST,
)


def scrape() -> bytes:
    """Give everything that all processes of this service have counted."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return generate_latest(REGISTRY)
    for file in Path(folder).glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
