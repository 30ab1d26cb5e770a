"""Deposits in the database: what was proposed. Whether it was done says its voucher."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.desk.deposits.domain import Deposit


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


_INSERT: Final = text("""
    INSERT INTO service.deposit (id, customer_id, amount, counts, office, drawer, shift_id, clerk_id, proposed_at)
    VALUES (:id, :customer_id, :amount, :counts, :office, :drawer, :shift_id, :clerk_id, :proposed_at)
""").bindparams(bindparam("counts", type_=JSONB))
_FIND: Final = text("SELECT * FROM service.deposit WHERE id = :id")


def insert(session: Connection, deposit: Deposit) -> None:
    """Write a proposed deposit down."""
    session.execute(_INSERT, {**vars(deposit), "counts": dict(deposit.counts)})


def find(session: Connection, id: UUID) -> Deposit | None:
    """Find a deposit."""
    row = session.execute(_FIND, {"id": id}).mappings().one_or_none()
    return None if row is None else Deposit(**row)
