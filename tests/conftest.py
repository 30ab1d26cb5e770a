"""One embedded PostgreSQL for a test run, one migrated template, a fresh clone for each test that asks."""

import os
import random
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy import Connection, make_url

from atm_service.platform import database as db
from tests.database import Database, administer, cloned
from tests.folders import walkable
from tests.locks import Witness

# A busy machine is no bug, and a run that nobody watches repeats the same examples.
settings.register_profile(
    "soft-atm",
    deadline=None,
    derandomize="CI" in os.environ and "SOFT_ATM_TEST_SEED" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "unshrunk", settings.get_profile("soft-atm"), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
settings.load_profile("soft-atm")

# No test leaves a file of secret keys in somebody's home.
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="soft-atm-config-")

witness = Witness()
witness.watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail a test in which locks were taken out of order."""
    yield
    _fail_by_witness()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Fail a test whose fixtures took locks out of order, or a thread that ended after it."""
    yield
    _fail_by_witness()


def _fail_by_witness() -> None:
    if wrong := witness.take_out():
        pytest.fail("\n\n".join(dict.fromkeys(wrong)), pytrace=False)


# The longest first, then what is many, then what waits for processes and pages; small files fill in at the end.
FOLDERS = ("simulation/test_sixty_days", "upgrades", "atm_service", "bench", "browser", "simulation", "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put long files first, so that no worker is left alone with one; with a seed, try another order of all."""
    if len({item.nodeid for item in items}) < len(items):
        raise pytest.UsageError("two tests have one id: of these, xdist runs only one")
    seed = config.getoption("hypothesis_seed")
    if seed is None:
        items.sort(key=lambda item: [item.nodeid.startswith(f"tests/{one}") for one in FOLDERS].index(True))
        return
    dice = random.Random(seed)
    files = {item.path: dice.random() for item in items}
    items.sort(
        key=lambda item: (files[item.path], 0 if item.get_closest_marker("in_order") else dice.random())
    )


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Give the owner's URL of a running PostgreSQL: embedded, or the one SOFT_ATM_TEST_DATABASE_URL names."""
    if given := os.environ.get("SOFT_ATM_TEST_DATABASE_URL"):
        yield db.url(given)
        return
    with walkable(lasts=False) as folder, db.embedded(folder / "data", keep=False, durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """Give the name of a migrated database that tests are cloned from."""
    name = f"template_{os.getpid()}"
    administer(server_url, f"CREATE DATABASE {name}")
    db.migrate(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    yield name
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server_url: str, template: str) -> Iterator[Database]:
    """Give a fresh, migrated database, dropped after the test."""
    with cloned(server_url, template) as clone:
        yield clone


@pytest.fixture
def session(database: Database) -> Iterator[Connection]:
    """Give one transaction in the service's role; what is not committed is rolled back."""
    with database.app.connect() as connection:
        yield connection
