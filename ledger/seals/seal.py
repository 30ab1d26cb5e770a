"""A seal: the signed root over a run of leaves, chained to the seals before it.

What is signed are the `header` bytes, framed as leaves are. A seal's `hash` is the RFC 9162 leaf hash of its
header: the next seal names it as `previous`, and it is a leaf of the tree over all seals, whose root before
this seal is `history`. So the chain is one comparison a seal for whoever reads all of it, and a short proof
for whoever holds one published seal and is shown another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.seals import merkle
from ledger.seals.leaves import framed, microseconds

VERSION: Final = "soft-atm ledger seal 1"
LEAVES_MAX: Final = 10_000
FIRST_PREVIOUS: Final = bytes(32)
"""What the first seal names as the one before it."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal. Hashes have 32 bytes, the signature (Ed25519, by the key `kid`) has 64.

    `first_at` and `last_at` are the times of its first and last leaf. Numbers run from 1 without a gap.
    """

    number: int
    previous: bytes
    history: bytes
    root: bytes
    leaves: int
    first_at: datetime
    last_at: datetime
    sealed_at: datetime
    kid: str
    signature: bytes

    @property
    def header(self) -> bytes:
        """The bytes that are signed: everything but the signature."""
        return header(
            self.number,
            self.previous,
            self.history,
            self.root,
            self.leaves,
            (self.first_at, self.last_at, self.sealed_at),
            self.kid,
        )

    @property
    def hash(self) -> bytes:
        """The seal's leaf hash in the tree over all seals."""
        return merkle.leaf_hash(self.header)


def header(
    number: int,
    previous: bytes,
    history: bytes,
    root: bytes,
    leaves: int,
    times: tuple[datetime, datetime, datetime],
    kid: str,
) -> bytes:
    """Give the bytes that are signed. `times`: of the first leaf, of the last leaf, of the sealing."""
    hashes = [previous.hex(), history.hex(), root.hex()]
    moments = [str(microseconds(moment)) for moment in times]
    return framed([VERSION, str(number), *hashes, str(leaves), *moments, kid])


def is_signed(seal: Seal, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Tell whether one of the keys has signed the seal: that which the seal names, and no other."""
    key = keys.get(seal.kid)
    if key is None:
        return False
    try:
        key.verify(seal.signature, seal.header)
    except InvalidSignature:
        return False
    return True
