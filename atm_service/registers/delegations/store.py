"""Tables and queries of delegations: what the customer said, and that it was taken back."""

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
    Index,
    LargeBinary,
    Row,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.registers.delegations.domain import Delegation


class DelegationRow(SQLModel, table=True):
    """One delegation, never changed. The delegate is the holder of a card, kept as a keyed hash and encrypted."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("ceiling > 0 AND per_month >= ceiling", name="delegation_amounts"),
        CheckConstraint(
            "ends_on >= begins_on AND ends_on <= begins_on + interval '12 months'",
            name="delegation_twelve_months",
        ),
        CheckConstraint(
            "begins_on = (made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", name="delegation_begins_when_made"
        ),
        CheckConstraint("identity_checked IN ('qr', 'mrz', 'typed')", name="delegation_identity_checked"),
        UniqueConstraint("id", "customer_id", "office", name="delegation_whose_where"),
        Index("delegation_of_customer", "customer_id", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    delegate_print: bytes = Field(sa_type=LargeBinary)
    delegate_sealed: bytes = Field(sa_type=LargeBinary)
    ceiling: int = Field(sa_type=BigInteger)
    per_month: int = Field(sa_type=BigInteger)
    office: str = Field(foreign_key="service.office.code")
    begins_on: date
    ends_on: date
    identity_checked: str
    shift_id: UUID = Field(foreign_key="service.shift.id")
    clerk_id: UUID = Field(foreign_key="service.staff.id")
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


class DelegationRevocationRow(SQLModel, table=True):
    """The end of a delegation by the customer's word: at a counter, with its clerk, or in the wallet, without."""

    __tablename__ = "delegation_revocation"
    __table_args__ = {"schema": "service"}

    delegation_id: UUID = Field(primary_key=True, foreign_key="service.delegation.id")
    clerk_id: UUID | None = Field(default=None, foreign_key="service.staff.id")
    revoked_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Known:
    """A delegation with its office's name and what it was used for, in đồng: paid this month, and still open."""

    delegation: Delegation
    office_name: str
    paid: int
    live: int


_SELECT: Final = """
    SELECT d.id, d.customer_id, d.delegate_print, d.delegate_sealed, d.ceiling, d.per_month, d.office, d.begins_on,
           d.ends_on, d.made_at, gone.revoked_at, o.name AS office_name,
           coalesce(sum(w.amount) FILTER (WHERE w.status = 'paid' AND r.paid_at >= :month), 0) AS paid,
           coalesce(sum(w.amount) FILTER (WHERE w.status IN ('authorised', 'presented')), 0) AS live
    FROM service.delegation AS d
    JOIN service.office AS o ON o.code = d.office
    LEFT JOIN service.delegation_revocation AS gone ON gone.delegation_id = d.id
    LEFT JOIN service.withdrawal AS w ON w.delegation_id = d.id
    LEFT JOIN service.receipt AS r ON r.id = w.receipt_id
"""
_GROUPED: Final = "GROUP BY d.id, gone.revoked_at, o.name"
_EACH: Final = text(f"{_SELECT} WHERE d.id = ANY (:ids) {_GROUPED}")
_OF_CUSTOMER: Final = text(
    f"{_SELECT} WHERE d.customer_id = :customer_id {_GROUPED} ORDER BY d.id DESC LIMIT :limit"
)
_INSERT: Final = text("""
    INSERT INTO service.delegation (id, customer_id, delegate_print, delegate_sealed, ceiling, per_month, office,
        begins_on, ends_on, identity_checked, shift_id, clerk_id, made_at)
    VALUES (:id, :customer_id, :delegate_print, :delegate_sealed, :ceiling, :per_month, :office,
        :begins_on, :ends_on, :identity_checked, :shift_id, :clerk_id, :made_at)
""")
_REVOKE: Final = text("""
    INSERT INTO service.delegation_revocation (delegation_id, clerk_id, revoked_at)
    SELECT :id, :clerk_id, greatest(:now, max(r.paid_at))
    FROM service.withdrawal AS w JOIN service.receipt AS r ON r.id = w.receipt_id WHERE w.delegation_id = :id
    ON CONFLICT DO NOTHING
""")
_LIVE: Final = text("""
    SELECT id FROM service.withdrawal
    WHERE delegation_id = :id AND status IN ('authorised', 'presented') ORDER BY id
""")
_CUSTOMERS: Final = text("SELECT DISTINCT customer_id FROM service.withdrawal WHERE id = ANY (:ids)")


def find_each(session: Connection, ids: Sequence[UUID], month_start: datetime) -> dict[UUID, Known]:
    """Find delegations; without a query when none is asked for."""
    if not ids:
        return {}
    rows = session.execute(_EACH, {"ids": list(ids), "month": month_start})
    return {row.id: _known(row) for row in rows}


def of_customer(session: Connection, customer_id: UUID, month_start: datetime, limit: int) -> list[Known]:
    """List a customer's delegations, newest first."""
    values = {"customer_id": customer_id, "month": month_start, "limit": limit}
    return [_known(row) for row in session.execute(_OF_CUSTOMER, values)]


def insert(
    session: Connection, made: Delegation, identity_checked: str, shift_id: UUID, clerk_id: UUID
) -> None:
    """Write a delegation down."""
    who = {"identity_checked": identity_checked, "shift_id": shift_id, "clerk_id": clerk_id}
    facts = {name: value for name, value in vars(made).items() if name != "revoked_at"}
    session.execute(_INSERT, {**facts, **who})


def revoke(session: Connection, id: UUID, clerk_id: UUID | None, now: datetime) -> bool:
    """End a delegation; False when it had been ended before.

    Not before its last payment, whose clock may have been read later than `now`.
    """
    return session.execute(_REVOKE, {"id": id, "clerk_id": clerk_id, "now": now}).rowcount == 1


def live_withdrawals(session: Connection, id: UUID) -> Sequence[UUID]:
    """List the open withdrawals that are for a delegate."""
    return session.execute(_LIVE, {"id": id}).scalars().all()


def customers_of(session: Connection, withdrawal_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Give whose these withdrawals are, to be locked before the withdrawals."""
    return session.execute(_CUSTOMERS, {"ids": list(withdrawal_ids)}).scalars().all()


def _known(row: Row[Any]) -> Known:
    delegation = Delegation(
        id=row.id,
        customer_id=row.customer_id,
        delegate_print=row.delegate_print,
        delegate_sealed=row.delegate_sealed,
        ceiling=row.ceiling,
        per_month=row.per_month,
        office=row.office,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        made_at=row.made_at,
        revoked_at=row.revoked_at,
    )
    return Known(delegation, row.office_name, int(row.paid), int(row.live))
