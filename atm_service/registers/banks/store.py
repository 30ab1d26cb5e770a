"""Linked bank accounts in the database: the number encrypted, found again by a keyed hash, shown masked.

A link is live from when the bank has named its holder until it is removed. The row stays, for whoever is owed an answer
about an old payment, and so that the account is nobody else's (docs/decisions/0080-one-owner-of-a-bank-account.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank


class BankLinkRow(SQLModel, table=True):
    """One bank account of one customer. `named_at`: when the bank last named the customer as its holder."""

    __tablename__ = "bank_link"
    __table_args__ = (
        UniqueConstraint("customer_id", "account_print", name="bank_link_once"),
        Index(
            "bank_link_one_owner", "account_print", unique=True, postgresql_where=text("named_at IS NOT NULL")
        ),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    bin: str
    account_sealed: bytes = Field(sa_type=LargeBinary)
    account_print: bytes = Field(sa_type=LargeBinary)
    masked_account: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    named_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    removed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


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
_LIVE: Final = "named_at IS NOT NULL AND removed_at IS NULL"
_TURN: Final = Rank.BANK_LINK.locks(
    "SELECT pg_advisory_xact_lock(hashtextextended('bank-account ' || :account, 0))"
)
_OWNER: Final = text("""
    SELECT customer_id FROM service.bank_link WHERE account_print = :account_print AND named_at IS NOT NULL
""")
_PUT: Final = text(f"""
    INSERT INTO service.bank_link ({_COLUMNS}, named_at)
    VALUES (:id, :customer_id, :bin, :account_sealed, :account_print, :masked_account, :created_at, :created_at)
    ON CONFLICT (customer_id, account_print) DO UPDATE SET named_at = EXCLUDED.named_at, removed_at = NULL
    RETURNING {_COLUMNS}
""")  # noqa: S608  made of constants
_OF: Final = text(
    f"SELECT {_COLUMNS} FROM service.bank_link WHERE customer_id = :customer_id AND {_LIVE} ORDER BY id DESC"  # noqa: S608  the same
)
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.bank_link WHERE id = :id")  # noqa: S608  the same
_FIND_LIVE: Final = text(
    f"SELECT {_COLUMNS} FROM service.bank_link WHERE customer_id = :customer_id AND id = :id AND {_LIVE}"  # noqa: S608  the same
)
_REMOVE: Final = text("UPDATE service.bank_link SET removed_at = :now WHERE id = :id")
_FREE: Final = text(
    "UPDATE service.bank_link SET removed_at = :now, named_at = NULL WHERE customer_id = :customer_id"
)
_IN_USE: Final = text("""
    SELECT EXISTS (SELECT FROM service.bank_payment WHERE bank_link_id = :id AND status = 'pending')
""")


def take_turn(session: Connection, account_print: bytes) -> None:
    """Let whoever links this account do so one after another, so that it gets one owner."""
    session.execute(_TURN, {"account": account_print.hex()})


def owner(session: Connection, account_print: bytes) -> UUID | None:
    """Give the customer whose account this is, or ever was."""
    id: UUID | None = session.execute(_OWNER, {"account_print": account_print}).scalar_one_or_none()
    return id


def put(session: Connection, link: BankLink) -> BankLink:
    """Add a link, or make the customer's earlier one live again; give what stands."""
    row = session.execute(_PUT, {name: getattr(link, name) for name in BankLink.__slots__}).one()
    return BankLink(*row)


def of(session: Connection, customer_id: UUID) -> Sequence[BankLink]:
    """List a customer's live links, newest first."""
    return [BankLink(*row) for row in session.execute(_OF, {"customer_id": customer_id})]


def find(session: Connection, id: UUID) -> BankLink:
    """Give a link by id, live or not: for a payment that names it."""
    return BankLink(*session.execute(_FIND, {"id": id}).one())


def find_live(session: Connection, customer_id: UUID, id: UUID) -> BankLink | None:
    """Give one of the customer's own live links."""
    row = session.execute(_FIND_LIVE, {"customer_id": customer_id, "id": id}).one_or_none()
    return None if row is None else BankLink(*row)


def remove(session: Connection, id: UUID, now: datetime) -> None:
    """End a link."""
    session.execute(_REMOVE, {"id": id, "now": now})


def free(session: Connection, customer_id: UUID, now: datetime) -> None:
    """End all links of a customer who leaves: the accounts are nobody's, and may be linked by whom the bank names."""
    session.execute(_FREE, {"customer_id": customer_id, "now": now})


def in_use(session: Connection, id: UUID) -> bool:
    """Tell whether a payment over this link waits for its bank."""
    return bool(session.execute(_IN_USE, {"id": id}).scalar_one())
