"""A service on a fresh database, for every test that asks."""

from pathlib import Path

import pytest

from atm_service.platform.context import Context
from tests.atm_service.world import Clock, Service, context_on
from tests.database import Database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(database: Database, tmp_path: Path, clock: Clock) -> Context:
    return context_on(database.app, tmp_path, clock)


@pytest.fixture
def service(context: Context, clock: Clock) -> Service:
    return Service(context, clock)
