"""What is seen of a service with two processes: one set of counters, and lines that a machine reads."""

import json
import sys

from atm_service.platform import database
from tests.simulation.people import OFFICE, Town
from tests.simulation.processes import Command, free_port, started

ASKED = 30
COUNTER = 'soft_atm_requests_total{method="GET",route="/.well-known/jwks.json",status="200"} '


def test_two_workers_are_counted_and_logged_as_one_service(town: Town) -> None:
    """Every scrape sees all; every line is JSON, says who asked by role and office, and the first what was started."""
    settings = {
        "SOFT_ATM_DATABASE_URL": database.plain(database.service_url(town.url)),
        "SOFT_ATM_DATA_DIR": str(town.data_dir),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{town.data_dir}/secret-keys.toml",
        "SOFT_ATM_DEMONSTRATION": "true",
        "SOFT_ATM_METRICS": (scraped := f"127.0.0.1:{free_port()}"),
        "SOFT_ATM_PORT": str(port := free_port()),
        "SOFT_ATM_WORKERS": "2",
        "SOFT_ATM_HOUSEKEEPING_S": "0.2",
    }
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "atm_service", "serve"]
    service = Command(command, settings, town.data_dir / "service.log", f"{url}/readyz")
    with started(service):
        for _ in range(ASKED):
            line = town.line(url)  # a line of its own: either process takes it
            assert line.get("/.well-known/jwks.json").is_success
            line.close()
        for _ in range(6):
            line = town.line(f"http://{scraped}")
            metrics = line.get("/metrics").text
            line.close()
            assert f"{COUNTER}{ASKED}.0\n" in metrics
        town.clerk(town.line(url), OFFICE)
    assert metrics.count("soft_atm_clock_off_seconds{") == 2
    assert 'soft_atm_housekeeping_last_success_seconds{task="expire-withdrawals"}' in metrics
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    (start,) = [line for line in lines if line["event"] == "service starts"]
    assert (start["workers"], start["policy"], start["login"]) == (2, "bank_agent", "soft_atm_login")
    (opened,) = [line for line in lines if line.get("route") == "/counter/v1/shifts"]
    assert (opened["role"], opened["office"]) == ("clerk", OFFICE)
