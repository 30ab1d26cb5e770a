"""Sealing for tests: a fixed key, a database for a whole module, and seals of a given size."""

from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from ledger import seals
from ledger.seals import Seal
from ledger.seals.leaves import order
from ledger.seals.reading import Block, SealedLeaf
from ledger.seals.records import Keys
from tests.database import Database
from tests.ledger.builders import NOW

PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID: Final = "kAAA"
KEYS: Final[Keys] = {KID: PRIVATE.public_key()}


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
