"""How a person's data are kept: sealed for one row and column, found again by keyed hashes."""

from typing import Final
from uuid import UUID

from kyc.sealing import Sealer

APPLICATION: Final = "application"
CUSTOMER: Final = "customer"


def place(table: str, column: str, id: UUID) -> bytes:
    """Name the one place where a sealed value opens."""
    return f"{table} {column} {id}".encode()


def id_print(sealer: Sealer, id_number: str) -> bytes:
    """Give the keyed hash by which a card number is found."""
    return sealer.fingerprint(id_number, "id-number")


def phone_print(sealer: Sealer, phone: str) -> bytes:
    """Give the keyed hash by which a normalised phone number is found."""
    return sealer.fingerprint(phone, "phone")


def pin_print(sealer: Sealer, customer_id: UUID, pin: str) -> bytes:
    """Give what is kept of a PIN (docs/decisions/pin-keyed-hash.md says why not a slow hash).

    With the customer's id, so that the same PIN of two customers looks different.
    """
    return sealer.fingerprint(f"{customer_id} {pin}", "pin")
