"""A ledger with Anna's 1,000 đồng and 5,000 in the drawer, shared by tests that roll back what they do."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, make_url

from atm_service import database as db
from tests.conftest import _administer
from tests.database import Database
from tests.ledger.builders import fill, hold, payment, prepare, top_up


@pytest.fixture(scope="session")
def prepared(server_url: str, template: str) -> Iterator[Database]:
    """Give one database for many tests. It has a row in each of the ledger's tables: nobody commits to it."""
    name = f"{template}_ledger"
    _administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    owner, app = db.owner_engine(url), db.app_engine(url)
    spent = hold(10, reference="spent")
    prepare(owner, [top_up(amount=1_110), fill(5_010), spent, payment(spent), hold(100, reference="open")])
    yield Database(url, owner, app)
    owner.dispose()
    app.dispose()
    _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def books(prepared: Database) -> Iterator[Connection]:
    """Give a session on the shared database in which Anna has 1,000 đồng available and the drawer 5,000."""
    with prepared.app.connect() as session:
        yield session
