"""How a person's data are kept: encrypted for one row and column, found again by keyed hashes."""

from typing import Final
from uuid import UUID

from kyc.encryption import Cipher

APPLICATION: Final = "application"
CUSTOMER: Final = "customer"


def place(table: str, column: str, id: UUID) -> bytes:
    """Name the one place where a encrypted value opens."""
    return f"{table} {column} {id}".encode()


def id_print(cipher: Cipher, id_number: str) -> bytes:
    """Give the keyed hash by which a card number is found."""
    return cipher.fingerprint(id_number, "id-number")


def old_id_print(cipher: Cipher, old_number: str) -> bytes:
    """Give the keyed hash by which the number of an old card is known again."""
    return cipher.fingerprint(old_number, "old-id-number")


def card_print(cipher: Cipher, *texts: str | None) -> bytes:
    """Give the keyed hash of what was read of a card: which card a picture of a face came with."""
    return cipher.fingerprint("\n".join(text or "" for text in texts), "card")


def capture_print(cipher: Cipher, capture: str) -> bytes:
    """Give the keyed hash by which a picture of a face is known again."""
    return cipher.fingerprint(capture, "face-capture")


def phone_print(cipher: Cipher, phone: str) -> bytes:
    """Give the keyed hash by which a normalised phone number is found."""
    return cipher.fingerprint(phone, "phone")


def pin_print(cipher: Cipher, customer_id: UUID, pin: str) -> bytes:
    """Give what is kept of a PIN (docs/decisions/0002-pin-keyed-hash.md says why not a slow hash).

    With the customer's id, so that the same PIN of two customers looks different.
    """
    return cipher.fingerprint(f"{customer_id} {pin}", "pin")
