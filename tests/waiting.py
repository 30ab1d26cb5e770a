"""Seeing that somebody waits for a lock: the moment that a race's test needs between its two halves."""

import time
from concurrent.futures import Future
from typing import Any, Final

from sqlalchemy import Engine, text

PATIENCE_S: Final = 30
_WAITING: Final = text("""
    SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()
""")


def waiting(engine: Engine) -> int:
    """Count the sessions of this database that wait for a lock: other tests have databases of their own."""
    with engine.connect() as session:
        count: int = session.execute(_WAITING).scalar_one()
        return count


def wait_until_blocked(engine: Engine, *asked: Future[Any]) -> None:
    """Return when as many sessions wait as were asked, or one of them is done: its test sees what it got."""
    end = time.monotonic() + PATIENCE_S
    while waiting(engine) < len(asked) and not any(one.done() for one in asked):
        assert time.monotonic() < end, "nobody waits who should"
        time.sleep(0.01)
