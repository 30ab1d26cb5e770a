"""Keeping the bodies in the counter's journal unreadable without the key beside it.

A body holds a card number and a PIN and must survive a power cut, because the same question has to be asked
again. So it is encrypted with AES-256-GCM, and the key is a file that only the app's own user may read.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class UndecryptableError(Exception):
    """The encrypted bytes were not made with this key and context."""


class KeyFileError(Exception):
    """The key file cannot be trusted. The message says which file and what to do."""


class Cipher:
    """Encrypts and decrypts small byte strings. `context` binds a value to its place; it is not stored."""

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def encrypt(self, plaintext: bytes, context: str) -> bytes:
        """Return nonce and ciphertext together."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, plaintext, context.encode())

    def decrypt(self, encrypted: bytes, context: str) -> bytes:
        """Return the plaintext, or raise UndecryptableError."""
        try:
            return self._aes.decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise UndecryptableError("encrypted with another key or in another place") from None


def load_cipher(path: Path) -> Cipher:
    """Read the key file, or make it (mode 0600, on disk before it is used).

    Raises KeyFileError when the file is damaged or others may read it.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return Cipher(_read_key(path))
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_bytes(_KEY_BYTES)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return Cipher(key)


def _read_key(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path}: others may read the key; run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise KeyFileError(
            f"{path}: the key is damaged; restore it, or move it away if no request is unknown"
        )
    return key
