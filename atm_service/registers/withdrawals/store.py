"""Tables and queries of withdrawals and receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Row,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.withdrawals.domain import (
    Drawer,
    Lifetime,
    Payment,
    Reservation,
    Withdrawal,
    WithdrawalStatus,
)

_LIVE: Final = "status IN ('authorised', 'presented')"


class WithdrawalRow(SQLModel, table=True):
    """One withdrawal. Its id is also the id of its hold in the ledger."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        CheckConstraint(
            "status IN ('authorised', 'presented', 'paid', 'reversed', 'cancelled', 'expired')",
            name="withdrawal_status",
        ),
        CheckConstraint("lifetime IN ('counter', 'journey', 'scheduled')", name="withdrawal_lifetime"),
        CheckConstraint("amount > 0 AND fee >= 0", name="withdrawal_amount"),
        CheckConstraint("(status = 'presented') = (drawer_office IS NOT NULL)", name="withdrawal_presented"),
        CheckConstraint(
            "(drawer_office IS NULL) = (drawer IS NULL) AND (drawer IS NULL) = (lease_until IS NULL)",
            name="withdrawal_drawer",
        ),
        CheckConstraint(
            "(status IN ('paid', 'reversed')) = (receipt_id IS NOT NULL)", name="withdrawal_receipt"
        ),
        CheckConstraint("reservation IN ('standing', 'broken', 'missed')", name="withdrawal_reservation"),
        CheckConstraint(
            "reservation IS NULL OR (lifetime = 'scheduled' AND office IS NOT NULL AND day IS NOT NULL"
            " AND status IN ('authorised', 'presented'))",
            name="withdrawal_reserved",
        ),
        CheckConstraint("delegation_id IS NULL OR office IS NOT NULL", name="withdrawal_delegated_office"),
        ForeignKeyConstraint(
            ["delegation_id", "customer_id", "office"],
            ["service.delegation.id", "service.delegation.customer_id", "service.delegation.office"],
            name="withdrawal_delegated",
        ),
        Index(
            "withdrawal_of_delegation",
            "delegation_id",
            postgresql_where=text("delegation_id IS NOT NULL"),
        ),
        Index("withdrawal_live_digits", "digits_print", unique=True, postgresql_where=text(_LIVE)),
        Index("withdrawal_digits", "digits_print", "id"),
        Index("withdrawal_of_customer", "customer_id", "id"),
        Index("withdrawal_live_deadline", "expires_at", postgresql_where=text(_LIVE)),
        Index(
            "withdrawal_at_drawer",
            "drawer_office",
            "drawer",
            postgresql_where=text("status = 'presented'"),
        ),
        Index("withdrawal_reserved_at", "office", "day", postgresql_where=text("reservation = 'standing'")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    amount: int = Field(sa_type=BigInteger)
    fee: int = Field(sa_type=BigInteger)
    lifetime: str
    office: str | None = Field(default=None, foreign_key="service.office.code")
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    status: str
    drawer_office: str | None = None
    drawer: int | None = None
    lease_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    by_digits: bool
    digits_print: bytes = Field(sa_type=LargeBinary)
    digits_sealed: bytes = Field(sa_type=LargeBinary)
    receipt_id: UUID | None = Field(default=None, foreign_key="service.receipt.id")
    day: date | None = None
    reservation: str | None = None
    delegation_id: UUID | None = None
    frozen: bool = False


class ReceiptRow(SQLModel, table=True):
    """One payment over the counter, never changed. `number` is what is printed and read aloud."""

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint("identity_checked IN ('qr', 'mrz', 'typed')", name="receipt_identity_checked"),
        CheckConstraint("delegate_checked IN ('qr', 'mrz', 'typed')", name="receipt_delegate_checked"),
        CheckConstraint("amount > 0 AND fee >= 0", name="receipt_amount"),
        Index("receipt_of_office", "office", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    withdrawal_id: UUID = Field(unique=True)
    entry_id: UUID = Field(unique=True)
    shift_id: UUID = Field(foreign_key="service.shift.id", index=True)
    customer_id: UUID = Field(foreign_key="service.customer.id", index=True)
    amount: int = Field(sa_type=BigInteger)
    fee: int = Field(sa_type=BigInteger)
    office: str = Field(foreign_key="service.office.code")
    drawer: int
    clerk_id: UUID
    identity_checked: str
    paid_at: datetime = Field(sa_type=DateTime(timezone=True))
    delegate_checked: str | None = None


@dataclass(frozen=True)
class Found:
    """A withdrawal with what paying it must be compared with."""

    withdrawal: Withdrawal
    id_print: bytes
    pin_print: bytes
    identity_sealed: bytes
    digits_sealed: bytes
    phone_sealed: bytes


_COLUMNS: Final = """
    w.id, w.customer_id, w.amount, w.fee, w.lifetime, w.office, w.created_at, w.expires_at, w.status,
    w.drawer_office, w.drawer, w.lease_until, w.by_digits, w.digits_sealed, w.receipt_id, w.delegation_id,
    w.day, w.reservation, w.frozen, r.paid_at, r.office AS paid_office, r.drawer AS paid_drawer
"""
_FROM: Final = "FROM service.withdrawal w LEFT JOIN service.receipt r ON r.id = w.receipt_id"

_LOCKED = f"""
    SELECT {_COLUMNS}, c.id_print, c.pin_print, c.identity_sealed, c.phone_sealed {_FROM}
    JOIN service.customer c ON c.id = w.customer_id
"""
_BY_ID = Rank.WITHDRAWAL.locks(f"{_LOCKED} WHERE w.id = ANY (:ids) ORDER BY w.id FOR UPDATE OF w")
# The newest withdrawal with these digits: the live one, else the last that ended.
_BY_DIGITS = text(
    "SELECT id FROM service.withdrawal WHERE digits_print = :digits_print ORDER BY id DESC LIMIT 1"
)
_OF_CUSTOMER = text(f"SELECT {_COLUMNS} {_FROM} WHERE w.id = :id AND w.customer_id = :customer_id")
_LIST = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE w.customer_id = :customer_id AND w.id < :before ORDER BY w.id DESC LIMIT :limit"
)
_DUE = Rank.WITHDRAWAL.locks(f"""
    SELECT {_COLUMNS} {_FROM}
    WHERE w.status IN ('authorised', 'presented') AND w.expires_at <= :now
      AND (w.lease_until IS NULL OR w.lease_until <= :now)
    ORDER BY w.id LIMIT :limit FOR UPDATE OF w SKIP LOCKED
""")
_INSERT = Rank.DIGITS.locks("""
    INSERT INTO service.withdrawal (id, customer_id, amount, fee, lifetime, office, created_at, expires_at, status,
        by_digits, digits_print, digits_sealed, day, reservation, delegation_id)
    SELECT new.id, new.customer_id, new.amount, new.fee, new.lifetime, new.office, new.created_at, new.expires_at,
        'authorised', false, new.print, new.encrypted, new.day, new.reservation, new.delegation_id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:amounts AS bigint[]), CAST(:fees AS bigint[]),
        CAST(:lifetimes AS text[]), CAST(:offices AS text[]), CAST(:created AS timestamptz[]),
        CAST(:expiries AS timestamptz[]), CAST(:prints AS bytea[]), CAST(:encrypted AS bytea[]),
        CAST(:days AS date[]), CAST(:reservations AS text[]), CAST(:delegations AS uuid[]))
        AS new (id, customer_id, amount, fee, lifetime, office, created_at, expires_at, print, encrypted, day,
            reservation, delegation_id)
    ORDER BY new.print
    ON CONFLICT (digits_print) WHERE status IN ('authorised', 'presented') DO NOTHING
    RETURNING id
""")
_UPDATE = text("""
    UPDATE service.withdrawal AS w SET status = new.status, drawer_office = new.drawer_office, drawer = new.drawer,
        lease_until = new.lease_until, by_digits = new.by_digits, receipt_id = new.receipt_id,
        reservation = new.reservation
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:offices AS text[]), CAST(:drawers AS integer[]),
        CAST(:leases AS timestamptz[]), CAST(:by_digits AS boolean[]), CAST(:receipts AS uuid[]),
        CAST(:reservations AS text[]))
        AS new (id, status, drawer_office, drawer, lease_until, by_digits, receipt_id, reservation)
    WHERE w.id = new.id
""")


def find(session: Connection, id: UUID) -> Found | None:
    """Find and lock a withdrawal by its id."""
    return find_each(session, [id]).get(id)


def find_each(session: Connection, ids: Sequence[UUID]) -> dict[UUID, Found]:
    """Find and lock withdrawals, in the order of their ids."""
    rows = session.execute(_BY_ID, {"ids": list(ids)}).all()
    if any(row.receipt_id is not None and row.paid_at is None for row in rows):
        # It waited for a payment, whose receipt its snapshot did not have: the next one does.
        rows = session.execute(_BY_ID, {"ids": list(ids)}).all()
    return {
        row.id: Found(
            _withdrawal(row),
            row.id_print,
            row.pin_print,
            row.identity_sealed,
            row.digits_sealed,
            row.phone_sealed,
        )
        for row in rows
    }


def id_by_digits(session: Connection, digits_print: bytes) -> UUID | None:
    """Give the newest withdrawal with these digits: the live one, else the last that ended."""
    id: UUID | None = session.execute(_BY_DIGITS, {"digits_print": digits_print}).scalar_one_or_none()
    return id


def of_customer(session: Connection, customer_id: UUID, id: UUID) -> tuple[Withdrawal, bytes] | None:
    """Find a customer's own withdrawal, with its encrypted digits."""
    row = session.execute(_OF_CUSTOMER, {"id": id, "customer_id": customer_id}).one_or_none()
    return None if row is None else (_withdrawal(row), row.digits_sealed)


def list_of_customer(
    session: Connection, customer_id: UUID, before: UUID, limit: int
) -> list[tuple[Withdrawal, bytes]]:
    """List a customer's withdrawals older than `before`, newest first."""
    rows = session.execute(_LIST, {"customer_id": customer_id, "before": before, "limit": limit})
    return [(_withdrawal(row), row.digits_sealed) for row in rows]


def due(session: Connection, now: datetime, limit: int) -> list[Withdrawal]:
    """Lock live withdrawals whose time is over, passing by those that somebody is working on."""
    return [_withdrawal(row) for row in session.execute(_DUE, {"now": now, "limit": limit})]


def insert(session: Connection, encrypted: Sequence[tuple[Withdrawal, bytes, bytes]]) -> set[UUID]:
    """Add new withdrawals, each with its digits' keyed hash and its encrypted digits.

    Give those that were added: the others have the digits of a live one.
    """
    new = [withdrawal for withdrawal, _, _ in encrypted]
    values = {
        "ids": [one.id for one in new],
        "customers": [one.customer_id for one in new],
        "amounts": [one.amount for one in new],
        "fees": [one.fee for one in new],
        "lifetimes": [one.lifetime.value for one in new],
        "offices": [one.office for one in new],
        "created": [one.created_at for one in new],
        "expiries": [one.expires_at for one in new],
        "prints": [digits_print for _, digits_print, _ in encrypted],
        "encrypted": [digits_sealed for _, _, digits_sealed in encrypted],
        "days": [one.day for one in new],
        "reservations": [one.reservation for one in new],
        "delegations": [one.delegation_id for one in new],
    }
    return set(session.execute(_INSERT, values).scalars())


def save(session: Connection, withdrawals: Sequence[Withdrawal]) -> None:
    """Write the state of withdrawals that this transaction has locked."""
    if not withdrawals:
        return
    values = {
        "ids": [one.id for one in withdrawals],
        "statuses": [one.status.value for one in withdrawals],
        "offices": [one.drawer and one.drawer.office for one in withdrawals],
        "drawers": [one.drawer and one.drawer.number for one in withdrawals],
        "leases": [one.lease_until for one in withdrawals],
        "by_digits": [one.by_digits for one in withdrawals],
        "receipts": [one.payment and one.payment.receipt_id for one in withdrawals],
        "reservations": [one.reservation for one in withdrawals],
    }
    session.execute(_UPDATE, values)


def _withdrawal(row: Row[Any]) -> Withdrawal:
    payment = None
    if row.receipt_id is not None:
        payment = Payment(row.receipt_id, row.paid_at, Drawer(row.paid_office, row.paid_drawer))
    return Withdrawal(
        id=row.id,
        customer_id=row.customer_id,
        amount=row.amount,
        fee=row.fee,
        lifetime=Lifetime(row.lifetime),
        office=row.office,
        created_at=row.created_at,
        expires_at=row.expires_at,
        status=WithdrawalStatus(row.status),
        drawer=Drawer(row.drawer_office, row.drawer) if row.drawer_office else None,
        lease_until=row.lease_until,
        by_digits=row.by_digits,
        payment=payment,
        day=row.day,
        reservation=Reservation(row.reservation) if row.reservation else None,
        delegation_id=row.delegation_id,
        frozen=row.frozen,
    )
