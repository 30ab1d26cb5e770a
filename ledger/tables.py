"""The ledger's tables, declared once in Python for queries and for the check that they match the migrations.

Nobody writes them through these classes: the database lets only `ledger.post` and the other functions of the
ledger do that, and the limits of every column are constraints there. These are never API schemas.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

SCHEMA: Final = "ledger"

_TIME: Final = DateTime(timezone=True)
_BYTEWISE: Final = Text(collation="C")


def _domain(name: str, base: TypeEngine[Any]) -> DOMAIN:
    return DOMAIN(name, base, schema=SCHEMA, create_type=False)


_CODE: Final = _domain("account_code", _BYTEWISE)
_CLASS: Final = _domain("account_class", _BYTEWISE)
_TOTAL: Final = _domain("total", BigInteger())
_AMOUNT: Final = _domain("amount", BigInteger())
_VERSION: Final = _domain("version", BigInteger())
_LINE: Final = _domain("line", SmallInteger())
_REFERENCE: Final = _domain("reference", _BYTEWISE)
_FINGERPRINT: Final = _domain("fingerprint", LargeBinary())
_KIND: Final = _domain("kind", _BYTEWISE)
_BUSINESS_DATE: Final = _domain("business_date", Date())
_NARRATION: Final = _domain("narration", Text())
_HOLD_OUTCOME: Final = _domain("hold_outcome", _BYTEWISE)


class AccountRow(SQLModel, table=True):
    """An account with its totals. `held` is the sum of its open holds; `version` counts its postings.

    `floor_sign` follows class and floor: 1 or -1 for the side that makes a floored account more, 0 without a floor. A
    closed one is empty and keeps the version that it was closed with.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("code", name="account_code_key"), {"schema": SCHEMA})

    id: UUID = Field(primary_key=True)
    code: str = Field(sa_type=_CODE)
    class_: str = Field(sa_column=Column("class", _CLASS, nullable=False))
    floored: bool
    floor_sign: int = Field(sa_type=SmallInteger)
    debits: int = Field(default=0, sa_type=_TOTAL, sa_column_kwargs={"server_default": "0"})
    credits: int = Field(default=0, sa_type=_TOTAL, sa_column_kwargs={"server_default": "0"})
    held: int = Field(default=0, sa_type=_TOTAL, sa_column_kwargs={"server_default": "0"})
    version: int = Field(default=0, sa_type=_TOTAL, sa_column_kwargs={"server_default": "0"})
    opened_at: datetime = Field(sa_type=_TIME)
    closed_version: int | None = Field(default=None, sa_type=_TOTAL)


class EntryRow(SQLModel, table=True):
    """A journal entry. It has `lines` postings, numbered from 1."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("reference", name="entry_reference_key"),
        Index("entry_business_date", "business_date"),
        {"schema": SCHEMA},
    )

    id: UUID = Field(primary_key=True)
    reference: str = Field(sa_type=_REFERENCE)
    fingerprint: bytes = Field(sa_type=_FINGERPRINT)
    kind: str = Field(sa_type=_KIND)
    business_date: date = Field(sa_type=_BUSINESS_DATE)
    narration: str = Field(sa_type=_NARRATION)
    lines: int = Field(sa_type=_LINE)
    recorded_at: datetime = Field(sa_type=_TIME)
    corrects: UUID | None = Field(
        default=None, sa_column_args=(ForeignKey("ledger.entry.id", name="entry_corrects_fkey"),)
    )


class PostingRow(SQLModel, table=True):
    """One line of an entry, with both accounts' balance (debits less credits) and version after it."""

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("debit_id", "debit_version", name="posting_debit_version_key"),
        UniqueConstraint("credit_id", "credit_version", name="posting_credit_version_key"),
        {"schema": SCHEMA},
    )

    entry_id: UUID = Field(primary_key=True)
    line: int = Field(primary_key=True, sa_type=_LINE)
    debit_id: UUID
    credit_id: UUID
    amount: int = Field(sa_type=_AMOUNT)
    debit_balance: int = Field(sa_type=BigInteger)
    debit_version: int = Field(sa_type=_VERSION)
    credit_balance: int = Field(sa_type=BigInteger)
    credit_version: int = Field(sa_type=_VERSION)


