"""The table of vouchers and its queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Index,
    Row,
    UniqueConstraint,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.desk.vouchers.domain import Confirmed, Draft, Voucher, VoucherKind
from atm_service.platform import numbers
from atm_service.platform.numbers import Run


class VoucherRow(SQLModel, table=True):
    """One voucher, never changed. One a kind and subject: nothing is done, or undone, twice."""

    __tablename__ = "voucher"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('deposit', 'transfer', 'withdrawal-reversal', 'deposit-reversal')", name="voucher_kind"
        ),
        CheckConstraint("confirmed IN ('name', 'card', 'pin', 'approval')", name="voucher_confirmed"),
        CheckConstraint("amount > 0 AND fee >= 0", name="voucher_amount"),
        CheckConstraint("(kind = 'transfer') = (counts IS NULL)", name="voucher_counted"),
        UniqueConstraint("kind", "subject", name="voucher_once"),
        Index("voucher_of_office", "office", "id"),
        Index("voucher_of_customer", "customer_id", "made_at"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    kind: str
    subject: UUID
    entry_id: UUID = Field(unique=True, foreign_key="ledger.entry.id")
    shift_id: UUID = Field(foreign_key="service.shift.id", index=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    amount: int = Field(sa_type=BigInteger)
    fee: int = Field(sa_type=BigInteger)
    counts: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    office: str = Field(foreign_key="service.office.code")
    drawer: int
    clerk_id: UUID = Field(foreign_key="service.staff.id")
    confirmed: str
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


_INSERT: Final = text("""
    INSERT INTO service.voucher (id, number, kind, subject, entry_id, shift_id, customer_id, amount, fee, counts,
        office, drawer, clerk_id, confirmed, made_at)
    VALUES (:id, :number, :kind, :subject, :entry_id, :shift_id, :customer_id, :amount, :fee, :counts,
        :office, :drawer, :clerk_id, :confirmed, :made_at)
""").bindparams(bindparam("counts", type_=JSONB(none_as_null=True)))
_SELECT: Final = """
    SELECT v.*, o.name AS office_name, s.display_name AS clerk, c.identity_sealed,
           other.id AS other_id, other.identity_sealed AS other_sealed,
           coalesce(r.number, done.number) AS undoes, undone.number AS undone_by
    FROM service.voucher v
    JOIN service.office o ON o.code = v.office
    JOIN service.staff s ON s.id = v.clerk_id
    JOIN service.customer c ON c.id = v.customer_id
    LEFT JOIN service.transfer t ON v.kind = 'transfer' AND t.id = v.subject
    LEFT JOIN service.customer other ON other.id = t.payee_id
    LEFT JOIN service.receipt r ON v.kind = 'withdrawal-reversal' AND r.withdrawal_id = v.subject
    LEFT JOIN service.voucher done ON v.kind = 'deposit-reversal' AND done.kind = 'deposit' AND done.subject = v.subject
    LEFT JOIN service.voucher undone
        ON v.kind = 'deposit' AND undone.kind = 'deposit-reversal' AND undone.subject = v.subject
"""
_ONE: Final = text(f"{_SELECT} WHERE v.id = :id")
_OF: Final = text(f"{_SELECT} WHERE v.kind = :kind AND v.subject = :subject")
_ABOUT: Final = text(f"""
    {_SELECT} WHERE v.kind = ANY (:kinds) AND v.subject = :subject AND v.office = :office
    ORDER BY length(v.number) DESC, v.number DESC
""")
_OF_DAY: Final = text(f"""
    {_SELECT} WHERE v.id IN ({numbers.newest("service.voucher")})
    ORDER BY length(v.number) DESC, v.number DESC
""")


def insert(session: Connection, draft: Draft, number: str, now: datetime) -> None:
    """Write a voucher down."""
    counts = None if draft.counts is None else dict(draft.counts)
    session.execute(_INSERT, {**vars(draft), "counts": counts, "number": number, "made_at": now})


def find(session: Connection, id: UUID) -> Voucher | None:
    """Find a voucher."""
    row = session.execute(_ONE, {"id": id}).one_or_none()
    return None if row is None else _voucher(row)


def of(session: Connection, kind: VoucherKind, subject: UUID) -> Voucher | None:
    """Find the voucher of this kind for a withdrawal, deposit or transfer."""
    row = session.execute(_OF, {"kind": kind, "subject": subject}).one_or_none()
    return None if row is None else _voucher(row)


def about(session: Connection, office: str, subject: UUID) -> Sequence[Voucher]:
    """List an office's vouchers about a withdrawal, deposit or transfer: what was done, and what undid it."""
    values = {"kinds": [kind.value for kind in VoucherKind], "subject": subject, "office": office}
    return [_voucher(row) for row in session.execute(_ABOUT, values)]


def of_day(session: Connection, run: Run, cursor: str | None, limit: int) -> Sequence[Voucher]:
    """List an office's vouchers of a day, newest first, after a cursor. Raises `MalformedRequest`."""
    return [_voucher(row) for row in session.execute(_OF_DAY, run.after(cursor, limit))]


def _voucher(row: Row[Any]) -> Voucher:
    return Voucher(
        id=row.id,
        number=row.number,
        kind=VoucherKind(row.kind),
        subject=row.subject,
        entry_id=row.entry_id,
        customer_id=row.customer_id,
        amount=row.amount,
        fee=row.fee,
        counts=row.counts,
        office=row.office,
        office_name=row.office_name,
        drawer=row.drawer,
        clerk_id=row.clerk_id,
        clerk=row.clerk,
        confirmed=Confirmed(row.confirmed),
        made_at=row.made_at,
        identity_sealed=row.identity_sealed,
        other_id=row.other_id,
        other_sealed=row.other_sealed,
        undoes=row.undoes,
        undone_by=row.undone_by,
    )
