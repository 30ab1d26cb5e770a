"""The service as an operator runs it, `soft-atm serve` with as many processes as asked for, and a counter app."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from atm_service.platform import database
from bench.town import Town

ROOT: Final = Path(__file__).parents[1]
READY_WITHIN_S: Final = 60
STOPS_WITHIN_S: Final = 20
LOOK_EVERY_S: Final = 0.05
LOG_SHOWN: Final = 2_000


class NotServing(RuntimeError):  # noqa: N818  named for what happened
    """The service did not start; the message is what it logged."""


@contextmanager
def serving(town: Town, processes: int) -> Iterator[str]:
    """Run the service on the town's database; give its address; end it with the block."""
    port = _free_port()
    settings = {
        "SOFT_ATM_DATABASE_URL": database.plain(database.service_url(town.url)),
        "SOFT_ATM_DATA_DIR": str(town.data_dir),
        "SOFT_ATM_SECRET_KEYS_FILE": str(town.data_dir / "secret-keys.toml"),
        "SOFT_ATM_PORT": str(port),
        "SOFT_ATM_WORKERS": str(processes),
        "SOFT_ATM_METRICS": "",  # nobody scrapes here, and its port may be another's
        "SOFT_ATM_DEMONSTRATION": "true",
        "SOFT_ATM_SIMULATED_DELAY_S": "0",
    }
    log = town.data_dir / "service.log"
    with _running(
        ["-m", "atm_service", "serve"], settings, log, f"http://127.0.0.1:{port}", "/readyz"
    ) as url:
        yield url


@contextmanager
def counter(town: Town, service_url: str) -> Iterator[str]:
    """Run an office's counter app; give its address; end it with the block."""
    port = _free_port()
    settings = {
        "SOFT_ATM_COUNTER_SERVICE_URL": service_url,
        "SOFT_ATM_COUNTER_PORT": str(port),
        "SOFT_ATM_COUNTER_DATA_DIR": str(town.data_dir / "counter"),
    }
    log = town.data_dir / "counter.log"
    with _running(["-m", "counter_app"], settings, log, f"http://127.0.0.1:{port}", "/sign-in") as url:
        yield url


@contextmanager
def _running(
    command: list[str], settings: Mapping[str, str], log: Path, url: str, ready: str
) -> Iterator[str]:
    with log.open("ab") as file:
        child = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env={**os.environ, **settings}, stdout=file, stderr=file
        )
    try:
        _wait(child, url + ready, log)
        yield url
    finally:
        child.terminate()
        try:
            child.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(child: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(LOOK_EVERY_S)
    raise NotServing(log.read_text()[-LOG_SHOWN:])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number: int = listening.getsockname()[1]
        return number
