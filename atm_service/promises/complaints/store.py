"""Complaints in the database: the facts of one, and the steps that were only ever added to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Row,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.platform import chart
from atm_service.platform.locking import Rank
from atm_service.promises.complaints.domain import Complaint, ComplaintKind, Step
from ledger import business_date
from ledger.accounts import account_id

_KINDS: Final = ", ".join(repr(kind.value) for kind in ComplaintKind)


class ComplaintRow(SQLModel, table=True):
    """One complaint about one entry or one withdrawal. `waits_until`: by when an answer is due; null: none is."""

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="complaint_kind"),
        CheckConstraint("(entry_id IS NULL) <> (withdrawal_id IS NULL)", name="complaint_about"),
        CheckConstraint("amount > 0", name="complaint_amount"),
        Index("complaint_of_customer", "customer_id", "id"),
        Index("complaint_waits", "waits_until", "id", postgresql_where=text("waits_until IS NOT NULL")),
        UniqueConstraint("customer_id", "entry_id", "kind", name="complaint_of_entry"),
        UniqueConstraint("customer_id", "withdrawal_id", "kind", name="complaint_of_withdrawal"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    serial: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False, unique=True))
    customer_id: UUID = Field(foreign_key="service.customer.id")
    kind: str
    entry_id: UUID | None = Field(default=None, foreign_key="ledger.entry.id")
    withdrawal_id: UUID | None = Field(default=None, foreign_key="service.withdrawal.id")
    office: str | None = Field(default=None, foreign_key="service.office.code")
    amount: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=DateTime(timezone=True))
    waits_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class ComplaintStepRow(SQLModel, table=True):
    """One step: 1 the complaint, 2 the answer, 3 the contest, 4 the last answer. Each once, after the one before."""

    __tablename__ = "complaint_step"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 4", name="complaint_step_number"),
        CheckConstraint("(number IN (2, 4)) = (upheld IS NOT NULL)", name="complaint_step_upheld"),
        CheckConstraint("(number = 4) = (until IS NULL)", name="complaint_step_until"),
        CheckConstraint(
            "previous IS NOT DISTINCT FROM nullif(number - 1, 0)", name="complaint_step_previous"
        ),
        UniqueConstraint("complaint_id", "number", name="complaint_step_once"),
        ForeignKeyConstraint(
            ["complaint_id", "previous"],
            ["service.complaint_step.complaint_id", "service.complaint_step.number"],
            name="complaint_step_in_order",
        ),
        Index("complaint_step_age", "at", postgresql_where=text("words_sealed IS NOT NULL")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    complaint_id: UUID = Field(foreign_key="service.complaint.id")
    number: int = Field(sa_type=SmallInteger)
    previous: int | None = Field(default=None, sa_type=SmallInteger)
    by: UUID
    at: datetime = Field(sa_type=DateTime(timezone=True))
    until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    upheld: bool | None = None
    words_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)


@dataclass(frozen=True)
class About:
    """What a complaint is about: exactly one of entry and withdrawal; where, and how much in đồng."""

    entry_id: UUID | None
    withdrawal_id: UUID | None
    office: str | None
    amount: int


@dataclass(frozen=True)
class Seen:
    """A complaint as staff see it: the customer's encrypted identity, and the number on the paper if there is one.

    `own_paper`: the customer may see it. A voucher names the counter at which another has paid.
    """

    complaint: Complaint
    identity_sealed: bytes = field(repr=False)
    phone_sealed: bytes = field(repr=False)
    office_name: str | None
    paper: str | None
    own_paper: bool

    @property
    def id(self) -> UUID:
        """Name the complaint."""
        return self.complaint.id


# The sum that moved the own account, whichever way; no row for an entry that left it alone.
_ENTRY: Final = text("""
    SELECT p.entry_id, NULL::uuid AS withdrawal_id, coalesce(r.office, v.office) AS office,
           abs(sum(CASE WHEN p.debit_id = :account THEN p.amount ELSE -p.amount END))::bigint AS amount
    FROM ledger.posting AS p
    LEFT JOIN service.receipt AS r ON r.entry_id = p.entry_id
    LEFT JOIN service.voucher AS v ON v.entry_id = p.entry_id
    WHERE p.entry_id = :id AND :account IN (p.debit_id, p.credit_id)
    GROUP BY p.entry_id, r.office, v.office
