"""Payers and batches in the database; what a batch has credited is read from the ledger alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, Row, String, text
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.credits.domain import Earlier

LOCK_NOT_AVAILABLE: Final = "55P03"

_BYTEWISE: Final = String(collation="C")


class PayerRow(SQLModel, table=True):
    """Somebody whose money is credited to many: an employer, or the treasury."""

    __tablename__ = "payer"
    __table_args__ = {"schema": "service"}

    code: str = Field(primary_key=True, sa_type=_BYTEWISE)
    name: str
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))


class CreditBatchRow(SQLModel, table=True):
    """A batch of credits: its name, and whose money it is."""

    __tablename__ = "credit_batch"
    __table_args__ = {"schema": "service"}

    id: UUID = Field(primary_key=True)
    name: str = Field(unique=True, sa_type=_BYTEWISE)
    payer: str = Field(index=True, foreign_key="service.payer.code", sa_type=_BYTEWISE)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored of a batch."""

    id: UUID
    name: str
    payer: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Credited:
    """One line that is in the ledger: whom it credited, from which account, how much and why."""

    debit_id: UUID
    credit_id: UUID
    amount: int
    narration: str


# Advisory locks take one number; the text in front keeps them apart from others that hash their names.
_LOCK: Final = Rank.PAYER.locks("SELECT pg_advisory_lock(hashtextextended('credits from ' || :payer, 0))")
_LOCK_FOR_TRANSACTION: Final = Rank.PAYER.locks(
    "SELECT pg_advisory_xact_lock(hashtextextended('credits from ' || :payer, 0))"
)
_ADD_PAYER: Final = Rank.PAYER.locks(
    "INSERT INTO service.payer (code, name, opened_at) VALUES (:code, :name, :now) ON CONFLICT DO NOTHING"
)
_HAS_PAYER: Final = text("SELECT EXISTS (SELECT FROM service.payer WHERE code = :code)")
_PAYERS: Final = text("SELECT code, name FROM service.payer ORDER BY code")
_ADD: Final = text("""
    INSERT INTO service.credit_batch (id, name, payer, created_at) VALUES (:id, :name, :payer, :now)
    ON CONFLICT (name) DO NOTHING
""")
_BY_NAME: Final = text("SELECT id, name, payer, created_at FROM service.credit_batch WHERE name = :name")
_BY_ID: Final = text("SELECT id, name, payer, created_at FROM service.credit_batch WHERE id = :id")
_LIST: Final = text("""
    SELECT id, name, payer, created_at FROM service.credit_batch WHERE id < :before ORDER BY id DESC LIMIT :limit
""")
_PEOPLE: Final = text("""
    SELECT id_print AS print, id FROM service.customer
    WHERE id_print = ANY (CAST(:prints AS bytea[])) AND closed_at IS NULL
    UNION ALL
    SELECT phone_print, id FROM service.customer
    WHERE phone_print = ANY (CAST(:prints AS bytea[])) AND closed_at IS NULL
""")
# Held until the commit: who closes the wallet meanwhile comes before this, or after and finds the money.
_HOLD_OPEN: Final = Rank.CUSTOMER.locks("""
    SELECT id FROM service.customer WHERE id = ANY (:ids) AND closed_at IS NULL ORDER BY id FOR SHARE
""")
_CREDITED: Final = text("""
    SELECT e.reference, p.debit_id, p.credit_id, p.amount, e.narration
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id AND p.line = 1
    WHERE e.reference = ANY (CAST(:references AS text[]))
""")
# A number that begins with a nought: as it was typed, in what was credited before `01` was `1`.
_PADDED: Final = text("""
    SELECT e.reference, p.debit_id, p.credit_id, p.amount, e.narration
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id AND p.line = 1
    WHERE e.reference >= 'credit/' || :name || '/0' AND e.reference < 'credit/' || :name || '/1'
""")
# A payer's money moves in the order of its versions: the last one before `since` bounds what is read of its past.
_LATELY: Final = text("""
    SELECT p.credit_id, p.amount, e.reference, e.business_date
    FROM ledger.posting AS p JOIN ledger.entry AS e ON e.id = p.entry_id
    WHERE p.debit_id = :payer AND p.debit_version > coalesce((
            SELECT older.debit_version FROM ledger.posting AS older
            WHERE older.debit_id = :payer AND older.entry_id < :since
            ORDER BY older.debit_version DESC LIMIT 1
        ), 0)
        AND p.credit_id = ANY (CAST(:accounts AS uuid[]))
        AND starts_with(e.reference, 'credit/')
    ORDER BY p.debit_version
""")
# "0" is the character after "/": the range holds every reference that begins with the batch's name and a "/".
_TOTALS: Final = text("""
    SELECT count(*) AS lines, CAST(coalesce(sum(p.amount), 0) AS bigint) AS total
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id
    WHERE e.reference >= 'credit/' || :name || '/' AND e.reference < 'credit/' || :name || '0'
""")


