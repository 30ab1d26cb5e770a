"""Sealing for tests: a fixed key, a database for a whole module, and seals of a given size."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, make_url

from atm_service import database as db
from ledger import seals
from ledger.seals import Seal
from ledger.seals.leaves import order
from ledger.seals.reading import Block, SealedLeaf
from ledger.seals.records import Keys
from tests.conftest import _administer
from tests.database import Database
from tests.ledger.builders import NOW

PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID: Final = "kAAA"
KEYS: Final[Keys] = {KID: PRIVATE.public_key()}


@contextmanager
def module_database(server_url: str, template: str, name: str) -> Iterator[Database]:
    """Give a migrated database of its own to the tests of one module, which leave it as they found it."""
    name = f"{template}_{name}"
    _administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    database = Database(url, db.owner_engine(url), db.app_engine(url))
    yield database
    database.owner.dispose()
    database.app.dispose()
    _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def seal_some(session: Connection, limit: int = 1_000, now: datetime = NOW) -> Seal | None:
    """Seal at most `limit` of what is not sealed; the caller commits."""
    return seals.seal(session, seals.unsealed(session, limit), PRIVATE.sign, KID, now)


def seal_all(database: Database, size: int = 1_000, now: datetime = NOW) -> int:
    """Seal whatever is not sealed, in seals of at most `size` leaves; give how many seals that made."""
    made = 0
    while True:
        with database.app.begin() as session:
            if seal_some(session, size, now) is None:
                return made
        made += 1


def in_order(block: Block) -> list[SealedLeaf]:
    """Give a block's leaves by the order that leaves have."""
    return sorted(block.leaves, key=lambda sealed: order(sealed.leaf))  # type: ignore[arg-type]
