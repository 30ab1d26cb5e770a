"""What is kept of shifts besides themselves: breaks at an opening, and leave to close what was left open."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Index,
    Row,
    RowMapping,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from atm_service.platform import ids
from atm_service.platform.locking import Rank
from atm_service.promises.shifts.domain import Movements, Paid, Shift
from ledger import account_id


class OpeningBreakRow(SQLModel, table=True):
    """A drawer that was opened with another sum than its last close and what was moved since. Immutable."""

    __tablename__ = "opening_break"
    __table_args__ = (
        CheckConstraint("counted <> expected", name="opening_break_differs"),
        {"schema": "service"},
    )

    shift_id: UUID = Field(primary_key=True, foreign_key="service.shift.id")
    office: str
    drawer: int
    previous_shift: UUID | None = Field(default=None, foreign_key="service.shift.id", index=True)
    closed_total: int | None = Field(default=None, sa_type=BigInteger)
    expected: int = Field(sa_type=BigInteger)
    counted: int = Field(sa_type=BigInteger)
    found_at: datetime = Field(sa_type=DateTime(timezone=True))


class TakeOverRow(SQLModel, table=True):
    """A supervisor's leave to close a shift that its clerk has left open. Immutable."""

    __tablename__ = "take_over"
    __table_args__ = {"schema": "service"}

    shift_id: UUID = Field(primary_key=True, foreign_key="service.shift.id")
    granted_by: UUID
    granted_at: datetime = Field(sa_type=DateTime(timezone=True))
    reason: str


_ADD_BREAK: Final = text("""
    INSERT INTO service.opening_break (shift_id, office, drawer, previous_shift, closed_total, expected, counted,
        found_at)
    VALUES (:shift_id, :office, :drawer, :previous_shift, :closed_total, :expected, :counted, :now)
""")
_BREAKS: Final = text("""
    SELECT b.shift_id, b.office, b.drawer, t.display_name AS clerk, b.previous_shift, b.closed_total, b.expected,
        b.counted, b.found_at
    FROM service.opening_break b
    JOIN service.shift s ON s.id = b.shift_id
    JOIN service.staff t ON t.id = s.clerk_id
    WHERE b.shift_id < :before AND (CAST(:office AS text) IS NULL OR b.office = :office)
    ORDER BY b.shift_id DESC LIMIT :limit
""")
_GRANT: Final = text("""
    INSERT INTO service.take_over (shift_id, granted_by, granted_at, reason)
    VALUES (:shift_id, :granted_by, :now, :reason) ON CONFLICT (shift_id) DO NOTHING
""")
_GRANTED: Final = text("SELECT shift_id FROM service.take_over WHERE shift_id = ANY (:shifts)")


def add_break(session: Connection, values: Mapping[str, Any]) -> None:
    """Keep a break found at an opening."""
    session.execute(_ADD_BREAK, dict(values))


def breaks(session: Connection, office: str | None, before: UUID, limit: int) -> Sequence[Row[Any]]:
    """List breaks found at openings, of an office or of all, newest first."""
    return session.execute(_BREAKS, {"office": office, "before": before, "limit": limit}).all()


def grant(session: Connection, shift_id: UUID, granted_by: UUID, reason: str, now: datetime) -> bool:
    """Give leave to close a shift; False when somebody has given it."""
    values = {"shift_id": shift_id, "granted_by": granted_by, "reason": reason, "now": now}
    return session.execute(_GRANT, values).rowcount == 1


def granted(session: Connection, shifts: Sequence[UUID]) -> set[UUID]:
    """Tell which of these shifts may be closed by another clerk."""
    return set(session.execute(_GRANTED, {"shifts": list(shifts)}).scalars())


