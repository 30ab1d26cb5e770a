"""Proofs for whoever holds the public key: that a row is in the journal, and that one seal follows another.

A proof of inclusion leads from the row to the root of its seal, and from there to the head: a later seal that
was perhaps published. So the receipt of one payment can be checked by somebody who has seen nothing but the
head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from ledger.seals import merkle, reading, records
from ledger.seals.leaves import KINDS, Leaf, encoded, name
from ledger.seals.reading import Key
from ledger.seals.records import MalformedRecord
from ledger.seals.seal import Seal, is_signed

FORMAT: Final = "soft-atm ledger proof 1"


class UnknownRow(Exception):  # noqa: N818  named for what it is, as all the ledger's
    """There is no such row."""


class NotSealedYet(Exception):  # noqa: N818  the same
    """The row is there and will be in the next seal, a few seconds from now."""


class UnknownSeal(Exception):  # noqa: N818  the same
    """There is no seal of this number, or none of this number from which the proof could lead there."""


class NotProved(Exception):  # noqa: N818  the same
    """The proof does not prove what it says; the message says where it fails."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That `leaf` is leaf `index` of `seal`, and that `seal` is in the history of `head` or is the head."""

    leaf: Leaf
    index: int
    path: Sequence[bytes]
    seal: Seal
    head: Seal
    history_path: Sequence[bytes]


def prove(session: Connection, key: Key, head: int | None = None) -> Proof:
    """Prove that a row is in the journal, up to the seal numbered `head` (None: the newest).

    Raises `UnknownRow`, `NotSealedYet`, and `UnknownSeal` when the head is older than the row's seal or not
    there.
    """
    found = reading.leaves(session, [key])
    if not found:
        raise UnknownRow
    place = reading.place(session, *key)
    if place is None:
        raise NotSealedYet
    number, index = place
    seal = _seal(session, number)
    last = reading.last_seal(session) if head is None else _seal(session, head)
    if last is None or last.number < number:
        raise UnknownSeal
    path = merkle.inclusion_path(reading.hashes(session, number), index)
    return Proof(found[0], index, path, seal, last, _history_path(session, seal, last))


def check(proof: Proof, keys: Mapping[str, Ed25519PublicKey], published: Sequence[Seal] = ()) -> None:
    """Raise `NotProved` unless the proof holds under one of the keys.

    When a published seal has the number of the head or of the row's seal, it must be that one.
    """
    for seal in (proof.seal, proof.head):
        if not is_signed(seal, keys):
            raise NotProved(f"no trusted key has signed seal {seal.number}")
        if any(other.number == seal.number and other.hash != seal.hash for other in published):
            raise NotProved(f"seal {seal.number} is not the one that was published")
    leaf = merkle.leaf_hash(encoded(proof.leaf))
    root = merkle.root_by_inclusion(leaf, proof.index, proof.seal.leaves, proof.path)
    if root != proof.seal.root:
        raise NotProved(f"{name(proof.leaf)} is not leaf {proof.index} of seal {proof.seal.number}")
    if not _leads(proof.seal, proof.head, proof.history_path):
        raise NotProved(f"seal {proof.seal.number} is not in the history of seal {proof.head.number}")


def of_proof(proof: Proof) -> dict[str, Any]:
    """Write a proof as a JSON object. `leaf` and `leaf_hash` are there for whoever checks it by other means."""
    data = encoded(proof.leaf)
    return {
        "format": FORMAT,
        KINDS[type(proof.leaf)]: records.of_leaf(proof.leaf),
        "leaf": data.hex(),
        "leaf_hash": merkle.leaf_hash(data).hex(),
        "index": proof.index,
        "path": records.of_path(proof.path),
        "seal": records.of_seal(proof.seal),
        "head": records.of_seal(proof.head),
        "history_path": records.of_path(proof.history_path),
    }


def proof(record: Any) -> Proof:
    """Read a proof. Raises `MalformedRecord`, also when its leaf is not the bytes that it says."""
    try:
        (kind,) = [kind for kind in KINDS.values() if kind in record and record["format"] == FORMAT]
        found = Proof(
            leaf=records.leaf(kind, record[kind]),
            index=records.whole(record["index"]),
            path=records.path(record["path"]),
            seal=records.seal(record["seal"]),
            head=records.seal(record["head"]),
            history_path=records.path(record["history_path"]),
        )
        stated = record["leaf"], record["leaf_hash"]
    except MalformedRecord:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise MalformedRecord(f"not a {FORMAT!r}") from None
    data = encoded(found.leaf)
    if stated != (data.hex(), merkle.leaf_hash(data).hex()):
        raise MalformedRecord(f"the leaf's bytes are not those of its {kind}")
    return found


@dataclass(frozen=True, slots=True)
class Extension:
    """That the seal `second` came after `first`, and changed nothing of what was before it."""

    first: Seal
    second: Seal
    inclusion: Sequence[bytes]
    consistency: Sequence[bytes]


def extension(session: Connection, first: int, second: int) -> Extension:
    """Prove that one seal follows another. Raises `UnknownSeal`, also when the first is not before the second."""
    if not 0 < first < second:
        raise UnknownSeal
    before, after = _seal(session, first), _seal(session, second)
    ranges = merkle.consistency_ranges(first - 1, second - 1) if first > 1 else []
    return Extension(before, after, _history_path(session, before, after), _subtrees(session, ranges))


def check_extension(proof: Extension, keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Raise `NotProved` unless the second seal follows the first, both signed by one of the keys."""
    first, second = proof.first, proof.second
    for seal in (first, second):
        if not is_signed(seal, keys):
            raise NotProved(f"no trusted key has signed seal {seal.number}")
    is_grown = first.number == 1 or merkle.is_consistent(
        first.number - 1, second.number - 1, first.history, second.history, proof.consistency
    )
    if first.number >= second.number or not is_grown or not _leads(first, second, proof.inclusion):
        raise NotProved(f"seal {second.number} does not follow seal {first.number}")


def of_extension(proof: Extension) -> dict[str, Any]:
    """Write the proof that one seal follows another as a JSON object."""
    return {
        "first": records.of_seal(proof.first),
        "second": records.of_seal(proof.second),
        "inclusion": records.of_path(proof.inclusion),
        "consistency": records.of_path(proof.consistency),
    }


def _seal(session: Connection, number: int) -> Seal:
    found = reading.seals(session, number, number)
    if not found:
        raise UnknownSeal
    return found[0]


def _history_path(session: Connection, seal: Seal, head: Seal) -> list[bytes]:
    if seal.number == head.number:
        return []
    return _subtrees(session, merkle.inclusion_ranges(seal.number - 1, head.number - 1))


def _subtrees(session: Connection, ranges: Sequence[merkle.Range]) -> list[bytes]:
    try:
        return reading.history(session, ranges)
    except KeyError:
        raise UnknownSeal from None


def _leads(seal: Seal, head: Seal, path: Sequence[bytes]) -> bool:
    """Tell whether the seal is the head, or is in its history by this path."""
    if seal.number == head.number:
        return seal == head and not path
    return merkle.root_by_inclusion(seal.hash, seal.number - 1, head.number - 1, path) == head.history
