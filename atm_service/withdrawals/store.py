"""Tables and queries of withdrawals and receipts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Index,
    LargeBinary,
    Row,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.withdrawals.domain import Drawer, Lifetime, Payment, Status, Withdrawal

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


class ReceiptRow(SQLModel, table=True):
    """One payment over the counter, never changed. `number` is what is printed and read aloud."""

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint("identity_checked IN ('qr', 'mrz', 'typed')", name="receipt_identity_checked"),
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


@dataclass(frozen=True)
class Found:
    """A withdrawal with what paying it must be compared with."""

    withdrawal: Withdrawal
    id_print: bytes
    digits_sealed: bytes


_COLUMNS: Final = """
    w.id, w.customer_id, w.amount, w.fee, w.lifetime, w.office, w.created_at, w.expires_at, w.status,
    w.drawer_office, w.drawer, w.lease_until, w.by_digits, w.digits_sealed, w.receipt_id,
    r.paid_at, r.office AS paid_office, r.drawer AS paid_drawer
"""
_FROM: Final = "FROM service.withdrawal w LEFT JOIN service.receipt r ON r.id = w.receipt_id"

_LOCKED = f"SELECT {_COLUMNS}, c.id_print {_FROM} JOIN service.customer c ON c.id = w.customer_id"
_BY_ID = text(f"{_LOCKED} WHERE w.id = :id FOR UPDATE OF w")
_BY_DIGITS = text(
    f"{_LOCKED} WHERE w.digits_print = :digits_print ORDER BY w.id DESC LIMIT 1 FOR UPDATE OF w"
)
_OF_CUSTOMER = text(f"SELECT {_COLUMNS} {_FROM} WHERE w.id = :id AND w.customer_id = :customer_id")
_LIST = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE w.customer_id = :customer_id AND w.id < :before ORDER BY w.id DESC LIMIT :limit"
)
_DUE = text(f"""
    SELECT {_COLUMNS} {_FROM}
    WHERE w.status IN ('authorised', 'presented') AND w.expires_at <= :now
      AND (w.lease_until IS NULL OR w.lease_until <= :now)
    ORDER BY w.id LIMIT :limit FOR UPDATE OF w SKIP LOCKED
""")
_INSERT = text("""
    INSERT INTO service.withdrawal (id, customer_id, amount, fee, lifetime, office, created_at, expires_at, status,
        by_digits, digits_print, digits_sealed)
    VALUES (:id, :customer_id, :amount, :fee, :lifetime, :office, :created_at, :expires_at, :status,
        false, :digits_print, :digits_sealed)
    ON CONFLICT (digits_print) WHERE status IN ('authorised', 'presented') DO NOTHING
""")
_UPDATE = text("""
    UPDATE service.withdrawal SET status = :status, drawer_office = :drawer_office, drawer = :drawer,
        lease_until = :lease_until, by_digits = :by_digits, receipt_id = :receipt_id
    WHERE id = :id
""")
_USED = text("""
    SELECT coalesce(sum(amount) FILTER (WHERE is_cash AND (live OR at >= :day_start)), 0) AS day,
           coalesce(sum(amount), 0) AS month,
           count(*) FILTER (WHERE live) AS live
    FROM (SELECT w.amount, w.status IN ('authorised', 'presented') AS live, r.paid_at AS at, true AS is_cash
          FROM service.withdrawal w LEFT JOIN service.receipt r ON r.id = w.receipt_id AND w.status = 'paid'
          WHERE w.customer_id = :customer_id
            AND (w.status IN ('authorised', 'presented') OR r.paid_at >= :month_start)
          UNION ALL
          SELECT amount, false, made_at, is_cash FROM service.voucher_use
          WHERE customer_id = :customer_id AND made_at >= :month_start) AS counted
""")


@dataclass(frozen=True)
class Used:
    """What counts against a customer's limits, in đồng, and the number of open codes.

    The day's: cash taken out and paid in, open codes included. The month's: the same, and what was transferred.
    """

    day: int
    month: int
    live: int


def find(session: Connection, id: UUID) -> Found | None:
    """Find and lock a withdrawal by its id."""
    return _found(session.execute(_BY_ID, {"id": id}).one_or_none())


def find_by_digits(session: Connection, digits_print: bytes) -> Found | None:
    """Find and lock the newest withdrawal with these digits: the live one, else the last that ended."""
    return _found(session.execute(_BY_DIGITS, {"digits_print": digits_print}).one_or_none())


def of_customer(session: Connection, customer_id: UUID, id: UUID) -> tuple[Withdrawal, bytes] | None:
    """Find a customer's own withdrawal, with its sealed digits."""
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


def insert(session: Connection, withdrawal: Withdrawal, digits_print: bytes, digits_sealed: bytes) -> bool:
    """Add a new withdrawal; False when a live one has the same digits."""
    values = {
        "id": withdrawal.id,
        "customer_id": withdrawal.customer_id,
        "amount": withdrawal.amount,
        "fee": withdrawal.fee,
        "lifetime": withdrawal.lifetime,
        "office": withdrawal.office,
        "created_at": withdrawal.created_at,
        "expires_at": withdrawal.expires_at,
        "status": withdrawal.status,
        "digits_print": digits_print,
        "digits_sealed": digits_sealed,
    }
    return session.execute(_INSERT, values).rowcount == 1


def save(session: Connection, withdrawals: list[Withdrawal]) -> None:
    """Write the state of withdrawals that this transaction has locked."""
    session.execute(_UPDATE, [_state(withdrawal) for withdrawal in withdrawals])


def used(session: Connection, customer_id: UUID, day_start: datetime, month_start: datetime) -> Used:
    """Add up what counts against a customer's limits: open codes, and what was done since the given moments."""
    starts = {"day_start": day_start, "month_start": month_start}
    row = session.execute(_USED, {"customer_id": customer_id, **starts}).one()
    return Used(int(row.day), int(row.month), int(row.live))


def _state(withdrawal: Withdrawal) -> dict[str, Any]:
    return {
        "id": withdrawal.id,
        "status": withdrawal.status,
        "drawer_office": withdrawal.drawer.office if withdrawal.drawer else None,
        "drawer": withdrawal.drawer.number if withdrawal.drawer else None,
        "lease_until": withdrawal.lease_until,
        "by_digits": withdrawal.by_digits,
        "receipt_id": withdrawal.payment.receipt_id if withdrawal.payment else None,
    }


def _found(row: Row[Any] | None) -> Found | None:
    return None if row is None else Found(_withdrawal(row), row.id_print, row.digits_sealed)


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
        status=Status(row.status),
        drawer=Drawer(row.drawer_office, row.drawer) if row.drawer_office else None,
        lease_until=row.lease_until,
        by_digits=row.by_digits,
        payment=payment,
    )
