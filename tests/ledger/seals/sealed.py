"""Sealing for tests: a fixed key, and everything that is not sealed yet in seals of a given size."""

from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import seals
from tests.database import Database
from tests.ledger.builders import NOW

PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID: Final = "kAAA"
KEYS: Final = {KID: PRIVATE.public_key()}


def signature(header: bytes) -> bytes:
    """Sign as the service does."""
    return PRIVATE.sign(header)


def seal_all(database: Database, size: int = 1_000, now: datetime = NOW) -> int:
    """Seal whatever is not sealed, in seals of at most `size` leaves; give how many seals that made."""
    made = 0
    while True:
        with database.app.begin() as session:
            keys = seals.unsealed(session, size)
            if seals.seal(session, keys, signature, KID, now) is None:
                return made
        made += 1
