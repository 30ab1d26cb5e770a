"""A ledger with Anna's 1,000 đồng and 5,000 in the drawer, shared by tests that roll back what they do."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.database import Database, cloned
from tests.ledger.builders import fill, hold, payment, prepare, top_up


@pytest.fixture(scope="session")
def prepared(server_url: str, template: str) -> Iterator[Database]:
    """Give one database for many tests. It has a row in each of the ledger's tables: nobody commits to it."""
    with cloned(server_url, template) as database:
        spent = hold(10, reference="spent")
        commands = [top_up(amount=1_110), fill(5_010), spent, payment(spent), hold(100, reference="open")]
        prepare(database.owner, commands)
        yield database


@pytest.fixture
def books(prepared: Database) -> Iterator[Connection]:
    """Give a session on the shared database in which Anna has 1,000 đồng available and the drawer 5,000."""
    with prepared.app.connect() as session:
        yield session
