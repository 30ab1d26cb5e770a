"""`soft-atm`: the command line, and the one place where the service's clock is read."""

import gc

# A quarter of a million objects come in with what follows, and stay: to look through them for garbage was a third of
# every start.
gc.disable()

import multiprocessing
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI

from atm_service.platform import database, logs, settings
from atm_service.run import app, assembly
from atm_service.run.cli import app as cli

gc.freeze()
gc.enable()


def clock() -> datetime:
    """Read the clock: aware, in UTC."""
    return datetime.now(UTC)


SWITCH_S: Final = 0.0005
"""A batch's thread asks for Python's lock a dozen times, after each answer of the database. By default it may wait five
milliseconds each time while the event loop has work: up to a third of the slowest answers' time was that."""


def application() -> FastAPI:
    """Build the application of one service process; its settings come from the environment."""
    _end_with_parent()
    sys.setswitchinterval(SWITCH_S)
    chosen = settings.load(os.environ.get("SOFT_ATM_ENV_FILE"))
    assembly.refuse_simulated(chosen)
    logs.configure(chosen.log_level)
    assert chosen.database_url is not None, "`soft-atm serve` passes the database's URL on"
    url = chosen.database_url.get_secret_value()
    context = assembly.context(chosen, url, clock, database.SERVICE_ROLE)
    return app.create(context, assembly.keeper(context, url))


def _end_with_parent() -> None:
    """End a worker when the process that started it has died: it would keep the port from whoever comes next."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main() -> None:
    """Run the command line."""
    cli.app(obj=clock)


if __name__ == "__main__":
    main()
