"""What a session gives to whoever signed in, and how a refresh token is recognised."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from atm_service.platform.keys.tokens import Caller
from kyc.encryption import Cipher

REFRESH_TOKEN_BYTES = 32  # 256 bits: nobody guesses one, so a plain hash keeps it


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a session, for `caller`. Neither token shows in a repr.

    `device` comes with a sign-in: the sign by which the device is known at the next one, see `visitors`.
    """

    session_id: UUID
    caller: Caller
    access_token: str = field(repr=False)
    expires_in_s: int
    refresh_token: str = field(repr=False)
    idle_minutes: int
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Live:
    """A session that has not ended: what its device calls itself, if it said, and when it last came for tokens."""

    id: UUID
    label: str | None
    opened_at: datetime
    renewed_at: datetime


def successor_of(refresh_token: str, cipher: Cipher) -> str:
    """Give the token that follows: the same each time, so it is stored nowhere; without our key nobody makes it."""
    derived = cipher.fingerprint(refresh_token, "successor of a refresh token")
    return base64.urlsafe_b64encode(derived).rstrip(b"=").decode("ascii")


def hash_of(refresh_token: str) -> bytes:
    """Give what is kept of a refresh token: the SHA-256 of its text."""
    return hashlib.sha256(refresh_token.encode("utf-8", "surrogatepass")).digest()
