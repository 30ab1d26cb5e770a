"""An office asks its area for cash: a supervisor turns that into an ordered delivery, or says why not.

    waiting ──order──▶ ordered, with its delivery
       └─────refuse──▶ refused

Each use case runs inside its caller's transaction. Locks: docs/locking.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Index, TextClause, text
from sqlmodel import Field, SQLModel

import ledger
from atm_service.platform import ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.locking import Rank
from atm_service.platform.policy import Policy
from atm_service.registers.cash import errors, service
from atm_service.registers.cash.delivery import Direction
from atm_service.registers.offices import service as offices
from atm_service.registers.offices import store as office_store
from atm_service.registers.staff import service as staff


class CashRequestRow(SQLModel, table=True):
    """One request for cash. An office has one that waits at most; a decided one never changes."""

    __tablename__ = "cash_request"
    __table_args__ = (
        CheckConstraint("amount > 0", name="cash_request_amount"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (refusal IS NULL AND delivery_id IS NULL)"
            " AND (refusal IS NULL OR delivery_id IS NULL)",
            name="cash_request_decided",
        ),
        CheckConstraint("decided_by <> asked_by", name="cash_request_by_another"),
        Index("cash_request_office", "office", "id"),
        Index("cash_request_one_waits", "office", unique=True, postgresql_where=text("decided_at IS NULL")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str = Field(foreign_key="service.office.code")
    amount: int = Field(sa_type=BigInteger)
    reason: str
    asked_by: UUID
    asked_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    refusal: str | None = None
    delivery_id: UUID | None = Field(default=None, foreign_key="service.delivery.id", unique=True)


@dataclass(frozen=True)
class Request:
    """A request for cash as it stands. `amount` in đồng, as it was asked for: another may have been ordered."""

    id: UUID
    office: str
    amount: int
    reason: str
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None
    refusal: str | None

    @property
    def status(self) -> Literal["waiting", "ordered", "refused"]:
        """Where it stands."""
        if self.decided_at is None:
            return "waiting"
        return "ordered" if self.refusal is None else "refused"


_ASK = Rank.DELIVERY.locks("""
    INSERT INTO service.cash_request (id, office, amount, reason, asked_by, asked_at)
    VALUES (:id, :office, :amount, :reason, :asked_by, :now) ON CONFLICT DO NOTHING
""")
_LOCK = Rank.DELIVERY.locks("SELECT decided_at, asked_by FROM service.cash_request WHERE id = :id FOR UPDATE")
_DECIDE: Final = text("""
    UPDATE service.cash_request
    SET decided_by = :decided_by, decided_at = :now, refusal = :refusal, delivery_id = :delivery_id WHERE id = :id
""")
_SHOWN: Final = """
    SELECT r.id, r.office, r.amount, r.reason, t.display_name AS asked_by, r.asked_at, r.decided_at, r.refusal
    FROM service.cash_request r JOIN service.staff t ON t.id = r.asked_by
"""
_FIND: Final = text(f"{_SHOWN} WHERE r.id = :id")
_OF_OFFICE: Final = text(f"""
    {_SHOWN} WHERE r.office = :office AND r.id < :before ORDER BY r.id DESC LIMIT :limit
""")
_WAITING: Final = text(f"""
    {_SHOWN} WHERE r.decided_at IS NULL AND r.id < :before
      AND (CAST(:area AS text) IS NULL OR r.office IN (SELECT service.offices_below(:area, :day)))
    ORDER BY r.id DESC LIMIT :limit
""")


def ask(session: Connection, clerk: Caller, amount: int, reason: str, now: datetime) -> Request:
    """Ask the area for cash. Raises `OfficeNotActive`, and `CashAsked` while another request of the office waits."""
    assert clerk.office is not None
    offices.active(session, clerk.office, office_store.find_held)
    id = ids.new(now)
    values = {"id": id, "office": clerk.office, "amount": amount, "reason": reason}
    if session.execute(_ASK, {**values, "asked_by": clerk.subject, "now": now}).rowcount == 0:
        raise errors.CashAsked
    standing.keep(session, clerk)
    detail = {"office": clerk.office, "amount": amount, "reason": reason}
    trail.record(session, now, "ask-for-cash", id, clerk, detail)
    return _shown(session, id)


def order(
    session: Connection, policy: Policy, supervisor: Caller, id: UUID, amount: int, now: datetime
) -> Request:
    """Order a delivery for a request, of the sum that the supervisor names.

    Raises `RequestUnknown`, `OfficeNotActive`, `RequestDecided` and `OwnCashRequest`.
    """
    office = _seen(session, supervisor, id, now)
    offices.active(session, office, office_store.find_alone)
    _lock_waiting(session, supervisor, id)
    delivery = service.ordered(session, policy, supervisor, office, Direction.TO_OFFICE, amount, now)
    return _decided(session, supervisor, id, None, delivery.id, now)


def refuse(session: Connection, supervisor: Caller, id: UUID, reason: str, now: datetime) -> Request:
    """Say why no cash comes. Raises `RequestUnknown`, `RequestDecided` and `OwnCashRequest`."""
    _seen(session, supervisor, id, now)
    _lock_waiting(session, supervisor, id)
    standing.keep(session, supervisor)
    return _decided(session, supervisor, id, reason, None, now)


def of_office(session: Connection, office: str, before: UUID, limit: int) -> Sequence[Request]:
    """List an office's requests, newest first."""
    return _listed(session, _OF_OFFICE, {"office": office, "before": before, "limit": limit})


def waiting(
    session: Connection, within: tuple[str | None, date], before: UUID, limit: int
) -> Sequence[Request]:
    """List the requests that wait, of the offices below an area on a day (None: everywhere), newest first."""
    area, day = within
    return _listed(session, _WAITING, {"area": area, "day": day, "before": before, "limit": limit})


def _listed(session: Connection, statement: TextClause, values: dict[str, object]) -> list[Request]:
    return [Request(**row) for row in session.execute(statement, values).mappings()]


def _seen(session: Connection, supervisor: Caller, id: UUID, now: datetime) -> str:
    """Give the office of a request that the supervisor looks after."""
    found = session.execute(_FIND, {"id": id}).one_or_none()
    if found is None or not staff.looks_after(session, supervisor, found.office, ledger.business_date(now)):
        raise errors.RequestUnknown
    office: str = found.office
    return office


def _lock_waiting(session: Connection, supervisor: Caller, id: UUID) -> None:
    row = session.execute(_LOCK, {"id": id}).one()
    if row.decided_at is not None:
        raise errors.RequestDecided
    if row.asked_by == supervisor.subject:
        raise errors.OwnCashRequest


def _decided(
    session: Connection,
    supervisor: Caller,
    id: UUID,
    refusal: str | None,
    delivery_id: UUID | None,
    now: datetime,
) -> Request:
    values = {"id": id, "decided_by": supervisor.subject, "refusal": refusal, "delivery_id": delivery_id}
    session.execute(_DECIDE, {**values, "now": now})
    after = _shown(session, id)
    detail = {"office": after.office, "refusal": refusal, "delivery": delivery_id and str(delivery_id)}
    trail.record(session, now, "decide-cash-request", id, supervisor, detail)
    return after


def _shown(session: Connection, id: UUID) -> Request:
    return Request(**session.execute(_FIND, {"id": id}).mappings().one())