""")
_WITHDRAWAL: Final = text("""
    SELECT r.entry_id, w.id AS withdrawal_id, w.amount, coalesce(w.drawer_office, w.office) AS office
    FROM service.withdrawal AS w LEFT JOIN service.receipt AS r ON r.id = w.receipt_id
    WHERE w.id = :id AND w.customer_id = :customer_id
""")
_BEFORE: Final = text("""
    SELECT id, entry_id, withdrawal_id, kind, waits_until IS NOT NULL AS waits FROM service.complaint
    WHERE customer_id = :customer_id
      AND (waits_until IS NOT NULL OR (kind = :kind AND (entry_id = :entry_id OR withdrawal_id = :withdrawal_id)))
""")
_INSERT: Final = text("""
    INSERT INTO service.complaint
        (id, customer_id, kind, entry_id, withdrawal_id, office, amount, made_at, waits_until)
    VALUES (:id, :customer_id, :kind, :entry_id, :withdrawal_id, :office, :amount, :made_at, :waits_until)
""")
_STEP: Final = text("""
    INSERT INTO service.complaint_step (id, complaint_id, number, previous, by, at, until, upheld, words_sealed)
    VALUES (:id, :complaint_id, :number, nullif(:number - 1, 0), :by, :at, :until, :upheld, :words_sealed)
""")
_LOCK: Final = Rank.COMPLAINT.locks("SELECT id FROM service.complaint WHERE id = :id FOR NO KEY UPDATE")
_WAITS: Final = text("UPDATE service.complaint SET waits_until = :until WHERE id = :id")
_SEEN: Final = """
    SELECT c.*, who.identity_sealed, who.phone_sealed, o.name AS office_name,
           coalesce(r.number, since.number, v.number, t.number) AS paper,
           v.customer_id IS NULL OR v.customer_id = c.customer_id AS own_paper
    FROM service.complaint AS c
    JOIN service.customer AS who ON who.id = c.customer_id
    LEFT JOIN service.office AS o ON o.code = c.office
    LEFT JOIN service.receipt AS r ON r.entry_id = c.entry_id
    LEFT JOIN service.receipt AS since ON since.withdrawal_id = c.withdrawal_id
    LEFT JOIN service.voucher AS v ON v.entry_id = c.entry_id
    LEFT JOIN service.wallet_transfer AS t ON t.entry_id = c.entry_id
"""
_FIND: Final = text(f"{_SEEN} WHERE c.id = :id")
_OF_CUSTOMER: Final = text(f"""
    {_SEEN} WHERE c.customer_id = :customer_id AND c.id < :before
      AND (CAST(:about AS uuid) IS NULL OR :about IN (c.entry_id, c.withdrawal_id))
    ORDER BY c.id DESC LIMIT :limit
""")
_WAITING: Final = text(f"""
    {_SEEN} WHERE c.waits_until IS NOT NULL
      AND (CAST(:after_until AS timestamptz) IS NULL OR (c.waits_until, c.id) > (:after_until, :after_id))
      AND (CAST(:area AS text) IS NULL OR c.office IN (SELECT service.offices_below(:area, :day)))
    ORDER BY c.waits_until, c.id LIMIT :limit
""")
_STEPS: Final = text("""
    SELECT complaint_id, id, number, by, at, until, upheld, words_sealed FROM service.complaint_step
    WHERE complaint_id = ANY (CAST(:ids AS uuid[])) ORDER BY number
""")
_OVERDUE: Final = text("SELECT count(*) FROM service.complaint WHERE waits_until <= :now")
# Of those alone that nobody waits for: what is not answered yet is still to be read.
_FORGET: Final = Rank.COMPLAINT.locks("""
    UPDATE service.complaint_step AS s SET words_sealed = NULL
    WHERE s.at < :before AND s.words_sealed IS NOT NULL
      AND EXISTS (SELECT FROM service.complaint AS c WHERE c.id = s.complaint_id AND c.waits_until IS NULL)
""")


def about_entry(session: Connection, customer_id: UUID, id: UUID) -> About | None:
    """Find an entry that has moved the customer's account."""
    account = account_id(chart.customer(customer_id))
    return _about(session, _ENTRY, id=id, account=account)


