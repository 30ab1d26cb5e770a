"""Customers in the database: identity encrypted, found again by keyed hashes, the PIN as a keyed hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, DateTime, Index, LargeBinary, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from atm_service.platform import clocks
from atm_service.platform.locking import Rank
from atm_service.registers.customers.domain import Freezes


class CustomerRow(SQLModel, table=True):
    """One approved person with one wallet. One row that is not closed a card number and a phone: the indexes say so."""

    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint(
            "cools_from < cools_until AND (cools_from IS NULL) = (cools_until IS NULL)", name="customer_cools"
        ),
        Index("customer_one_card", "id_print", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("customer_one_phone", "phone_print", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("customer_closed", "id_print", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        CheckConstraint("extract(day FROM card_until + 1) = 1", name="customer_card_until"),
        CheckConstraint("extract(day FROM minor_until + 1) = 1", name="customer_minor_until"),
        Index("customer_old_number", "old_id_print", postgresql_where=text("old_id_print IS NOT NULL")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    tier: str
    identity_sealed: bytes = Field(sa_type=LargeBinary)
    phone_sealed: bytes = Field(sa_type=LargeBinary)
    id_print: bytes = Field(sa_type=LargeBinary)
    phone_print: bytes = Field(sa_type=LargeBinary)
    pin_print: bytes = Field(sa_type=LargeBinary)
    provider_reference: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    frozen: bool = False
    cools_from: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    cools_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    phone_since: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    closed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    card_until: date | None = None
    minor_until: date | None = None
    old_id_print: bytes | None = Field(default=None, sa_type=LargeBinary)


class CustomerFreezeRow(SQLModel, table=True):
    """A customer who was frozen or thawed; `own`: what the customer froze. Writing it down does it: migration 0036."""

    __tablename__ = "customer_freeze"
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 3 AND 200", name="customer_freeze_reason"),
        CheckConstraint("own OR changed_by IS NOT NULL", name="customer_freeze_by"),
        Index("customer_freeze_of_customer", "customer_id", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    frozen: bool
    reason: str
    changed_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
    own: bool


class FaceCaptureRow(SQLModel, table=True):
    """A picture of a face, as a keyed hash, and what it was taken for. It mends nothing else."""

    __tablename__ = "face_capture"
    __table_args__ = ({"schema": "service"},)

    capture_print: bytes = Field(sa_type=LargeBinary, primary_key=True)
    used_for: str
    used_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Locked:
    """What a decision about a locked customer rests on. `generation` is that of the wallet's tokens: see `standing`."""

    pin_print: bytes = field(repr=False)
    frozen: bool
    generation: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """Whose freezes of a customer stand, and who said so last and why: of the one that holds, or of the last thaw.

    All are null for a customer who never was frozen. `newest` is the row that was written last.
    """

    stands: Freezes
    newest: UUID | None
    newest_at: datetime | None
    staff_by: UUID | None
    """Who froze it for the staff, or thawed it, last."""
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Customer:
    """What is stored of a customer."""

    id: UUID
    tier: str
    identity_sealed: bytes = field(repr=False)
    phone_sealed: bytes = field(repr=False)
    id_print: bytes = field(repr=False)
    phone_print: bytes = field(repr=False)
    pin_print: bytes = field(repr=False)
    provider_reference: str
    created_at: datetime
    card_until: date | None = field(default=None, repr=False)
    minor_until: date | None = field(default=None, repr=False)
    old_id_print: bytes | None = field(default=None, repr=False)


