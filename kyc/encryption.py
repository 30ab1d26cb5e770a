"""Personal data at rest: encrypted with AES-256-GCM, found again by a keyed hash.

An encrypted value is `version(1) · length of key id(1) · key id · nonce(12) · ciphertext and tag(16)`. Everything
before the nonce and the caller's context are authenticated, so that a value opens only in the place it was
encrypted for.
"""

import base64
import binascii
import hmac
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kyc.errors import KeyFileInvalid, Undecryptable

KEY_BYTES: Final = 32
PLAINTEXT_BYTES_MAX: Final = 65_536
CONTEXT_BYTES_MAX: Final = 256
KEYS_MAX: Final = 64

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = 2
_PURPOSE_BYTES_MAX: Final = 255
_FILE_CHARS_MAX: Final = 65_536
_KEY_ID: Final = re.compile("[a-z0-9-]{1,32}")
_TOML_PLACE: Final = re.compile(r"\(at [a-z0-9, ]+\)$")


@dataclass(frozen=True, slots=True, eq=False)
class Cipher:
    """Encrypts with the current key, decrypts with any of its keys, and makes look-up hashes.

    A key may encrypt 2³² values before its random nonces risk a repetition (NIST SP 800-38D, 8.3); turn it long
    before. The index key cannot be turned without hashing every row anew. Raises `ValueError` for keys that
    do not fit.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    current: str
    index_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))
        if not 1 <= len(self.keys) <= KEYS_MAX or not all(map(_KEY_ID.fullmatch, self.keys)):
            raise ValueError(f"1 to {KEYS_MAX} keys are needed, each named by 1 to 32 of a-z, 0-9 and -")
        if self.current not in self.keys:
            raise ValueError("the current key is not among the keys")
        every = [*self.keys.values(), self.index_key]
        if any(len(key) != KEY_BYTES for key in every):
            raise ValueError(f"every key must be {KEY_BYTES} bytes")
        if len(set(every)) < len(every):
            raise ValueError("two keys are the same")

    def encrypt(self, plaintext: bytes, context: bytes) -> bytes:
        """Encrypt up to 65,536 bytes for one place, named by `context` (table, column and row; not secret).

        Twice the same text gives two different values. Raises `ValueError` for a text or a context out of bounds.
        """
        if len(plaintext) > PLAINTEXT_BYTES_MAX:
            raise ValueError("too long to encrypt")
        header = bytes([_VERSION, len(self.current)]) + self.current.encode("ascii")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = header + _checked_context(context)
        return header + nonce + AESGCM(self.keys[self.current]).encrypt(nonce, plaintext, bound)

    def decrypt(self, encrypted: bytes, context: bytes) -> bytes:
        """Give back what was encrypted for `context`. Raises `Undecryptable` for anything else."""
        key_id, header, rest = _split(encrypted)
        key = self.keys.get(key_id)
        if key is None:
            raise Undecryptable("its key is not here")
        nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, header + _checked_context(context))
        except InvalidTag:
            raise Undecryptable("damaged, or encrypted for another place") from None

    def fingerprint(self, text: str, purpose: str) -> bytes:
        """Give 32 bytes that are the same for the same text and purpose, and tell nothing without the key.

        For equality look-ups (a card number, a phone). Normalise the text first. Raises `ValueError` for a
        purpose that is empty or longer than 255 bytes.
        """
        domain = purpose.encode("utf-8")
        if not 1 <= len(domain) <= _PURPOSE_BYTES_MAX:
            raise ValueError("a purpose has 1 to 255 bytes")
        # The length in front keeps ("ab", "c") and ("a", "bc") apart. A lone surrogate must not raise here:
        # the error would carry the text.
        message = bytes([len(domain)]) + domain + text.encode("utf-8", "surrogatepass")
        return hmac.digest(self.index_key, message, "sha256")


def key_id_of(encrypted: bytes) -> str:
    """Name the key that a value was encrypted with, so that rotation finds the old ones. Raises `Undecryptable`."""
    return _split(encrypted)[0]


def generate_keys() -> str:
    """Make the text of a new key file. Whoever has it can read every identity."""
    key_id = _new_key_id()
    return _write(key_id, _new_key(), {key_id: _new_key()})


def add_key(text: str) -> str:
    """Give a key file's text with a new current key; the old ones still open. Raises `KeyFileInvalid`."""
    old = load_keys(text)
    key_id = _new_key_id()
    new = {key_id: _new_key(), **{name: _encode(key) for name, key in old.keys.items()}}
    # Would a later load refuse it (too many keys, the same name twice), say so now and keep the old file.
    written = _write(key_id, _encode(old.index_key), new)
    load_keys(written)
    return written


def load_keys(text: str) -> Cipher:
    """Read the text of a key file. Raises `KeyFileInvalid`, which names the fault and never shows a key."""
    if len(text) > _FILE_CHARS_MAX:
        raise KeyFileInvalid("the key file is too long")
    try:
        file: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # The parser may quote the line, and the line may be a key: pass on only the place.
        place = _TOML_PLACE.search(str(error))
        raise KeyFileInvalid(f"the key file is not TOML {place[0] if place else ''}".rstrip()) from None
    if file.keys() != {"current", "index", "keys"}:
        raise KeyFileInvalid("the key file needs exactly `current`, `index` and the table `[keys]`")
    if not isinstance(file["current"], str) or not isinstance(file["keys"], dict):
        raise KeyFileInvalid("`current` must be a name and `keys` a table")
    keys = {name: _decode(key, "an entry of `[keys]`") for name, key in file["keys"].items()}
    try:
        return Cipher(keys, file["current"], _decode(file["index"], "`index`"))
    except ValueError as error:
        raise KeyFileInvalid(str(error)) from None


def _split(encrypted: bytes) -> tuple[str, bytes, bytes]:
    """Give the key id, the header and the rest."""
    if len(encrypted) < _HEADER_BYTES or encrypted[0] != _VERSION:
        raise Undecryptable("not an encrypted value of this version")
    end = _HEADER_BYTES + encrypted[1]
    if len(encrypted) < end + _NONCE_BYTES + _TAG_BYTES:
        raise Undecryptable("cut short")
    if len(encrypted) > end + _NONCE_BYTES + _TAG_BYTES + PLAINTEXT_BYTES_MAX:
        raise Undecryptable("too long")
    try:
        key_id = encrypted[_HEADER_BYTES:end].decode("ascii")
    except UnicodeDecodeError:
        raise Undecryptable("its key is not here") from None
    return key_id, encrypted[:end], encrypted[end:]


def _checked_context(context: bytes) -> bytes:
    if not 1 <= len(context) <= CONTEXT_BYTES_MAX:
        raise ValueError(f"a context has 1 to {CONTEXT_BYTES_MAX} bytes")
    return context


def _new_key_id() -> str:
    return secrets.token_hex(4)


def _new_key() -> str:
    return _encode(secrets.token_bytes(KEY_BYTES))


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _decode(text: object, place: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileInvalid(f"{place} is not {KEY_BYTES} bytes in base64")
    return key


def _write(current: str, index: str, keys: Mapping[str, str]) -> str:
    lines = [
        "# Whoever reads this file can read every customer's identity. Keep a copy away from the database:",
        "# without one, nobody ever can. `current` encrypts; the other keys only decrypt what they have encrypted.",
        f'current = "{current}"',
        f'index = "{index}"',
        "",
        "[keys]",
        *(f'"{name}" = "{key}"' for name, key in keys.items()),
    ]
    return "\n".join(lines) + "\n"
