"""Customers in the database: identity encrypted, found again by keyed hashes, the PIN as a keyed hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, DateTime, Index, LargeBinary, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank


class CustomerRow(SQLModel, table=True):
    """One approved person with one wallet. One row a card number and a phone: the indexes say so."""

    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint(
            "cools_from < cools_until AND (cools_from IS NULL) = (cools_until IS NULL)", name="customer_cools"
        ),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    tier: str
    identity_sealed: bytes = Field(sa_type=LargeBinary)
    phone_sealed: bytes = Field(sa_type=LargeBinary)
    id_print: bytes = Field(sa_type=LargeBinary, unique=True)
    phone_print: bytes = Field(sa_type=LargeBinary, unique=True)
    pin_print: bytes = Field(sa_type=LargeBinary)
    provider_reference: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    frozen: bool = False
    cools_from: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    cools_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    phone_since: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class CustomerFreezeRow(SQLModel, table=True):
    """A customer who was frozen or thawed; `own`: by the customer's word. Writing it down does it: migration 0036."""

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


@dataclass(frozen=True, slots=True)
class Locked:
    """What a decision about a locked customer rests on. `generation` is that of the wallet's tokens: see `standing`."""

    pin_print: bytes = field(repr=False)
    frozen: bool
    generation: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """Whether a customer is frozen, and who said so last and why; never, for a customer who never was.

    `own`: by the customer's own word.
    """

    frozen: bool
    own: bool
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


_COLUMNS: Final = (
    "id, tier, identity_sealed, phone_sealed, id_print, phone_print, pin_print,"
    " provider_reference, created_at"
)
# Without a target: whichever of the two unique indexes is hit, the row is not added and nothing is raised. An
# insert that races with another waits here until that one has committed, so the next statement sees it.
_ADD: Final = Rank.CUSTOMER.locks(f"""
    INSERT INTO service.customer ({_COLUMNS})
    VALUES (:id, :tier, :identity_sealed, :phone_sealed, :id_print, :phone_print,
            :pin_print, :provider_reference, :created_at)
    ON CONFLICT DO NOTHING
""")  # noqa: S608  made of constants
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.customer WHERE id = :id")  # noqa: S608  the same
_BY_PHONE: Final = text(
    f"SELECT {_COLUMNS} FROM service.customer WHERE phone_print = :fingerprint"  # noqa: S608  the same
)
_BY_CARD: Final = text(
    f"SELECT {_COLUMNS} FROM service.customer WHERE id_print = :fingerprint"  # noqa: S608  the same
)
_LOCK: Final = Rank.CUSTOMER.locks("""
    SELECT c.id, c.pin_print, c.frozen, n.generation
    FROM service.customer AS c JOIN service.standing AS n ON n.subject = c.id
    WHERE c.id = ANY (:ids) ORDER BY c.id FOR NO KEY UPDATE OF c FOR SHARE OF n
""")
_CHANGE_PIN: Final = Rank.CUSTOMER.writes("UPDATE service.customer SET pin_print = :pin_print WHERE id = :id")
# Whoever else sets the same number at this moment is waited for, and waits for nobody: each sets one, that was nobody's
# when its code was sent.
_CHANGE_PHONE: Final = Rank.CUSTOMER.writes("""
    UPDATE service.customer SET phone_sealed = :phone_sealed, phone_print = :phone_print, phone_since = :now
    WHERE id = :id
""")
# What has gone out since the first of several changes counts until the last of them is over.
_COOL: Final = Rank.CUSTOMER.writes("""
    UPDATE service.customer
    SET cools_from = CASE WHEN cools_until > :now THEN cools_from ELSE :now END,
        cools_until = greatest(cools_until, :until)
    WHERE id = :id
""")
_FROZEN: Final = text("SELECT EXISTS (SELECT FROM service.customer WHERE id = ANY (:ids) AND frozen)")
# Its trigger freezes or thaws the customer's live codes: see migration 0036.
_FREEZE: Final = Rank.WITHDRAWAL.locks("""
    INSERT INTO service.customer_freeze (id, customer_id, frozen, reason, changed_by, changed_at, own)
    VALUES (:id, :customer_id, :frozen, :reason, :by, :now, :own)
""")
_FREEZE_OF: Final = text("""
    SELECT c.frozen, coalesce(f.own, false) AS own, f.reason, t.display_name AS changed_by, f.changed_at
    FROM service.customer AS c
    LEFT JOIN LATERAL (
        SELECT * FROM service.customer_freeze WHERE customer_id = c.id ORDER BY id DESC LIMIT 1
    ) AS f ON true
    LEFT JOIN service.staff AS t ON t.id = f.changed_by
    WHERE c.id = :id
""")
_NEWEST_FREEZE: Final = text("""
    SELECT id, changed_at, own FROM service.customer_freeze WHERE customer_id = :id ORDER BY id DESC LIMIT 1
""")
_KNOWN: Final = text("SELECT EXISTS (SELECT FROM service.customer WHERE id_print = :fingerprint)")


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
    """Lock customers in the order of their ids; give those that there are."""
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
    session.execute(_COOL, {"id": id, "now": now, "until": until})


def any_frozen(session: Connection, ids: Sequence[UUID]) -> bool:
    """Tell whether one of these customers is frozen."""
    return bool(session.execute(_FROZEN, {"ids": list(ids)}).scalar_one())


def freeze(session: Connection, values: Mapping[str, Any]) -> None:
    """Write down that a locked customer is frozen or thawed, and so do it; live codes hear of it."""
    session.execute(_FREEZE, dict(values))


def freeze_of(session: Connection, id: UUID) -> Freeze | None:
    """Tell whether a customer is frozen; None when there is no such customer."""
    row = session.execute(_FREEZE_OF, {"id": id}).one_or_none()
    return None if row is None else Freeze(*row)


def newest_freeze(session: Connection, id: UUID) -> tuple[UUID | None, datetime | None, bool]:
    """Give the id and the moment of a locked customer's last freeze or thaw, and whether it was the customer's own."""
    row = session.execute(_NEWEST_FREEZE, {"id": id}).one_or_none()
    return (None, None, False) if row is None else (row.id, row.changed_at, row.own)


def has_person(session: Connection, id_print: bytes) -> bool:
    """Tell whether the holder of this card number is a customer."""
    return bool(session.execute(_KNOWN, {"fingerprint": id_print}).scalar_one())
