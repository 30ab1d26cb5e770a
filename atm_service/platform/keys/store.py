"""Where the signing keys are kept: private parts encrypted, never in the clear."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, DateTime, Index, Row, Text, func, insert, or_, select, text, update
from sqlmodel import Field, SQLModel

from atm_service.platform.keys.domain import KeySet, Purpose, SigningKey, VerifyingKey, retired_after
from atm_service.platform.locking import Rank
from kyc.encryption import Cipher
from kyc.errors import Undecryptable

ATTEMPTS: Final = 16
_LOCK: Final = Rank.KEYS.locks("SELECT pg_advisory_xact_lock(hashtextextended('service.signing_key', 0))")


_BYTEWISE: Final = Text(collation="C")


class SigningKeyRow(SQLModel, table=True):
    """A signing key. Current while `retired_at` is null; the database allows one such for each purpose."""

    __tablename__ = "signing_key"
    __table_args__ = (
        Index("signing_key_one_current", "purpose", unique=True, postgresql_where=text("retired_at IS NULL")),
        {"schema": "service"},
    )

    purpose: str = Field(primary_key=True, sa_type=_BYTEWISE)
    kid: str = Field(primary_key=True, sa_type=_BYTEWISE)
    public_key: bytes
    sealed_private: bytes
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    retired_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


_KEYS: Final = SQLModel.metadata.tables["service.signing_key"]


class KeyUnreadableError(Exception):
    """A stored key cannot be trusted, so none is: names which, and what an operator can do."""

    def __init__(self, purpose: str, kid: str, reason: str) -> None:
        super().__init__(
            f"signing key {kid!r} for {purpose!r}: {reason}; start with the secret-keys file that encrypted it, "
            "or restore the row from a backup"
        )


def load(session: Connection, cipher: Cipher, now: datetime, longest_lifetime: timedelta) -> KeySet:
    """Read the keys that sign or verify at `now`: a retired one until the last thing it signed has expired.

    `longest_lifetime` is the longest that a code or a token may live. Every key is decrypted and compared with
    its public part, so that nobody with rights in the database alone can make the service believe a key of
    their own. Raises `KeyUnreadableError` when any one of them fails: a doubtful set is no set.
    """
    retired_at = _KEYS.c.retired_at
    good = or_(retired_at.is_(None), retired_at > retired_after(now, longest_lifetime))
    current, retired = [], []
    for row in session.execute(select(_KEYS).where(good).order_by(_KEYS.c.purpose, _KEYS.c.kid)):
        key = _decrypted(row, cipher)
        if row.retired_at is None:
            current.append(key)
        else:
            retired.append(key.verifying)
    return KeySet(current, retired)


def load_all(session: Connection, cipher: Cipher, purpose: Purpose) -> list[VerifyingKey]:
    """Read the public parts of all keys that ever signed for a purpose, oldest first.

    For what is verified for ever. Raises `KeyUnreadableError` as `load` does, and for the same reason.
    """
    query = select(_KEYS).where(_KEYS.c.purpose == purpose).order_by(_KEYS.c.created_at, _KEYS.c.kid)
    return [_decrypted(row, cipher).verifying for row in session.execute(query)]


def public(session: Connection, purpose: Purpose) -> list[VerifyingKey]:
    """Read the public parts as they stand, for who has no secret keys and trusts a copy of his own."""
    query = (
        select(_KEYS.c.kid, _KEYS.c.public_key).where(_KEYS.c.purpose == purpose).order_by(_KEYS.c.created_at)
    )
    return [
        VerifyingKey(kid, purpose, Ed25519PublicKey.from_public_bytes(raw))
        for kid, raw in session.execute(query)
    ]


def rotate(
    session: Connection,
    cipher: Cipher,
    purpose: Purpose,
    now: datetime,
    generate: Callable[[], Ed25519PrivateKey] = Ed25519PrivateKey.generate,
) -> str:
    """Make a new current key for `purpose`, retire the one before, and give the new key's kid.

    Other processes sign with it from their next reading of the keys, within `domain.REREAD`. Two at once take
    turns until the end of the caller's transaction: each makes a key, and one is current at the end.
    """
    session.execute(_LOCK)
    stored = set(session.scalars(select(_KEYS.c.kid)))
    key = _new_key(purpose, stored, generate)
    session.execute(
        update(_KEYS)
        .where(_KEYS.c.purpose == purpose, _KEYS.c.retired_at.is_(None))
        .values(retired_at=func.greatest(_KEYS.c.created_at, now))  # another machine's clock may be ahead
    )
    session.execute(
        insert(_KEYS).values(
            purpose=purpose,
            kid=key.kid,
            public_key=key.private.public_key().public_bytes_raw(),
            sealed_private=cipher.encrypt(key.private.private_bytes_raw(), _context(purpose, key.kid)),
            created_at=now,
        )
    )
    return key.kid


def current_purposes(session: Connection) -> set[str]:
    """Give the purposes for which there is a current key."""
    return set(session.scalars(select(_KEYS.c.purpose).where(_KEYS.c.retired_at.is_(None))))


def _new_key(purpose: Purpose, stored: set[str], generate: Callable[[], Ed25519PrivateKey]) -> SigningKey:
    """Generate until the short name is a new one: among a thousand keys, one in 16,000 meets its like."""
    for _ in range(ATTEMPTS):
        key = SigningKey.of(generate(), purpose)
        if key.kid not in stored:
            return key
    raise RuntimeError(f"{ATTEMPTS} new keys in a row had the name of a stored one: the randomness is broken")


def _decrypted(row: Row[tuple[object, ...]], cipher: Cipher) -> SigningKey:
    try:
        raw = cipher.decrypt(row.sealed_private, _context(row.purpose, row.kid))
    except Undecryptable as error:
        reason = f"its private part cannot be decrypted ({error})"
        raise KeyUnreadableError(row.purpose, row.kid, reason) from None
    try:
        key = SigningKey.of(Ed25519PrivateKey.from_private_bytes(raw), cast("Purpose", row.purpose))
    except ValueError:
        raise KeyUnreadableError(row.purpose, row.kid, "its private part is no Ed25519 key") from None
    if key.private.public_key().public_bytes_raw() != row.public_key:
        raise KeyUnreadableError(row.purpose, row.kid, "its parts do not belong together")
    return key


def _context(purpose: str, kid: str) -> bytes:
    return f"service.signing_key.sealed_private/{purpose}/{kid}".encode()
