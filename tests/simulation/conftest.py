"""A town on a fresh database, and a seed that says how to see a failure again."""

import itertools
import os
import random
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.simulation import people
from tests.simulation.people import Town

_numbers = itertools.count()


@pytest.fixture(scope="module")
def town(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give one town to all tests of a module: to start a service takes longer than to use it."""
    name = f"simulation_{os.getpid()}_{next(_numbers)}"
    administrator = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    founded = people.found(url, tmp_path_factory.mktemp("town") / "var")
    yield founded
    founded.close()
    with administrator.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    administrator.dispose()


@pytest.fixture
def dice() -> random.Random:
    """Give the test's randomness; set SOFT_ATM_TEST_SEED to the number that a failure shows."""
    seed = int(os.environ.get("SOFT_ATM_TEST_SEED") or random.SystemRandom().randrange(10**9))
    print(f"SOFT_ATM_TEST_SEED={seed}")
    return random.Random(seed)
