"""What a test knows of its own database, and how it is cloned from the migrated template."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, make_url, text

from atm_service.platform import database as db

_numbers = itertools.count()


@dataclass(frozen=True)
class Database:
    """A test's own database: `owner` plays the migrating role and the hand at psql, `app` is the service's role."""

    url: str
    owner: Engine
    app: Engine


def administer(server_url: str, statement: str) -> None:
    """Run one statement that stands outside any transaction."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def copy(server_url: str, template: str, name: str) -> None:
    """Make a database from the template: by its files, which is faster than by its journal where nothing is durable."""
    administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


@contextmanager
def cloned(server_url: str, template: str) -> Iterator[Database]:
    """Give a fresh, migrated database, dropped at the end."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    copy(server_url, template, name)
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    owner, app = db.owner_engine(url), db.app_engine(url)
    yield Database(url, owner, app)
    owner.dispose()
    app.dispose()
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")
