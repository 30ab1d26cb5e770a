"""Signing keys and the set of them that a process works with. Pure: no clock, no database, no randomness."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Purpose = Literal["code", "access", "seal", "proof"]

ALGORITHM: Final = "EdDSA"
KID_LENGTH: Final = 4

# How long a process may work with the key set it has read. It may therefore sign with a key for this long
# after the key's retirement, and so a retired key verifies for this much longer.
REREAD: Final = timedelta(seconds=60)


class NoSigningKeyError(Exception):
    """There is no current key for a purpose: nothing can be signed until one is made."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(f"no current signing key for {purpose!r}: make one with `soft-atm keys rotate`")


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, and the one purpose for which its signatures count."""

    kid: str
    purpose: Purpose
    public: Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the one purpose for which it signs. `kid` is that of its public part."""

    kid: str
    purpose: Purpose
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, private: Ed25519PrivateKey, purpose: Purpose) -> "SigningKey":
        """Name a private key by its public part."""
        return cls(kid_of(private.public_key()), purpose, private)

    @property
    def verifying(self) -> VerifyingKey:
        """The public part."""
        return VerifyingKey(self.kid, self.purpose, self.private.public_key())


class KeySet:
    """The keys at one moment: those that verify, and for each purpose the one that signs. Immutable.

    Compared by identity, so that what was verified with one set is not believed with the next.
    """

    __slots__ = ("_signing", "_verifying")

    def __init__(self, current: Iterable[SigningKey], retired: Iterable[VerifyingKey] = ()) -> None:
        signing = list(current)
        self._signing: Mapping[Purpose, SigningKey] = MappingProxyType({key.purpose: key for key in signing})
        verifying = [*(key.verifying for key in signing), *retired]
        self._verifying: Mapping[tuple[Purpose, str], Ed25519PublicKey] = MappingProxyType(
            {(key.purpose, key.kid): key.public for key in verifying}
        )
        if len(self._signing) != len(signing) or len(self._verifying) != len(verifying):
            raise ValueError("two current keys of one purpose, or two keys of one kid")

    def signing(self, purpose: Purpose) -> SigningKey:
        """Give the key that signs now. Raises `NoSigningKeyError` when none was made yet."""
        try:
            return self._signing[purpose]
        except KeyError:
            raise NoSigningKeyError(purpose) from None

    def find(self, purpose: Purpose, kid: str) -> Ed25519PublicKey | None:
        """Give the public key that verifies what `kid` signed for this purpose, if there is one."""
        return self._verifying.get((purpose, kid))

    def jwks(self) -> dict[str, Any]:
        """Give the public keys of withdrawal codes as a JWK Set (RFC 7517, RFC 8037), in the order of kids.

        Access tokens are for the service alone, so their keys are not published.
        """
        return jwks(
            VerifyingKey(kid, purpose, public)
            for (purpose, kid), public in self._verifying.items()
            if purpose == "code"
        )


def jwks(keys: Iterable[VerifyingKey]) -> dict[str, Any]:
    """Write public keys as a JWK Set (RFC 7517, RFC 8037), in the order of kids."""
    ordered = sorted(keys, key=lambda key: key.kid)
    return {"keys": [{**jwk(key.public), "kid": key.kid, "use": "sig", "alg": ALGORITHM} for key in ordered]}


def jwk(public: Ed25519PublicKey) -> dict[str, str]:
    """Give the required members of a public Ed25519 key as a JWK (RFC 8037, section 2)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url(public.public_bytes_raw())}


def thumbprint(public: Ed25519PublicKey) -> str:
    """Give the SHA-256 thumbprint of a public key (RFC 7638; its example for Ed25519 is RFC 8037, A.3)."""
    canonical = json.dumps(jwk(public), separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(canonical.encode()).digest())


def kid_of(public: Ed25519PublicKey) -> str:
    """Give a key's short name: four characters, because each one counts in a QR."""
    return thumbprint(public)[:KID_LENGTH]


def retired_after(now: datetime, longest_lifetime: timedelta) -> datetime:
    """Give the moment after which a key must have been retired to verify still at `now`.

    The last thing a key signed lives for `longest_lifetime`; and it may have been signed up to `REREAD` after
    the retirement, by a process that had not yet heard of it.
    """
    return now - longest_lifetime - REREAD


def base64url(raw: bytes) -> str:
    """Encode without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
