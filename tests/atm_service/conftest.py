"""A service on a fresh database, for every test that asks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from atm_service.platform import database as db
from atm_service.platform.context import Context
from atm_service.registers.units import service as units
from tests.atm_service.world import START, Clock, Service, context_on
from tests.database import Database, administer, cloned


@pytest.fixture(scope="session")
def province(server_url: str, template: str) -> Iterator[str]:
    """Give the name of a migrated database with Lạng Sơn in it, that tests are cloned from."""
    name = f"province_{os.getpid()}"
    administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    engine = db.app_engine(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    with engine.begin() as session:
        units.furnish(session, START)
    engine.dispose()
    yield name
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server_url: str, province: str) -> Iterator[Database]:
    """Give a fresh database with the units, areas and offices of Lạng Sơn, dropped after the test."""
    with cloned(server_url, province) as clone:
        yield clone


@pytest.fixture
def empty(server_url: str, template: str) -> Iterator[Database]:
    """Give a fresh database with nothing in it, dropped after the test."""
    with cloned(server_url, template) as clone:
        yield clone


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(database: Database, tmp_path: Path, clock: Clock) -> Context:
    return context_on(database.app, tmp_path, clock)


@pytest.fixture
def service(context: Context, clock: Clock) -> Service:
    return Service(context, clock)
