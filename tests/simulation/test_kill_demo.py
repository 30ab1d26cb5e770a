"""`kill -9` of what `soft-atm demo` runs: it brings everything back, and takes everything with it when it stops."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]
import pytest

from tests.simulation.processes import Command, answers, kill, kill_tree, postmaster, wait_until

pytestmark = pytest.mark.in_order  # the last one ends what the others use


@dataclass
class Demo:
    """A running demo and what it says of itself."""

    program: Command
    folder: Path
    facts: dict[str, Any]

    def child(self, word: str) -> psutil.Process:
        """Give the demo's child whose command line has a word in it."""
        assert self.program.process is not None
        [found] = [child for child in self.program.process.children() if word in child.cmdline()]
        return found

    def has_new(self, word: str, old: psutil.Process) -> bool:
        """Tell whether the demo has started another child in the place of a dead one."""
        assert self.program.process is not None
        children = self.program.process.children()
        return any(child != old and word in _command(child) for child in children)


def _command(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
    return words


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with TemporaryDirectory(prefix="soft-atm-demo-") as made:
        folder = Path(made)
        ready = folder / "ready.json"
        command = [sys.executable, "-m", "atm_service", "demo", "--data-dir", str(folder / "var")]
        command += ["--port", "0", "--counter-port", "0", "--ready-file", str(ready)]
        program = Command(command, {"SOFT_ATM_SIMULATED_DELAY_S": "0"}, folder / "demo.log")
        try:
            program.start()
            wait_until(ready.exists, f"the demo: see {program.log.read_text()}", within_s=120)
            yield Demo(program, folder, json.loads(ready.read_text()))
        finally:
            program.stop()


def test_demo_brings_the_service_back(demo: Demo) -> None:
    """When the service dies, its workers end too and free the port, and another service takes its place."""
    service = demo.child("serve")
    workers = service.children()
    kill(service)
    wait_until(lambda: not any(worker.is_running() for worker in workers), "the orphaned workers to end")
    wait_until(lambda: demo.has_new("serve", service), "another service")
    _assert_in_order(demo)


def test_service_replaces_a_dead_worker(demo: Demo) -> None:
    """When one of its workers dies, the service starts another."""
    service = demo.child("serve")
    before = {worker.pid for worker in _workers(service)}
    kill(_workers(service)[0])
    wait_until(lambda: len(_workers(service)) == len(before), "as many workers as before")
    assert {worker.pid for worker in _workers(service)} != before
    _assert_in_order(demo)


def test_demo_brings_postgresql_back(demo: Demo) -> None:
    """When PostgreSQL dies, it is started again and the service goes on, with what it knew."""
    dead = postmaster(demo.folder / "var" / "postgres")
    kill_tree(dead)
    _assert_in_order(demo)
    assert postmaster(demo.folder / "var" / "postgres") != dead


def test_demo_brings_the_counter_back(demo: Demo) -> None:
    """When the counter app dies, it is started again at the same address."""
    counter = demo.child("counter_app")
    kill(counter)
    wait_until(lambda: demo.has_new("counter_app", counter), "another counter app")
    _assert_in_order(demo)


def test_demo_takes_everything_with_it(demo: Demo) -> None:
    """When the demo is stopped, nothing that it started is left."""
    assert demo.program.process is not None
    started = demo.program.process.children(recursive=True)
    started.append(postmaster(demo.folder / "var" / "postgres"))
    demo.program.stop()
    wait_until(lambda: not any(process.is_running() for process in started), "everything to end")


def _workers(service: psutil.Process) -> list[psutil.Process]:
    return [child for child in service.children() if any("spawn_main" in word for word in _command(child))]


def _assert_in_order(demo: Demo) -> None:
    """Wait until all parts answer, and let a customer sign in."""
    wait_until(lambda: answers(demo.facts["service_url"] + "/readyz"), "the service")
    wait_until(lambda: answers(demo.facts["counter_url"] + "/healthz"), "the counter app")
    wait_until(lambda: _sign_in(demo) != httpx2.codes.SERVICE_UNAVAILABLE, "every worker's database")
    assert _sign_in(demo) == httpx2.codes.CREATED


def _sign_in(demo: Demo) -> int:
    person = demo.facts["customers"][0]
    body = {"phone": person["phone"], "pin": person["pin"]}
    answer = httpx2.post(demo.facts["service_url"] + "/wallet/v1/sessions", json=body, trust_env=False)
    return answer.status_code