def about_withdrawal(session: Connection, customer_id: UUID, id: UUID) -> About | None:
    """Find a customer's own withdrawal, whatever became of it; one that was paid is its entry, with its receipt."""
    found = _about(session, _WITHDRAWAL, id=id, customer_id=customer_id)
    if found is None or found.entry_id is None:
        return found
    return about_entry(session, customer_id, found.entry_id)


def before(
    session: Connection, customer_id: UUID, kind: ComplaintKind, about: About
) -> tuple[int, list[UUID]]:
    """Give how many of a locked customer's complaints wait, and those of this kind about the same thing."""
    values = {
        "customer_id": customer_id,
        "kind": kind,
        "entry_id": about.entry_id,
        "withdrawal_id": about.withdrawal_id,
    }
    rows = session.execute(_BEFORE, values).all()
    mine = (kind, about.entry_id, about.withdrawal_id)
    same = [row.id for row in rows if (row.kind, row.entry_id, row.withdrawal_id) == mine]
    return sum(row.waits for row in rows), same


def insert(session: Connection, facts: dict[str, Any], first: Step) -> None:
    """Write a complaint down, with its first step."""
    session.execute(_INSERT, facts | {"waits_until": first.until})
    _add(session, facts["id"], first)


def add(session: Connection, id: UUID, step: Step) -> None:
    """Add a step to a locked complaint; whether somebody waits for the next one follows from it."""
    _add(session, id, step)
    session.execute(_WAITS, {"id": id, "until": None if step.upheld is not None else step.until})


def lock(session: Connection, id: UUID) -> Seen | None:
    """Keep others from a complaint until the commit, and give it as it is then."""
    if session.execute(_LOCK, {"id": id}).one_or_none() is None:
        return None
    return find(session, id)


def find(session: Connection, id: UUID) -> Seen | None:
    """Give a complaint."""
    return next(iter(_seen(session, _FIND, id=id)), None)


def of_customer(
    session: Connection, customer_id: UUID, about: UUID | None, before: UUID, limit: int
) -> Sequence[Seen]:
    """List a customer's complaints, newest first, older than `before`; about one entry or withdrawal, or all."""
    return _seen(session, _OF_CUSTOMER, customer_id=customer_id, about=about, before=before, limit=limit)


def waiting(
    session: Connection, area: str | None, after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> Sequence[Seen]:
    """List what waits for an answer, the first due first: of an area's offices, or everything."""
    until, id = after or (None, None)
    day = business_date(now)
    return _seen(session, _WAITING, area=area, day=day, after_until=until, after_id=id, limit=limit)


def overdue(session: Connection, now: datetime) -> int:
    """Count the complaints whose day of answering has passed."""
    return int(session.execute(_OVERDUE, {"now": now}).scalar_one())


def forget_words(session: Connection, before: datetime) -> int:
    """Wipe what was said before a moment, where nobody waits for an answer; give how many steps."""
    return session.execute(_FORGET, {"before": before}).rowcount


def _about(session: Connection, query: Any, **values: Any) -> About | None:
    row = session.execute(query, values).mappings().one_or_none()
    return None if row is None else About(**row)


def _add(session: Connection, id: UUID, step: Step) -> None:
    session.execute(_STEP, {**vars(step), "complaint_id": id})


def _seen(session: Connection, query: Any, **values: Any) -> list[Seen]:
    rows = session.execute(query, values).all()
    steps: dict[UUID, list[Step]] = {row.id: [] for row in rows}
    for row in session.execute(_STEPS, {"ids": list(steps)}).mappings():
        facts = dict(row)
        steps[facts.pop("complaint_id")].append(Step(**facts))
    return [
        Seen(
            _complaint(row, steps[row.id]),
            row.identity_sealed,
            row.phone_sealed,
            row.office_name,
            row.paper,
            row.own_paper,
        )
        for row in rows
    ]


def _complaint(row: Row[Any], steps: Sequence[Step]) -> Complaint:
    return Complaint(
        id=row.id,
        serial=row.serial,
        customer_id=row.customer_id,
        kind=ComplaintKind(row.kind),
        entry_id=row.entry_id,
        withdrawal_id=row.withdrawal_id,
        office=row.office,
        amount=row.amount,
        made_at=row.made_at,
        steps=tuple(steps),
    )
