"""`soft-atm`: the command line, and the one place where the service's clock is read."""

import os
from datetime import UTC, datetime

from fastapi import FastAPI

from atm_service import app, assembly, cli, logs, settings


def clock() -> datetime:
    """Read the clock: aware, in UTC."""
    return datetime.now(UTC)


def application() -> FastAPI:
    """Build the application of one service process; its settings come from the environment."""
    chosen = settings.load(os.environ.get("SOFT_ATM_ENV_FILE"))
    logs.configure(chosen.log_level)
    assert chosen.database_url is not None, "`soft-atm serve` passes the database's URL on"
    return app.create(assembly.context(chosen, chosen.database_url.get_secret_value(), clock))


def main() -> None:
    """Run the command line."""
    cli.app(obj=clock)


if __name__ == "__main__":
    main()
