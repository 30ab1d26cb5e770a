"""A server for the harness: the tests' own, with databases that are dropped afterwards."""

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, text

from bench.server import Server
from tests.database import administer
from tests.folders import walkable

_numbers = itertools.count()


@pytest.fixture(scope="module")
def on(server_url: str) -> Iterator[Server]:
    """Give the running server; the harness's databases on it are this module's alone."""
    prefix = f"t{os.getpid()}_{next(_numbers)}_"
    with walkable() as folder, ExitStack() as at_end:
        yield Server(server_url, folder, at_end, prefix)
    engine = create_engine(server_url)
    with engine.connect() as session:
        known = session.execute(text("SELECT datname FROM pg_database")).scalars()
        made = [name for name in known if name.startswith(prefix)]
    engine.dispose()
    for name in made:
        administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")
