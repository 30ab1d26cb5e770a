"""Clients in processes and threads."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import clients
from bench.clients import ClientFailed, Done, Prepare, Step

Run = Callable[[Prepare, int, float], Done]


@pytest.fixture(params=[clients.processes, clients.threads])
def run(request: pytest.FixtureRequest) -> Run:
    chosen: Run = request.param
    return chosen


def counting(folder: Path) -> Prepare:
    @contextmanager
    def prepare(number: int) -> Iterator[Step]:
        def step() -> int:
            with (folder / str(number)).open("a") as file:
                file.write("...")
            return 3

        yield step

    return prepare


def test_all_that_was_done_is_counted(run: Run, tmp_path: Path) -> None:
    """Each client's work, the first step that warms it up included."""
    done = run(counting(tmp_path), 4, 0.05)
    written = [file.stat().st_size for file in tmp_path.iterdir()]
    assert len(written) == 4
    assert done.total == sum(written)
    assert done.rate > 0


def test_calls_can_be_counted_instead_of_seconds(tmp_path: Path) -> None:
    """A loader posts so much and no more."""
    done = clients.processes(counting(tmp_path), 2, 60, 5)
    assert done.total == 2 * 5 * 3


def test_a_client_that_fails_fails_the_run(run: Run) -> None:
    """With its own words, although the others stand at a broken gate."""

    @contextmanager
    def prepare(number: int) -> Iterator[Step]:
        def step() -> int:
            if number == 1:
                raise ArithmeticError("no more")
            return 1

        yield step

    with pytest.raises(ClientFailed, match="client 1: ArithmeticError: no more"):
        run(prepare, 3, 0.05)


def test_a_client_that_dies_fails_the_run() -> None:
    """A figure without it would be too good."""

    @contextmanager
    def prepare(_number: int) -> Iterator[Step]:
        def step() -> int:
            os._exit(1)

        yield step

    with pytest.raises(ClientFailed, match="died"):
        clients.processes(prepare, 1, 0.05)


def test_work_apart_gives_its_result_or_its_error() -> None:
    """The harness's own process stays as it was."""
    assert clients.apart(os.getpid) != os.getpid()
    with pytest.raises(ClientFailed, match="ZeroDivisionError"):
        clients.apart(lambda: 1 // 0)
