"""Tampering as a superuser who goes around every guard: each kind is found, and the row is named."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, make_url

from atm_service import database as db
from ledger import seals
from ledger.seals import live, merkle, reading, verifying
from ledger.seals.findings import Problem
from ledger.seals.leaves import encoded
from ledger.seals.seal import Seal
from ledger.seals.verifying import Report
from tests.conftest import _administer
from tests.database import Database
from tests.ledger.builders import ANNA, BINH, DRAWER, NOW, TICK, entry, fill, hold, new_id, payment, prepare, top_up
from tests.ledger.seals.sealed import KEYS, KID, PRIVATE, seal_all

FIRST, SECOND, PAID, LAST, LATE = (new_id() for _ in range(5))
HELD, OPEN = hold(100), hold(50)


@pytest.fixture(scope="module")
def sealed(server_url: str, template: str) -> Iterator[Database]:
    """Give a database with three seals and one unsealed entry, for tests that roll back what they break."""
    name = f"{template}_seals"
    _administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    database = Database(url, db.owner_engine(url), db.app_engine(url))
    prepare(database.owner, [top_up(own_id=FIRST, narration="first"), top_up(own_id=SECOND), fill()])
    seal_all(database)
    prepare(database.owner, [HELD, OPEN])
    prepare(database.owner, [payment(HELD, own_id=PAID)])
    seal_all(database)
    prepare(database.owner, [entry((ANNA, BINH, 7), (BINH, ANNA, 3), own_id=LAST)])
    seal_all(database)
    prepare(database.owner, [top_up(own_id=LATE)])
    yield database
    database.owner.dispose()
    database.app.dispose()
    _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def verified(session: Connection, now: datetime = NOW, published: tuple[Seal, ...] = ()) -> Report:
    return verifying.verify(live.books(session), KEYS, now, published=published)


@pytest.fixture
def root(sealed: Database) -> Iterator[Connection]:
    """Give a superuser's session in which no trigger fires; it is rolled back."""
    with sealed.owner.connect() as session:
        session.exec_driver_sql("SET session_replication_role = replica")
        yield session


def test_nothing_is_found_where_nothing_was_done(sealed: Database) -> None:
    """Every leaf and posting is read; what is not sealed yet is no finding while it is young."""
    with sealed.app.connect() as session:
        report = verified(session)
    assert report.findings == []
    assert (report.seals, report.leaves, report.postings, report.unsealed) == (3, 8, 7, 1)
