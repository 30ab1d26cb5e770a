"""The processes of one service: one that dies is replaced at once, whatever it was being asked."""

import os
import signal
import threading
from multiprocessing.connection import Connection

import pytest
import uvicorn
from uvicorn.supervisors import multiprocess

from atm_service.run.workers import Worker, supervise


def test_the_end_of_a_process_that_is_being_asked_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the answer of one that died after the question: meanwhile none would be replaced."""
    worker = Worker(uvicorn.Config("nobody:nothing"), [])
    worker.start()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    asked, wait = threading.Event(), Connection.poll

    def poll(connection: Connection, timeout: float | None = 0.0) -> bool:
        asked.set()
        return wait(connection, timeout)

    monkeypatch.setattr(Connection, "poll", poll)
    said: list[bool] = []
    asking = threading.Thread(target=lambda: said.append(worker.is_alive(600)), daemon=True)
    asking.start()
    assert asked.wait(60)
    os.kill(worker.pid, signal.SIGKILL)
    asking.join(60)
    assert said == [False]
    worker.join()


def test_the_supervisor_starts_such_processes() -> None:
    """What the command line runs is what was tried above."""
    supervise()
    assert multiprocess.Process is Worker
