"""Proposals in the database: what was proposed. Whether it was done says its voucher."""

from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.desk.proposals.domain import Proposal
from atm_service.desk.vouchers.domain import VoucherKind


class DepositRow(SQLModel, table=True):
    """One proposed deposit, never changed."""

    __tablename__ = "deposit"
    __table_args__ = (CheckConstraint("amount > 0", name="deposit_amount"), {"schema": "service"})

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    amount: int = Field(sa_type=BigInteger)
    counts: dict[str, Any] = Field(sa_type=JSONB)
    office: str = Field(foreign_key="service.office.code")
    drawer: int
    shift_id: UUID = Field(foreign_key="service.shift.id")
    clerk_id: UUID = Field(foreign_key="service.staff.id")
    proposed_at: datetime = Field(sa_type=DateTime(timezone=True))


class TransferRow(SQLModel, table=True):
    """One proposed transfer, never changed."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("amount > 0", name="transfer_amount"),
        CheckConstraint("payer_id <> payee_id", name="transfer_two_people"),
        CheckConstraint("identity_checked IN ('qr', 'mrz', 'typed')", name="transfer_identity_checked"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    payer_id: UUID = Field(foreign_key="service.customer.id")
    payee_id: UUID = Field(foreign_key="service.customer.id")
    amount: int = Field(sa_type=BigInteger)
    identity_checked: str
    office: str = Field(foreign_key="service.office.code")
    drawer: int
    shift_id: UUID = Field(foreign_key="service.shift.id")
    clerk_id: UUID = Field(foreign_key="service.staff.id")
    proposed_at: datetime = Field(sa_type=DateTime(timezone=True))


_INSERT: Final = {
    VoucherKind.DEPOSIT: text("""
        INSERT INTO service.deposit (id, customer_id, amount, counts, office, drawer, shift_id, clerk_id, proposed_at)
        VALUES (:id, :payee_id, :amount, :counts, :office, :drawer, :shift_id, :clerk_id, :proposed_at)
    """).bindparams(bindparam("counts", type_=JSONB)),
    VoucherKind.TRANSFER: text("""
        INSERT INTO service.transfer (id, payer_id, payee_id, amount, identity_checked, office, drawer, shift_id,
            clerk_id, proposed_at)
        VALUES (:id, :payer_id, :payee_id, :amount, :identity_checked, :office, :drawer, :shift_id,
            :clerk_id, :proposed_at)
    """),
}
_FIND: Final = {
    VoucherKind.DEPOSIT: text("""
        SELECT *, NULL AS payer_id, customer_id AS payee_id, NULL AS identity_checked
        FROM service.deposit WHERE id = :id
    """),
    VoucherKind.TRANSFER: text("SELECT *, NULL AS counts FROM service.transfer WHERE id = :id"),
}


def insert(session: Connection, proposal: Proposal) -> None:
    """Write a proposal down."""
    counts = None if proposal.counts is None else dict(proposal.counts)
    session.execute(_INSERT[proposal.kind], {**vars(proposal), "counts": counts})


def find(session: Connection, kind: VoucherKind, id: UUID) -> Proposal | None:
    """Find a proposal of a kind."""
    row = session.execute(_FIND[kind], {"id": id}).mappings().one_or_none()
    return None if row is None else Proposal(**{field.name: row[field.name] for field in fields(Proposal)})