class ShiftRow(SQLModel, table=True):
    """A clerk's turn at a drawer. A drawer, and a clerk, has one open shift at most."""

    __tablename__ = "shift"
    __table_args__ = (
        Index(
            "shift_one_per_drawer",
            "office",
            "drawer",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("shift_one_per_clerk", "clerk_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("shift_office_opened", "office", "opened_at"),
        CheckConstraint("closed_how IN ('own', 'handed-over', 'taken-over')", name="shift_closed_how"),
        CheckConstraint("stopped IN ('office-suspended', 'drawer-frozen')", name="shift_stopped"),
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closed_how IS NULL)",
            name="shift_closed_by",
        ),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str
    drawer: int
    clerk_id: UUID
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    opening_counts: dict[str, Any] = Field(sa_type=JSONB)
    opening_total: int = Field(sa_type=BigInteger)
    opening_over_short: int = Field(sa_type=BigInteger)
    closed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    closing_counts: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    closing_total: int | None = Field(default=None, sa_type=BigInteger)
    closing_over_short: int | None = Field(default=None, sa_type=BigInteger)
    closed_by: UUID | None = None
    closed_how: str | None = None
    stopped: str | None = None


_SHIFT: Final = """
    SELECT s.id, s.office, s.drawer, s.clerk_id, t.display_name AS clerk, s.opened_at, s.opening_counts,
        s.opening_total, s.opening_over_short, s.closed_at, s.closing_counts, s.closing_total, s.closing_over_short,
        s.closed_how, c.display_name AS counted_by, n.generation AS clerk_generation, s.stopped
    FROM service.shift s JOIN service.staff t ON t.id = s.clerk_id LEFT JOIN service.staff c ON c.id = s.closed_by
        JOIN service.standing n ON n.subject = s.clerk_id
"""


_OPEN_SHIFT_SEEN = text(f"{_SHIFT} WHERE s.clerk_id = :clerk_id AND s.closed_at IS NULL")


_OPEN_SHIFTS_SHARED = Rank.SHIFT.locks(
    f"{_SHIFT} WHERE s.clerk_id = ANY (:clerk_ids) AND s.closed_at IS NULL ORDER BY s.id FOR SHARE OF s, n"
)


_OPEN_SHIFT_ALONE = Rank.SHIFT.locks(
    f"{_SHIFT} WHERE s.clerk_id = :clerk_id AND s.closed_at IS NULL FOR UPDATE OF s"
)


_ONE_SHIFT = text(f"{_SHIFT} WHERE s.id = :id")


_OPEN_SHIFT_AT = text(f"{_SHIFT} WHERE s.office = :office AND s.drawer = :drawer AND s.closed_at IS NULL")


_OPEN_SHIFTS_OF = text(f"{_SHIFT} WHERE s.office = :office AND s.closed_at IS NULL ORDER BY s.drawer")


_OPEN_SHIFTS = text(f"""
    {_SHIFT} WHERE s.closed_at IS NULL AND s.id < :before
      AND (CAST(:area AS text) IS NULL OR s.office IN (SELECT service.offices_below(:area, :day)))
    ORDER BY s.id DESC LIMIT :limit
""")


_LAST_CLOSED = text(f"""
    {_SHIFT} WHERE s.office = :office AND s.drawer = :drawer AND s.closed_at IS NOT NULL
    ORDER BY s.closed_at DESC, s.id DESC LIMIT 1
""")


_LOCK_SHIFT = Rank.SHIFT.locks("SELECT id FROM service.shift WHERE id = :id AND closed_at IS NULL FOR UPDATE")


_INSERT_SHIFT = Rank.SHIFT.locks("""
    INSERT INTO service.shift (id, office, drawer, clerk_id, opened_at, opening_counts, opening_total,
        opening_over_short)
    VALUES (:id, :office, :drawer, :clerk_id, :now, :counts, :total, :over_short)
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("counts", type_=JSONB))


_CLOSE_SHIFT = text("""
    UPDATE service.shift SET closed_at = :now, closing_counts = :counts, closing_total = :total,
        closing_over_short = :over_short, closed_by = :closed_by, closed_how = :closed_how
    WHERE id = :id AND closed_at IS NULL
""").bindparams(bindparam("counts", type_=JSONB))


_PAID = text("""
    SELECT count(*) AS paid_count, coalesce(sum(r.amount), 0)::bigint AS paid_total,
        count(undone.id) AS undone_count,
        coalesce(sum(r.amount) FILTER (WHERE undone.id IS NOT NULL), 0)::bigint AS undone_total
    FROM service.receipt AS r
    LEFT JOIN service.voucher AS undone ON undone.kind = 'withdrawal-reversal' AND undone.subject = r.withdrawal_id
    WHERE r.shift_id = :id
""")


# Entries carry their time in their ids, so that only the shift's own are looked up.
_MOVEMENTS = text("""
    SELECT v.*, moved.*, found.*
    FROM (
        SELECT count(*) FILTER (WHERE kind = 'deposit') AS deposit_count,
            coalesce(sum(amount) FILTER (WHERE kind = 'deposit'), 0)::bigint AS deposit_total,
            count(*) FILTER (WHERE kind = 'transfer') AS transfer_count,
            coalesce(sum(amount) FILTER (WHERE kind = 'transfer'), 0)::bigint AS transfer_total,
            count(*) FILTER (WHERE kind = 'withdrawal-reversal') AS payment_undone_count,
            coalesce(sum(amount) FILTER (WHERE kind = 'withdrawal-reversal'), 0)::bigint AS payment_undone_total,
            count(*) FILTER (WHERE kind = 'deposit-reversal') AS deposit_undone_count,
            coalesce(sum(amount) FILTER (WHERE kind = 'deposit-reversal'), 0)::bigint AS deposit_undone_total
        FROM service.voucher WHERE shift_id = :id
    ) AS v
    CROSS JOIN (
        SELECT coalesce(sum(p.amount) FILTER (WHERE p.debit_id = :drawer), 0)::bigint AS moved_in_total,
            coalesce(sum(p.amount) FILTER (WHERE p.credit_id = :drawer), 0)::bigint AS moved_out_total
        FROM ledger.posting AS p JOIN ledger.entry AS e ON e.id = p.entry_id
        WHERE (p.debit_id = :drawer OR p.credit_id = :drawer) AND p.entry_id >= :first_id
            AND e.kind IN ('vault-move', 'drawer-move', 'cash-delivery', 'cash-brought')
            AND e.recorded_at BETWEEN :opened_at AND coalesce(CAST(:closed_at AS timestamptz), 'infinity')
    ) AS moved
    CROSS JOIN (
        -- The last count of a closed shift is its close, which has a figure of its own.
        SELECT coalesce(sum(total - expected), 0)::bigint AS counts_over_short
        FROM service.cash_count AS c
        WHERE subject = :id AND stood AND (CAST(:closed_at AS timestamptz) IS NULL OR EXISTS (
            SELECT FROM service.cash_count AS later WHERE later.subject = :id AND later.number > c.number))
    ) AS found
""")


_PRESENTED = text("""
    SELECT id, amount FROM service.withdrawal
    WHERE status = 'presented' AND drawer_office = :office AND drawer = :drawer AND lease_until > :now
""")


def open_shift_seen(session: Connection, clerk_id: UUID) -> Shift | None:
    """Find a clerk's open shift without a lock: it may be closed a moment later."""
    return _shift(session.execute(_OPEN_SHIFT_SEEN, {"clerk_id": clerk_id}).mappings().one_or_none())


def open_shifts_shared(session: Connection, clerk_ids: Sequence[UUID]) -> list[Shift]:
    """Give clerks' open shifts, which nobody can close until this transaction ends."""
    rows = session.execute(_OPEN_SHIFTS_SHARED, {"clerk_ids": list(clerk_ids)}).mappings()
    return [Shift(**row) for row in rows]


def open_shift_alone(session: Connection, clerk_id: UUID) -> Shift | None:
    """Find a clerk's open shift and keep everybody else from using it."""
    return _shift(session.execute(_OPEN_SHIFT_ALONE, {"clerk_id": clerk_id}).mappings().one_or_none())


def shift(session: Connection, id: UUID) -> Shift | None:
    """Find a shift."""
    return _shift(session.execute(_ONE_SHIFT, {"id": id}).mappings().one_or_none())


def open_shift_at(session: Connection, office: str, drawer: int) -> Shift | None:
    """Find the open shift at a drawer, without a lock."""
    return _shift(
        session.execute(_OPEN_SHIFT_AT, {"office": office, "drawer": drawer}).mappings().one_or_none()
    )


def open_shifts_of(session: Connection, office: str) -> list[Shift]:
    """List an office's open shifts by drawer: at most 99, one for each."""
    return [Shift(**row) for row in session.execute(_OPEN_SHIFTS_OF, {"office": office}).mappings()]


def open_shifts(session: Connection, area: str | None, day: date, before: UUID, limit: int) -> list[Shift]:
    """List the open shifts of the offices below an area on a day (None: everywhere), newest first."""
    values = {"area": area, "day": day, "before": before, "limit": limit}
    return [Shift(**row) for row in session.execute(_OPEN_SHIFTS, values).mappings()]


def last_closed(session: Connection, office: str, drawer: int) -> Shift | None:
    """Find the shift that was closed last at a drawer."""
    return _shift(
        session.execute(_LAST_CLOSED, {"office": office, "drawer": drawer}).mappings().one_or_none()
    )


def lock_shift(session: Connection, id: UUID) -> bool:
    """Keep everybody else from using an open shift; False when it is closed or unknown."""
    return session.execute(_LOCK_SHIFT, {"id": id}).one_or_none() is not None


def insert_shift(session: Connection, values: Mapping[str, Any]) -> bool:
    """Open a shift; False when the clerk or the drawer has an open one."""
    return session.execute(_INSERT_SHIFT, dict(values)).rowcount == 1


def close_shift(session: Connection, values: Mapping[str, Any]) -> None:
    """Close a shift that this transaction has locked."""
    session.execute(_CLOSE_SHIFT, dict(values))


def paid(session: Connection, shift_id: UUID) -> Paid:
    """Add up what a shift has paid, and what of it was undone since."""
    return Paid(**session.execute(_PAID, {"id": shift_id}).mappings().one())


def movements(session: Connection, shift: Shift) -> Movements:
    """Add up what went through the drawer of a shift besides payments, so far."""
    values = {
        "id": shift.id,
        "drawer": account_id(shift.place),
        "first_id": ids.first(shift.opened_at),
        "opened_at": shift.opened_at,
        "closed_at": shift.closed_at,
    }
    return Movements(**session.execute(_MOVEMENTS, values).mappings().one())


def presented(session: Connection, office: str, drawer: int, now: datetime) -> Sequence[Row[Any]]:
    """List the withdrawals that a drawer still has the right to pay: id and amount."""
    values = {"office": office, "drawer": drawer, "now": now}
    return session.execute(_PRESENTED, values).all()


def _shift(row: RowMapping | None) -> Shift | None:
    return None if row is None else Shift(**row)
