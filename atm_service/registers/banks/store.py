"""Linked bank accounts in the database: the number encrypted, found again by a keyed hash, shown masked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank


class BankLinkRow(SQLModel, table=True):
    """One bank account of one customer."""

    __tablename__ = "bank_link"
    __table_args__ = (
        UniqueConstraint("customer_id", "account_print", name="bank_link_once"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    bin: str
    account_sealed: bytes = Field(sa_type=LargeBinary)
    account_print: bytes = Field(sa_type=LargeBinary)
    masked_account: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class BankLink:
    """What is stored of a linked account."""

    id: UUID
    customer_id: UUID
    bin: str
    account_sealed: bytes = field(repr=False)
    account_print: bytes = field(repr=False)
    masked_account: str
    created_at: datetime


_COLUMNS: Final = "id, customer_id, bin, account_sealed, account_print, masked_account, created_at"
_TURN: Final = Rank.BANK_LINK.locks(
    "SELECT pg_advisory_xact_lock(hashtextextended('bank-link ' || :customer_id, 0))"
)
_ADD: Final = text(f"""
    INSERT INTO service.bank_link ({_COLUMNS})
    VALUES (:id, :customer_id, :bin, :account_sealed, :account_print, :masked_account, :created_at)
""")  # noqa: S608  made of constants
_OF: Final = text(
    f"SELECT {_COLUMNS} FROM service.bank_link WHERE customer_id = :customer_id ORDER BY id DESC"  # noqa: S608  the same
)
_FIND: Final = text(
    f"SELECT {_COLUMNS} FROM service.bank_link WHERE customer_id = :customer_id AND id = :id"  # noqa: S608  the same
)


def take_turn(session: Connection, customer_id: UUID) -> None:
    """Let this customer's requests add links one after another, so that counting them is exact."""
    session.execute(_TURN, {"customer_id": str(customer_id)})


def add(session: Connection, link: BankLink) -> None:
    """Add a link."""
    session.execute(_ADD, {name: getattr(link, name) for name in BankLink.__slots__})


def of(session: Connection, customer_id: UUID) -> Sequence[BankLink]:
    """List a customer's links, newest first."""
    return [BankLink(*row) for row in session.execute(_OF, {"customer_id": customer_id})]


def find(session: Connection, customer_id: UUID, id: UUID) -> BankLink | None:
    """Give one of the customer's own links."""
    row = session.execute(_FIND, {"customer_id": customer_id, "id": id}).one_or_none()
    return None if row is None else BankLink(*row)
