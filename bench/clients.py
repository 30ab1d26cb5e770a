"""Clients that do something as often as it goes: processes, as a team runs several, or threads of one process.

Standard library alone, since the peer's environment runs it, too.
"""

import multiprocessing
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, Final, TypeVar

Step = Callable[[], int]
"""Does its work once and gives how many things that were."""
Prepare = Callable[[int], AbstractContextManager[Step]]
"""Opens what client number n (from 0) needs, and closes it."""

T = TypeVar("T")

_Until = tuple[float, int]  # seconds, and calls if those are counted

STARTS_WITHIN_S: Final = 60
ENDS_WITHIN_S: Final = 120

_forks: Final = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Done:
    """How many things a second were done, and how many in all, the first one of each client included."""

    rate: float
    total: int


class ClientFailed(RuntimeError):  # noqa: N818  named for what happened
    """A client ended with an error; the message is the error's."""


def processes(prepare: Prepare, clients: int, seconds: float, calls: int = 0) -> Done:
    """Let each client work in a process of its own; all start at once. Raises `ClientFailed`.

    With `calls`, each makes so many, however long that takes within `seconds`.
    """
    gate = _forks.Barrier(clients)
    pipes = [_forks.Pipe(duplex=False) for _ in range(clients)]
    workers = [
        _forks.Process(
            target=_in_process, args=(prepare, number, (seconds, calls), gate, pipe[1]), daemon=True
        )
        for number, pipe in enumerate(pipes)
    ]
    for worker in workers:
        _start(worker)
    for pipe in pipes:
        pipe[1].close()
    answers = [_answer(pipe[0], seconds) for pipe in pipes]
    for worker in workers:
        worker.join(ENDS_WITHIN_S)
    return _summed(answers)


def threads(prepare: Prepare, clients: int, seconds: float) -> Done:
    """Let each client work in a thread of this process. Raises `ClientFailed`."""
    gate = threading.Barrier(clients)
    answers: list[Done | str] = []
    workers = [
        threading.Thread(
            target=lambda number: answers.append(_guarded(prepare, number, (seconds, 0), gate)),
            args=(number,),
        )
        for number in range(clients)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return _summed(answers)


def apart(work: Callable[[], T]) -> T:
    """Do something in a process of its own and give what came of it. Raises `ClientFailed`."""
    mine, its = _forks.Pipe(duplex=False)

    def do() -> None:
        try:
            its.send((True, work()))
        except Exception as error:  # noqa: BLE001  whatever it is, the harness says so and ends
            its.send((False, f"{type(error).__name__}: {error}"))

    worker = _forks.Process(target=do, daemon=True)
    _start(worker)
    its.close()
    try:
        well, found = mine.recv()
    except EOFError:
        well, found = False, "it died"
    worker.join(ENDS_WITHIN_S)
    if not well:
        raise ClientFailed(found)
    done: T = found
    return done


def _start(worker: ForkProcess) -> None:
    with warnings.catch_warnings():
        # Python warns of a fork beside threads, which may hold locks for ever: ours take none that a client needs.
        warnings.simplefilter("ignore", DeprecationWarning)
        worker.start()


def _in_process(prepare: Prepare, number: int, until: _Until, gate: Any, pipe: Connection) -> None:
    pipe.send(_guarded(prepare, number, until, gate))
    pipe.close()


def _answer(pipe: Connection, seconds: float) -> Done | str:
    try:
        if not pipe.poll(STARTS_WITHIN_S + seconds + ENDS_WITHIN_S):
            return "a client did not come to an end"
        answer: Done | str = pipe.recv()
    except EOFError:
        return "a client died"
    return answer


def _guarded(prepare: Prepare, number: int, until: _Until, gate: Any) -> Done | str:
    try:
        with prepare(number) as step:
            return _work(step, until, gate)
    except Exception as error:  # noqa: BLE001  whatever it is, the harness says so and ends
        gate.abort()
        return f"client {number}: {type(error).__name__}: {error}"


def _work(step: Step, until: _Until, gate: Any) -> Done:
    """Do it once for the caches, wait for the others, then count."""
    seconds, calls = until
    first = step()
    gate.wait(STARTS_WITHIN_S)
    counted, made = 0, 1
    started = now = time.perf_counter()
    while now - started < seconds and (made < calls or not calls):
        counted += step()
        made += 1
        now = time.perf_counter()
    return Done(counted / (now - started) if counted else 0, first + counted)


def _summed(answers: list[Done | str]) -> Done:
    failed = [answer for answer in answers if isinstance(answer, str)]
    if failed:
        # When one fails the others stand at a broken gate: what came first is not told by its place.
        raise ClientFailed(next((one for one in failed if "BrokenBarrier" not in one), failed[0]))
    done = [answer for answer in answers if isinstance(answer, Done)]
    return Done(sum(one.rate for one in done), sum(one.total for one in done))