_COLUMNS: Final = (
    "id, tier, identity_sealed, phone_sealed, id_print, phone_print, pin_print,"
    " provider_reference, created_at, card_until, minor_until, old_id_print"
)
# Without a target: whichever of the two unique indexes is hit, the row is not added and nothing is raised. An
# insert that races with another waits here until that one has committed, so the next statement sees it.
_ADD: Final = Rank.CUSTOMER.locks(f"""
    INSERT INTO service.customer ({_COLUMNS})
    VALUES (:id, :tier, :identity_sealed, :phone_sealed, :id_print, :phone_print,
            :pin_print, :provider_reference, :created_at, :card_until, :minor_until, :old_id_print)
    ON CONFLICT DO NOTHING
""")  # noqa: S608  made of constants
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.customer WHERE id = :id")  # noqa: S608  the same
_BY_PHONE: Final = text(
    f"SELECT {_COLUMNS} FROM service.customer WHERE phone_print = :fingerprint AND closed_at IS NULL"  # noqa: S608  the same
)
_BY_CARD: Final = text(
    f"SELECT {_COLUMNS} FROM service.customer WHERE id_print = :fingerprint AND closed_at IS NULL"  # noqa: S608  the same
)
_LOCK: Final = Rank.CUSTOMER.locks("""
    SELECT c.id, c.pin_print, c.frozen, n.generation
    FROM service.customer AS c JOIN service.standing AS n ON n.subject = c.id
    WHERE c.id = ANY (:ids) AND c.closed_at IS NULL ORDER BY c.id FOR NO KEY UPDATE OF c FOR SHARE OF n
""")
_CHANGE_PIN: Final = Rank.CUSTOMER.writes("UPDATE service.customer SET pin_print = :pin_print WHERE id = :id")
# Whoever else sets the same number at this moment is waited for, and waits for nobody: each sets one, that was nobody's
# when its code was sent.
_CHANGE_PHONE: Final = Rank.CUSTOMER.writes("""
    UPDATE service.customer SET phone_sealed = :phone_sealed, phone_print = :phone_print, phone_since = :now
    WHERE id = :id
""")
# What has gone out since the first of several changes counts until the last of them is over. What goes out may be
# stamped by another clock than the change: it counts from as much earlier as two that serve money may be apart.
_COOL: Final = Rank.CUSTOMER.writes("""
    UPDATE service.customer
    SET cools_from = CASE WHEN cools_until > :now THEN cools_from ELSE :since END,
        cools_until = greatest(cools_until, :until)
    WHERE id = :id
""")
_FROZEN: Final = text("""
    SELECT EXISTS (SELECT FROM service.customer WHERE id = ANY (:ids) AND (frozen OR closed_at IS NOT NULL))
""")
_CLOSE: Final = Rank.CUSTOMER.writes("UPDATE service.customer SET closed_at = :now WHERE id = :id")
# Its trigger freezes or thaws the customer's live codes: see migration 0036.
_FREEZE: Final = Rank.WITHDRAWAL.locks("""
    INSERT INTO service.customer_freeze (id, customer_id, frozen, reason, changed_by, changed_at, own)
    VALUES (:id, :customer_id, :frozen, :reason, :by, :now, :own)
""")
# The newest of the customer's and the newest of the staff's, the one that tells how it is first: the staff's while it
# holds, then the customer's; of two thaws the last.
_FREEZES: Final = text("""
    SELECT f.id, f.own, f.frozen, f.reason, f.changed_by, f.changed_at, t.display_name
    FROM service.customer AS c
    LEFT JOIN (
        SELECT DISTINCT ON (own) * FROM service.customer_freeze WHERE customer_id = :id ORDER BY own, id DESC
    ) AS f ON true
    LEFT JOIN service.staff AS t ON t.id = f.changed_by
    WHERE c.id = :id
    ORDER BY f.frozen DESC, f.frozen AND f.own, f.id DESC
""")
_VERIFY_CARD: Final = Rank.CUSTOMER.writes("UPDATE service.customer SET card_until = :until WHERE id = :id")
# Who names one old number at the same moment takes turns: the second is known to be that.
_OLD_TURNS: Final = Rank.APPLICATION.locks(
    "SELECT pg_advisory_xact_lock(hashtextextended(encode(:old_id_print, 'hex'), 2))"
)
_OLD_KNOWN: Final = text(
    "SELECT EXISTS (SELECT FROM service.customer WHERE old_id_print = :old_id_print AND closed_at IS NULL)"
)
_USE_CAPTURE: Final = Rank.PROOF.locks("""
    INSERT INTO service.face_capture (capture_print, used_for, used_at) VALUES (:capture_print, :used_for, :now)
    ON CONFLICT DO NOTHING
""")
_CAPTURE_USED: Final = text("SELECT used_for FROM service.face_capture WHERE capture_print = :capture_print")
_KNOWN: Final = text(
    "SELECT EXISTS (SELECT FROM service.customer WHERE id_print = :fingerprint AND closed_at IS NULL)"
)
_CLOSED_SINCE: Final = text(
    "SELECT EXISTS (SELECT FROM service.customer WHERE id_print = :fingerprint AND closed_at >= :since)"
)


def add(session: Connection, customer: Customer) -> bool:
    """Add a customer; False when the card number or the phone is another customer's."""
    values = {name: getattr(customer, name) for name in Customer.__slots__}
    return session.execute(_ADD, values).rowcount == 1


def find(session: Connection, id: UUID) -> Customer | None:
    """Give a customer by id."""
    row = session.execute(_FIND, {"id": id}).one_or_none()
    return None if row is None else Customer(*row)


