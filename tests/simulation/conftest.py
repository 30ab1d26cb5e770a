"""A town on a fresh database, and a seed that says how to see a failure again."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.database import cloned
from tests.simulation import people
from tests.simulation.people import Town


@pytest.fixture(scope="module")
def town(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give one town to all tests of a module: to start a service takes longer than to use it."""
    with cloned(server_url, template) as database:
        founded = people.found(database.url, tmp_path_factory.mktemp("town") / "var")
        yield founded
        founded.close()


@pytest.fixture
def dice() -> random.Random:
    """Give the test's randomness; set SOFT_ATM_TEST_SEED to the number that a failure shows."""
    seed = int(os.environ.get("SOFT_ATM_TEST_SEED") or random.SystemRandom().randrange(10**9))
    print(f"SOFT_ATM_TEST_SEED={seed}")
    return random.Random(seed)
