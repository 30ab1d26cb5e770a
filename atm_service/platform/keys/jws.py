"""Compact JWS (RFC 7515) by Ed25519 (RFC 8037), read strictly.

The only writer of these texts is this module, so a reader need not be liberal: a text is accepted when it is
byte for byte what `sign` would have written, and every other spelling of it (padding, spaces, repeated or
further header members, spare bits at the end of a base64url run) is refused. So one signed fact has exactly
one text.
"""

import json
import re
from typing import Any, Final

import jwt

from atm_service.platform.keys.domain import ALGORITHM, KeySet, Purpose, SigningKey, base64url

TEXT_MAX: Final = 512

# Header, payload, and the 64 bytes of an Ed25519 signature.
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
_JWS: Final = jwt.PyJWS(algorithms=[ALGORITHM])


class NotCompactError(Exception):
    """The text is not a compact JWS with a signature of our length: garbled, cut short, or something else."""


class NotGenuineError(Exception):
    """The text is a JWS, but no key of ours has signed it for this purpose."""


def sign(payload: bytes, key: SigningKey, typ: str | None = None, text_max: int = TEXT_MAX) -> str:
    """Sign `payload`. Ed25519 is deterministic: the same payload and key always give the same text.

    Raises `ValueError` when the text would be longer than `text_max`: `opened` reads no more than `TEXT_MAX`.
    """
    header = {"kid": key.kid, "typ": typ}  # PyJWT writes no `typ` at all for None
    text = _JWS.encode(payload, key.private, algorithm=ALGORITHM, headers=header)
    if len(text) > text_max:
        raise ValueError(f"signed text of {len(text)} characters, at most {text_max} are read")
    return text


def opened(text: str, keys: KeySet, purpose: Purpose, typ: str | None = None) -> bytes:
    """Give the payload of a text that a key of this purpose has signed, under exactly the header of `sign`.

    Raises `NotCompactError` or `NotGenuineError`; neither carries the text. What the payload means is the
    caller's to check.
    """
    header = _header(text)
    kid = header.get("kid")
    if not isinstance(kid, str) or text.partition(".")[0] != _header_text(kid, typ):
        raise NotGenuineError
    public = keys.find(purpose, kid)
    if public is None:
        raise NotGenuineError
    try:
        payload: bytes = _JWS.decode_complete(text, public, algorithms=[ALGORITHM])["payload"]
    except jwt.InvalidSignatureError:
        raise NotGenuineError from None
    return payload


def compact(claims: dict[str, Any]) -> bytes:
    """Write claims as JSON without spaces, in their order."""
    return json.dumps(claims, separators=(",", ":")).encode("ascii")


def _header(text: str) -> dict[str, Any]:
    if not isinstance(text, str) or len(text) > TEXT_MAX or not _SHAPE.fullmatch(text):
        raise NotCompactError
    try:
        return _JWS.get_unverified_header(text)
    except jwt.DecodeError:
        raise NotCompactError from None
    except jwt.InvalidTokenError:  # a `kid` that is no text, or a `crit` that nobody here understands
        raise NotGenuineError from None


def _header_text(kid: str, typ: str | None) -> str:
    header = {"alg": ALGORITHM, "kid": kid} | ({} if typ is None else {"typ": typ})
    return base64url(compact(header))