def lock(session: Connection, payer: str) -> None:
    """Keep others from crediting out of this payer's money until the connection ends; it outlives transactions.

    Raises SQLAlchemy's `OperationalError` when it is not got in time.
    """
    session.execute(_LOCK, {"payer": payer})


def lock_for_transaction(session: Connection, payer: str) -> None:
    """Keep others from crediting out of this payer's money until the commit. Raises the same."""
    session.execute(_LOCK_FOR_TRANSACTION, {"payer": payer})


def add_payer(session: Connection, code: str, name: str, now: datetime) -> bool:
    """Add a payer; False when the code is taken."""
    return session.execute(_ADD_PAYER, {"code": code, "name": name, "now": now}).rowcount == 1


def has_payer(session: Connection, code: str) -> bool:
    """Tell whether there is such a payer."""
    return bool(session.execute(_HAS_PAYER, {"code": code}).scalar_one())


def payers(session: Connection) -> Sequence[Row[Any]]:
    """List all payers: code and name."""
    return session.execute(_PAYERS).all()


def add(session: Connection, batch: Batch) -> bool:
    """Begin a batch; False when there is one of this name already."""
    values = {"id": batch.id, "name": batch.name, "payer": batch.payer, "now": batch.created_at}
    return session.execute(_ADD, values).rowcount == 1


def find(session: Connection, name: str) -> Batch | None:
    """Give the batch of this name."""
    row = session.execute(_BY_NAME, {"name": name}).one_or_none()
    return None if row is None else Batch(*row)


def find_by_id(session: Connection, id: UUID) -> Batch | None:
    """Give a batch by id."""
    row = session.execute(_BY_ID, {"id": id}).one_or_none()
    return None if row is None else Batch(*row)


def listed(session: Connection, before: UUID, limit: int) -> list[Batch]:
    """List batches, newest first."""
    return [Batch(*row) for row in session.execute(_LIST, {"before": before, "limit": limit})]


def people(session: Connection, prints: Iterable[bytes]) -> dict[bytes, UUID]:
    """Find customers by the keyed hashes of their card numbers and phones, in one query."""
    rows = session.execute(_PEOPLE, {"prints": list(prints)})
    return {bytes(row.print): row.id for row in rows}


def hold_open(session: Connection, customers: Sequence[UUID]) -> set[UUID]:
    """Keep wallets open until the commit; give those that are."""
    return set(session.execute(_HOLD_OPEN, {"ids": list(customers)}).scalars())


def credited(session: Connection, references: list[str]) -> dict[str, Credited]:
    """Find what was credited under these references of the ledger, in one query."""
    rows = session.execute(_CREDITED, {"references": references})
    return {reference: Credited(*rest) for reference, *rest in rows}


def credited_padded(session: Connection, name: str) -> dict[str, Credited]:
    """Find what a batch has credited under references that begin with a nought, by the ledger's reference."""
    return {reference: Credited(*rest) for reference, *rest in session.execute(_PADDED, {"name": name})}


def credited_lately(
    session: Connection, payer: UUID, accounts: Iterable[UUID], since: UUID
) -> dict[UUID, list[Earlier]]:
    """Find what a payer's account has credited to these accounts, oldest first.

    `since`: the lowest id of an entry that counts.
    """
    values = {"payer": payer, "accounts": list(accounts), "since": since}
    found: dict[UUID, list[Earlier]] = {}
    for row in session.execute(_LATELY, values):
        _, batch, reference = row.reference.split("/", 2)
        found.setdefault(row.credit_id, []).append(Earlier(batch, reference, row.amount, row.business_date))
    return found


def totals(session: Connection, name: str) -> tuple[int, int]:
    """Give how many lines of a batch are credited, and how many đồng."""
    row = session.execute(_TOTALS, {"name": name}).one()
    return int(row.lines), int(row.total)
