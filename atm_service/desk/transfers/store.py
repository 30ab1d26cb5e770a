"""Assisted transfers in the database: what was proposed. Whether it was done says its voucher."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, text
from sqlmodel import Field, SQLModel

from atm_service.desk.transfers.domain import Transfer


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


_INSERT: Final = text("""
    INSERT INTO service.transfer (id, payer_id, payee_id, amount, identity_checked, office, drawer, shift_id,
        clerk_id, proposed_at)
    VALUES (:id, :payer_id, :payee_id, :amount, :identity_checked, :office, :drawer, :shift_id,
        :clerk_id, :proposed_at)
""")
_FIND: Final = text("SELECT * FROM service.transfer WHERE id = :id")


def insert(session: Connection, transfer: Transfer) -> None:
    """Write a proposed transfer down."""
    session.execute(_INSERT, vars(transfer))


def find(session: Connection, id: UUID) -> Transfer | None:
    """Find a transfer."""
    row = session.execute(_FIND, {"id": id}).mappings().one_or_none()
    return None if row is None else Transfer(**row)
