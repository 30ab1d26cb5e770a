"""One service for all contract tests: they ask thousands of times, and each answer stands for itself."""

from collections.abc import Iterator

import pytest

from tests.atm_service.world import Clock, Service, context_on
from tests.contract.cast import Cast
from tests.database import cloned


@pytest.fixture(scope="module")
def cast(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """Give people of each role at work in a service."""
    clock = Clock()
    with cloned(server_url, template) as database:
        yield Cast(Service(context_on(database.app, tmp_path_factory.mktemp("contract"), clock), clock))
