"""Real processes to be killed: PostgreSQL, the service, the counter app. None outlives the test that started it.

Everything is ended by its own pid, never by name; addresses are free ports of the loopback.
"""

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx2
import psutil  # type: ignore[import-untyped]

from atm_service.platform import database
from atm_service.run.cli import app as cli

STARTS_WITHIN_S: Final = 120
ENDS_WITHIN_S: Final = 60
LOOK_EVERY_S: Final = 0.02


def wait_until(true: Callable[[], bool], what: str, within_s: float = STARTS_WITHIN_S) -> None:
    """Look again and again until something is true; fail with `what` was waited for."""
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {within_s} s in vain for {what}")
        time.sleep(LOOK_EVERY_S)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number: int = listening.getsockname()[1]
        return number


def answers(url: str) -> bool:
    """Tell whether an address answers with a success."""
    try:
        return httpx2.get(url, timeout=2, trust_env=False).is_success
    except httpx2.TransportError:
        return False


def kill(*victims: psutil.Process) -> None:
    """`kill -9`, in the order given, and see them gone."""
    for victim in victims:
        with suppress(psutil.NoSuchProcess):
            victim.kill()
    _, alive = psutil.wait_procs(victims, timeout=ENDS_WITHIN_S)
    assert not alive, f"still alive after kill -9: {alive}"


def kill_tree(process: psutil.Process) -> None:
    """`kill -9` a process before its children, so that it cannot replace them."""
    try:
        children = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return
    kill(process, *children)


class Program:
    """A program that can be killed and started again at the same address. What it prints is kept in `log`."""

    def __init__(self, environment: Mapping[str, str], log: Path, ready_url: str) -> None:
        self._environment, self._ready_url = environment, ready_url
        self.log = log
        self.process: psutil.Process | None = None

    @property
    def pid(self) -> int:
        """Give the pid of the running program."""
        assert self.process is not None
        return int(self.process.pid)

    def _launch(self) -> psutil.Process:
        raise NotImplementedError

    def start(self) -> None:
        """Start without waiting until it answers."""
        assert self.process is None, "it runs already"
        self.process = self._launch()

    def wait_ready(self) -> None:
        """Wait until it answers; a program that ends instead is shown with what it printed."""

        def ready() -> bool:
            assert self.process is not None
            if self.process.status() == psutil.STATUS_ZOMBIE or not self.process.is_running():
                raise AssertionError(f"it ended: {self.log.read_text()[-2_000:]}")
            return answers(self._ready_url)

        wait_until(ready, self._ready_url)

    def kill(self) -> None:
        """`kill -9`, with every process of its own."""
        if self.process is not None:
            kill_tree(self.process)
            self.process = None

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not."""
        if self.process is not None:
            with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
                self.process.terminate()
                self.process.wait(ENDS_WITHIN_S)
        self.kill()


class Service(Program):
    """One service process on a database that others may share: what `soft-atm serve` runs with one worker.

    It is forked from a process that has imported everything: twenty restarts should test the crash, not the import.
    """

    def __init__(self, database_url: str, data_dir: Path, **settings: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        scraped = f"127.0.0.1:{free_port()}"
        self.metrics_url = f"http://{scraped}/metrics"
        environment = {
            "SOFT_ATM_METRICS": scraped,
            "SOFT_ATM_DATABASE_URL": database.plain(database.service_url(database_url)),
            "SOFT_ATM_DATA_DIR": str(data_dir),
            "SOFT_ATM_SECRET_KEYS_FILE": f"{data_dir}/secret-keys.toml",
            "SOFT_ATM_PORT": str(port),
            "SOFT_ATM_WORKERS": "1",
            "SOFT_ATM_DEMONSTRATION": "true",
            "SOFT_ATM_SIMULATED_DELAY_S": "0",
            "SOFT_ATM_HOUSEKEEPING_S": "0.2",
            "SOFT_ATM_LOG_LEVEL": "warning",
            **settings,
        }
        super().__init__(environment, data_dir / f"service-{port}.log", f"{self.url}/readyz")

    def _launch(self) -> psutil.Process:
        self._forked = _forking.Process(target=_serve, args=(self._environment, self.log), daemon=True)
        self._forked.start()
        return psutil.Process(self._forked.pid)


_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["atm_service.__main__"])


def _serve(environment: Mapping[str, str], log: Path) -> None:
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    cli.serve()


class Command(Program):
    """A program started by its command line."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str], log: Path, ready_url: str = ""
    ) -> None:
        super().__init__(environment, log, ready_url)
        self._command = command

    def _launch(self) -> psutil.Process:
        with self.log.open("ab") as log:
            return psutil.Popen(
                self._command, env={**os.environ, **self._environment}, stdout=log, stderr=log
            )


class Counter(Command):
    """The counter app of one office, with its journal in `data_dir`."""

    def __init__(self, service_url: str, data_dir: Path) -> None:
        port = free_port()
        data_dir.mkdir(parents=True, exist_ok=True)
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "SOFT_ATM_COUNTER_SERVICE_URL": service_url,
            "SOFT_ATM_COUNTER_PORT": str(port),
            "SOFT_ATM_COUNTER_DATA_DIR": str(data_dir),
            "SOFT_ATM_COUNTER_PATIENCE_S": "2",
        }
        command = [sys.executable, "-m", "counter_app"]
        super().__init__(command, environment, data_dir / "counter.log", f"{self.url}/healthz")


@contextmanager
def started(*programs: Program) -> Iterator[None]:
    """Start programs together, wait until all answer, and end them with the block, however it ends."""
    try:
        for program in programs:
            program.start()
        for program in programs:
            program.wait_ready()
        yield
    finally:
        for program in programs:
            program.stop()


def postmaster(folder: Path) -> psutil.Process:
    """Give the first process of the PostgreSQL whose data is in `folder`."""
    return psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
