"""Seeing that somebody waits for a lock: the moment that a race's test needs between its two halves."""

from concurrent.futures import Future
from typing import Any, Final

from sqlalchemy import Engine, text

from tests.simulation.processes import wait_until

# Of this database alone: other tests, on the same server, have databases of their own.
_WAITING: Final = text("""
    SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()
""")


def wait_until_blocked(engine: Engine, *asked: Future[Any]) -> None:
    """Return when as many sessions wait as were asked; fail when one of them ended without."""

    def are_blocked() -> bool:
        for one in asked:
            assert not one.done(), f"did not wait: {one.result()}"
        with engine.connect() as session:
            return bool(session.execute(_WAITING).scalar_one() >= len(asked))

    wait_until(are_blocked, "a wait for a lock")
