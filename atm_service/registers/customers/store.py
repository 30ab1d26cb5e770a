"""Customers in the database: identity encrypted, found again by keyed hashes, the PIN as a keyed hash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank


class CustomerRow(SQLModel, table=True):
    """One approved person with one wallet. One row a card number and a phone: the indexes say so."""

    __tablename__ = "customer"
    __table_args__ = {"schema": "service"}

    id: UUID = Field(primary_key=True)
    tier: str
    identity_sealed: bytes = Field(sa_type=LargeBinary)
    phone_sealed: bytes = Field(sa_type=LargeBinary)
    id_print: bytes = Field(sa_type=LargeBinary, unique=True)
    phone_print: bytes = Field(sa_type=LargeBinary, unique=True)
    pin_print: bytes = Field(sa_type=LargeBinary)
    provider_reference: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Customer:
    """What is stored of a customer."""

    id: UUID
    tier: str
    identity_sealed: bytes = field(repr=False)
    phone_sealed: bytes = field(repr=False)
    id_print: bytes = field(repr=False)
    phone_print: bytes = field(repr=False)
    pin_print: bytes = field(repr=False)
    provider_reference: str
    created_at: datetime


_COLUMNS: Final = (
    "id, tier, identity_sealed, phone_sealed, id_print, phone_print, pin_print,"
    " provider_reference, created_at"
)
# Without a target: whichever of the two unique indexes is hit, the row is not added and nothing is raised. An
# insert that races with another waits here until that one has committed, so the next statement sees it.
_ADD: Final = Rank.CUSTOMER.locks(f"""
    INSERT INTO service.customer ({_COLUMNS})
    VALUES (:id, :tier, :identity_sealed, :phone_sealed, :id_print, :phone_print,
            :pin_print, :provider_reference, :created_at)
    ON CONFLICT DO NOTHING
""")  # noqa: S608  made of constants
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.customer WHERE id = :id")  # noqa: S608  the same
_BY_PHONE: Final = text(
    f"SELECT {_COLUMNS} FROM service.customer WHERE phone_print = :fingerprint"  # noqa: S608  the same
)
_BY_CARD: Final = text(
    f"SELECT {_COLUMNS} FROM service.customer WHERE id_print = :fingerprint"  # noqa: S608  the same
)
_LOCK: Final = Rank.CUSTOMER.locks(
    "SELECT id, pin_print FROM service.customer WHERE id = ANY (:ids) ORDER BY id FOR NO KEY UPDATE"
)
_KNOWN: Final = text("SELECT EXISTS (SELECT FROM service.customer WHERE id_print = :fingerprint)")


def add(session: Connection, customer: Customer) -> bool:
    """Add a customer; False when the card number or the phone is another customer's."""
    values = {name: getattr(customer, name) for name in Customer.__slots__}
    return session.execute(_ADD, values).rowcount == 1


def find(session: Connection, id: UUID) -> Customer | None:
    """Give a customer by id."""
    row = session.execute(_FIND, {"id": id}).one_or_none()
    return None if row is None else Customer(*row)


def find_by_phone(session: Connection, phone_print: bytes) -> Customer | None:
    """Give a customer by the keyed hash of the phone number."""
    row = session.execute(_BY_PHONE, {"fingerprint": phone_print}).one_or_none()
    return None if row is None else Customer(*row)


def find_by_card(session: Connection, id_print: bytes) -> Customer | None:
    """Give a customer by the keyed hash of the card number."""
    row = session.execute(_BY_CARD, {"fingerprint": id_print}).one_or_none()
    return None if row is None else Customer(*row)


def lock_each(session: Connection, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Lock customers in the order of their ids; give those that there are, with the keyed hashes of their PINs."""
    return {row.id: row.pin_print for row in session.execute(_LOCK, {"ids": list(ids)})}


def has_person(session: Connection, id_print: bytes) -> bool:
    """Tell whether the holder of this card number is a customer."""
    return bool(session.execute(_KNOWN, {"fingerprint": id_print}).scalar_one())
