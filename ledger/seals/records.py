"""Leaves, seals and public keys as JSON objects, for exports and proofs. Hashes are hex, times RFC 3339 in UTC.

Reading is strict about what is there and its types. It need not be about more: a leaf that is not what was
sealed has another hash.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.seals.leaves import End, Entry, Hold, Leaf, Leg
from ledger.seals.seal import Seal

Keys = dict[str, Ed25519PublicKey]


class MalformedRecord(ValueError):  # noqa: N818  named for what it is, as all the ledger's
    """A JSON value is not the record that it should be."""


def of_leaf(leaf: Leaf) -> dict[str, Any]:
    """Write a leaf; its names are those of the leaf's fields."""
    record = leaf._asdict()
    for name, value in record.items():
        match value:
            case bytes():
                record[name] = value.hex()
            case datetime():
                record[name] = rfc3339(value)
            case UUID() | date():
                record[name] = str(value)
            case tuple():
                record[name] = [leg._asdict() for leg in value]
    return record


def leaf(kind: str, record: Any) -> Leaf:
    """Read a leaf of a kind (`entry`, `hold` or `end`). Raises `MalformedRecord`."""
    try:
        return _READERS[kind](record)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MalformedRecord(f"not a record of kind {kind!r}") from None


def of_seal(seal: Seal) -> dict[str, Any]:
    """Write a seal, with its hash for whoever compares by eye."""
    return {
        "number": seal.number,
        "previous": seal.previous.hex(),
        "history": seal.history.hex(),
        "root": seal.root.hex(),
        "leaves": seal.leaves,
        "first_at": rfc3339(seal.first_at),
        "last_at": rfc3339(seal.last_at),
        "sealed_at": rfc3339(seal.sealed_at),
        "kid": seal.kid,
        "signature": seal.signature.hex(),
        "hash": seal.hash.hex(),
    }


def seal(record: Any) -> Seal:
    """Read a seal. Raises `MalformedRecord`, also when the hash is not the seal's."""
    try:
        found = Seal(
            number=whole(record["number"]),
            previous=hash_(record["previous"]),
            history=hash_(record["history"]),
            root=hash_(record["root"]),
            leaves=whole(record["leaves"]),
            first_at=_time(record["first_at"]),
            last_at=_time(record["last_at"]),
            sealed_at=_time(record["sealed_at"]),
            kid=_text(record["kid"]),
            signature=bytes.fromhex(record["signature"]),
        )
        stated = hash_(record["hash"])
    except (KeyError, TypeError, ValueError):
        raise MalformedRecord("not a seal") from None
    if stated != found.hash:
        raise MalformedRecord(f"seal {found.number} has another hash than it says")
    return found


def keys(record: Any) -> Keys:
    """Read public keys from a JWK Set, or one JWK (RFC 7517, RFC 8037). Raises `MalformedRecord`.

    Whoever holds two keys of one name cannot tell which is meant, so that is refused.
    """
    try:
        jwks = record.get("keys", [record])
        found: Keys = {}
        for jwk in jwks:
            if (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519") or jwk["kid"] in found:
                raise MalformedRecord("not a set of Ed25519 keys with a name of its own for each")
            found[_text(jwk["kid"])] = Ed25519PublicKey.from_public_bytes(_base64url(jwk["x"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise MalformedRecord("not a set of Ed25519 keys with a name of its own for each") from None
    return found


def of_keys(keys: Keys) -> dict[str, Any]:
    """Write public keys as a JWK Set."""
    return {"keys": [_jwk(kid, key) for kid, key in keys.items()]}


def hash_(text: Any) -> bytes:
    """Read a SHA-256 in hex. Raises `ValueError` or `TypeError`."""
    found = bytes.fromhex(text)
    if len(found) != HASH_BYTES:
        raise ValueError("not a SHA-256")
    return found


def whole(value: Any) -> int:
    """Read a whole number. Raises `TypeError`."""
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def path(texts: Any) -> list[bytes]:
    """Read the hashes of a proof. Raises `MalformedRecord`."""
    try:
        return [hash_(text) for text in texts]
    except (TypeError, ValueError):
        raise MalformedRecord("not a list of hashes") from None


def of_path(hashes: Iterable[bytes]) -> list[str]:
    """Write the hashes of a proof."""
    return [found.hex() for found in hashes]


def rfc3339(moment: datetime) -> str:
    """Write a time with its microseconds, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


HASH_BYTES: Final = 32


def _entry(record: Any) -> Entry:
    return Entry(
        id=UUID(record["id"]),
        reference=_text(record["reference"]),
        fingerprint=bytes.fromhex(record["fingerprint"]),
        kind=_text(record["kind"]),
        business_date=date.fromisoformat(record["business_date"]),
        narration=_text(record["narration"]),
        corrects=None if record["corrects"] is None else UUID(record["corrects"]),
        lines=whole(record["lines"]),
        recorded_at=_time(record["recorded_at"]),
        postings=tuple([_leg(posting) for posting in record["postings"]]),
    )


def _leg(record: Any) -> Leg:
    leg = Leg(**record)
    if [type(value) for value in leg] != _LEG_TYPES:
        raise TypeError("not a posting")
    return leg


_LEG_TYPES: Final = [int, str, str, int, int, int, int, int]


def _hold(record: Any) -> Hold:
    return Hold(
        id=UUID(record["id"]),
        reference=_text(record["reference"]),
        fingerprint=bytes.fromhex(record["fingerprint"]),
        account=_text(record["account"]),
        amount=whole(record["amount"]),
        deadline=_time(record["deadline"]),
        placed_at=_time(record["placed_at"]),
    )


def _end(record: Any) -> End:
    fingerprint, reference, entry_id = record["fingerprint"], record["reference"], record["entry_id"]
    return End(
        id=UUID(record["id"]),
        outcome=_text(record["outcome"]),
        entry_id=None if entry_id is None else UUID(entry_id),
        reference=None if reference is None else _text(reference),
        fingerprint=None if fingerprint is None else bytes.fromhex(fingerprint),
        ended_at=_time(record["ended_at"]),
    )


_READERS: Final[dict[str, Callable[[Any], Leaf]]] = {"entry": _entry, "hold": _hold, "end": _end}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _time(value: Any) -> datetime:
    found = datetime.fromisoformat(value)
    if found.utcoffset() is None:
        raise ValueError("a time needs a zone")
    return found


def _jwk(kid: str, key: Ed25519PublicKey) -> dict[str, str]:
    x = urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode("ascii")
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"}


def _base64url(text: Any) -> bytes:
    return urlsafe_b64decode(_text(text) + "=" * (-len(text) % 4))