def find_by_phone(session: Connection, phone_print: bytes) -> Customer | None:
    """Give a customer by the keyed hash of the phone number."""
    row = session.execute(_BY_PHONE, {"fingerprint": phone_print}).one_or_none()
    return None if row is None else Customer(*row)


def find_by_card(session: Connection, id_print: bytes) -> Customer | None:
    """Give a customer by the keyed hash of the card number."""
    row = session.execute(_BY_CARD, {"fingerprint": id_print}).one_or_none()
    return None if row is None else Customer(*row)


def lock_each(session: Connection, ids: Sequence[UUID]) -> dict[UUID, Locked]:
    """Lock customers in the order of their ids; give those that there are and that have not closed their wallet."""
    rows = session.execute(_LOCK, {"ids": list(ids)})
    return {row.id: Locked(row.pin_print, row.frozen, row.generation) for row in rows}


def change_pin(session: Connection, id: UUID, pin_print: bytes) -> None:
    """Put another PIN's print in the place of a locked customer's."""
    session.execute(_CHANGE_PIN, {"id": id, "pin_print": pin_print})


def change_phone(
    session: Connection, id: UUID, phone_sealed: bytes, phone_print: bytes, now: datetime
) -> bool:
    """Put another number in the place of a locked customer's; False when it is another customer's."""
    values = {"id": id, "phone_sealed": phone_sealed, "phone_print": phone_print, "now": now}
    try:
        with session.begin_nested():
            session.execute(_CHANGE_PHONE, values)
    except IntegrityError:
        return False
    return True


def cool(session: Connection, id: UUID, now: datetime, until: datetime) -> None:
    """Hold a locked customer's large sums back until then."""
    values = {"id": id, "now": now, "since": now - 2 * clocks.STOP, "until": until}
    session.execute(_COOL, values)


def any_frozen(session: Connection, ids: Sequence[UUID]) -> bool:
    """Tell whether one of these customers is frozen, or has closed the wallet."""
    return bool(session.execute(_FROZEN, {"ids": list(ids)}).scalar_one())


def freeze(session: Connection, values: Mapping[str, Any]) -> None:
    """Write down that a locked customer is frozen or thawed, and so do it; live codes hear of it."""
    session.execute(_FREEZE, dict(values))


def freeze_of(session: Connection, id: UUID) -> Freeze | None:
    """Tell whose freezes of a customer stand; None when there is no such customer."""
    rows = session.execute(_FREEZES, {"id": id}).all()
    if not rows:
        return None
    told, standing = rows[0], {row.own for row in rows if row.frozen}
    newest = max(rows, key=lambda row: str(row.id))
    return Freeze(
        Freezes(own=True in standing, staff=False in standing),
        newest.id,
        newest.changed_at,
        next((row.changed_by for row in rows if row.own is False), None),
        told.reason,
        told.display_name,
        told.changed_at,
    )


def close(session: Connection, id: UUID, now: datetime) -> None:
    """Close a locked customer's wallet for good: card and number are free. The ledger's account is closed before."""
    session.execute(_CLOSE, {"id": id, "now": now})


def has_closed_since(session: Connection, id_print: bytes, since: datetime) -> bool:
    """Tell whether the holder of this card number has closed a wallet since then."""
    return bool(session.execute(_CLOSED_SINCE, {"fingerprint": id_print, "since": since}).scalar_one())


def verify_card(session: Connection, id: UUID, until: date | None) -> None:
    """Write down until when a locked customer's card is good; None: for life."""
    session.execute(_VERIFY_CARD, {"id": id, "until": until})


def has_old_number(session: Connection, old_id_print: bytes) -> bool:
    """Tell whether a customer's earlier card had this number; until the commit no other gets it."""
    session.execute(_OLD_TURNS, {"old_id_print": old_id_print})
    return bool(session.execute(_OLD_KNOWN, {"old_id_print": old_id_print}).scalar_one())


def has_person(session: Connection, id_print: bytes) -> bool:
    """Tell whether the holder of this card number is a customer."""
    return bool(session.execute(_KNOWN, {"fingerprint": id_print}).scalar_one())


def capture_use(session: Connection, capture_print: bytes) -> str | None:
    """Tell what a picture is used for; None: for nothing yet."""
    used_for: str | None = session.execute(
        _CAPTURE_USED, {"capture_print": capture_print}
    ).scalar_one_or_none()
    return used_for


def use_capture(session: Connection, capture_print: bytes, used_for: str, now: datetime) -> bool:
    """Write down what a picture is used for; False when it was used for something else."""
    values = {"capture_print": capture_print, "used_for": used_for, "now": now}
    session.execute(_USE_CAPTURE, values)
    return capture_use(session, capture_print) == used_for