class HoldRow(SQLModel, table=True):
    """Money of one account set aside. It is open until it has a `HoldEndRow`."""

    __tablename__ = "hold"
    __table_args__ = (
        UniqueConstraint("reference", name="hold_reference_key"),
        Index("hold_account_id", "account_id"),
        {"schema": SCHEMA},
    )

    id: UUID = Field(primary_key=True)
    reference: str = Field(sa_type=_REFERENCE)
    fingerprint: bytes = Field(sa_type=_FINGERPRINT)
    account_id: UUID
    amount: int = Field(sa_type=_AMOUNT)
    deadline: datetime = Field(sa_type=_TIME)
    placed_at: datetime = Field(sa_type=_TIME)


class HoldEndRow(SQLModel, table=True):
    """How a hold ended. The primary key is the hold: it ends once."""

    __tablename__ = "hold_end"
    __table_args__ = (
        UniqueConstraint("entry_id", name="hold_end_entry_id_key"),
        UniqueConstraint("reference", name="hold_end_reference_key"),
        Index("hold_end_ended_at", "ended_at", postgresql_where=text("outcome <> 'captured'")),
        {"schema": SCHEMA},
    )

    hold_id: UUID = Field(
        primary_key=True, sa_column_args=(ForeignKey("ledger.hold.id", name="hold_end_hold_id_fkey"),)
    )
    outcome: str = Field(sa_type=_HOLD_OUTCOME)
    entry_id: UUID | None = Field(
        default=None, sa_column_args=(ForeignKey("ledger.entry.id", name="hold_end_entry_id_fkey"),)
    )
    reference: str | None = Field(default=None, sa_type=_REFERENCE)
    fingerprint: bytes | None = Field(default=None, sa_type=_FINGERPRINT)
    ended_at: datetime = Field(sa_type=_TIME)


class SealRow(SQLModel, table=True):
    """A seal. `subtree` is the largest perfect subtree that ends with it in the tree over all seals."""

    __tablename__ = "seal"
    __table_args__ = {"schema": SCHEMA}

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    previous: bytes
    history: bytes
    root: bytes
    leaves: int
    first_at: datetime = Field(sa_type=_TIME)
    last_at: datetime = Field(sa_type=_TIME)
    sealed_at: datetime = Field(sa_type=_TIME)
    kid: str = Field(sa_type=_BYTEWISE)
    signature: bytes
    hash: bytes
    subtree: bytes


class SealedRow(SQLModel, table=True):
    """A row of the journal in its seal. The primary key is the row: it is in one seal."""

    __tablename__ = "sealed"
    __table_args__ = (
        UniqueConstraint("seal", "position", name="sealed_position_key"),
        {"schema": SCHEMA},
    )

    seal: int = Field(sa_type=BigInteger)
    position: int
    kind: str = Field(primary_key=True, sa_type=_BYTEWISE)
    id: UUID = Field(primary_key=True)
    leaf_hash: bytes


class ClosedDayRow(SQLModel, table=True):
    """A close: this business date and every one before it accept no more entries."""

    __tablename__ = "closed_day"
    __table_args__ = {"schema": SCHEMA}

    business_date: date = Field(primary_key=True)
    closed_at: datetime = Field(sa_type=_TIME)


class AccountMarkRow(SQLModel, table=True):
    """An account's totals and version when the books were last found right, and the last seal then."""

    __tablename__ = "account_mark"
    __table_args__ = {"schema": SCHEMA}

    account_id: UUID = Field(primary_key=True)
    debits: int = Field(sa_type=BigInteger)
    credits: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    seal: int = Field(sa_type=BigInteger)
