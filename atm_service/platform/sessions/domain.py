"""What a session gives to whoever signed in, and how a refresh token is recognised."""

import hashlib
from dataclasses import dataclass, field

from atm_service.platform.keys.tokens import Caller

REFRESH_TOKEN_BYTES = 32  # 256 bits: nobody guesses one, so a plain hash keeps it


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a session, for `caller`. Neither token shows in a repr."""

    caller: Caller
    access_token: str = field(repr=False)
    expires_in_s: int
    refresh_token: str = field(repr=False)


def hash_of(refresh_token: str) -> bytes:
    """Give what is kept of a refresh token: the SHA-256 of its text."""
    return hashlib.sha256(refresh_token.encode("utf-8", "surrogatepass")).digest()
