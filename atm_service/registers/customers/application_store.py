"""Applications in the database. What identifies a person stays in the row only until the decision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, DateTime, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank
from atm_service.registers.customers.domain import ApplicationStatus


class ApplicationRow(SQLModel, table=True):
    """One wish for an account. Once it is decided, of the person and the card `id_print` alone is not null."""

    __tablename__ = "application"
    __table_args__ = (
        Index("application_to_ask", "next_ask_at", postgresql_where=text("status = 'pending'")),
        Index("application_in_review", "id", postgresql_where=text("status = 'review'")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    status: str
    reasons: list[str] = Field(sa_type=ARRAY(String))
    id_print: bytes = Field(sa_type=LargeBinary)
    identity_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    phone_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    pin_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    capture: str | None = None
    provider_reference: str | None = None
    asks: int
    next_ask_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    customer_id: UUID | None = Field(default=None, foreign_key="service.customer.id", unique=True)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decided_by: UUID | None = None
    note: str | None = None
    doubt: str | None = None
    differs_in: str | None = None
    card_until: date | None = None
    old_id_print: bytes | None = Field(default=None, sa_type=LargeBinary)


@dataclass(frozen=True, slots=True)
class Application:
    """What is stored of an application."""

    id: UUID
    status: ApplicationStatus
    reasons: tuple[str, ...]
    id_print: bytes = field(repr=False)
    identity_sealed: bytes | None = field(repr=False)
    phone_sealed: bytes | None = field(repr=False)
    pin_sealed: bytes | None = field(repr=False)
    capture: str | None = field(repr=False)
    provider_reference: str | None
    created_at: datetime
    doubt: str | None
    differs_in: str | None
    card_until: date | None = field(repr=False)
    old_id_print: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """The end of an application. `decided_by` and `note`: the member of staff, if one decided, and why."""

    status: ApplicationStatus
    reasons: tuple[str, ...] = ()
    customer_id: UUID | None = None
    decided_by: UUID | None = None
    note: str | None = field(default=None, repr=False)


_COLUMNS: Final = (
    "id, status, reasons, id_print, identity_sealed, phone_sealed, pin_sealed, capture,"
    " provider_reference, created_at, doubt, differs_in, card_until, old_id_print"
)
_ADD: Final = text(f"""
    INSERT INTO service.application ({_COLUMNS}, asks, next_ask_at)
    VALUES (:id, :status, :reasons, :id_print, :identity_sealed, :phone_sealed, :pin_sealed, :capture,
            :provider_reference, :created_at, :doubt, :differs_in, :card_until, :old_id_print, 1, :next_ask_at)
""")  # noqa: S608  made of constants
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.application WHERE id = :id")  # noqa: S608  the same
_LOCK: Final = Rank.APPLICATION.locks(
    f"SELECT {_COLUMNS} FROM service.application WHERE id = :id FOR NO KEY UPDATE"  # noqa: S608  the same
)
_REVIEW: Final = text("""
    UPDATE service.application
    SET status = 'review', reasons = :reasons, provider_reference = :reference, next_ask_at = NULL,
        capture = NULL
    WHERE id = :id
""")
_DECIDE: Final = text("""
    UPDATE service.application
    SET status = :status, reasons = :reasons, customer_id = :customer_id, decided_at = :now,
        decided_by = :decided_by, note = :note, next_ask_at = NULL, capture = NULL,
        identity_sealed = NULL, phone_sealed = NULL, pin_sealed = NULL, card_until = NULL, old_id_print = NULL
    WHERE id = :id
""")
_DUE: Final = Rank.APPLICATION.locks(f"""
    SELECT {_COLUMNS}, asks FROM service.application
    WHERE status = 'pending' AND next_ask_at <= :now
    ORDER BY next_ask_at LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
""")  # noqa: S608  the same
_POSTPONE: Final = text(
    "UPDATE service.application SET asks = asks + 1, next_ask_at = :next_ask_at WHERE id = :id"
)
_IN_REVIEW: Final = text(f"""
    SELECT {_COLUMNS} FROM service.application
    WHERE status = 'review' AND id < :before
    ORDER BY id DESC LIMIT :most
""")  # noqa: S608  the same


def add(session: Connection, application: Application, next_ask_at: datetime) -> None:
    """Add a pending application that is being asked about for the first time."""
    values = {name: getattr(application, name) for name in Application.__slots__}
    session.execute(_ADD, values | {"reasons": [], "next_ask_at": next_ask_at})


def find(session: Connection, id: UUID) -> Application | None:
    """Give an application by id."""
    row = session.execute(_FIND, {"id": id}).one_or_none()
    return None if row is None else _application(*row)


def lock(session: Connection, id: UUID) -> Application | None:
    """Give an application by id, and keep others from deciding it until the commit."""
    row = session.execute(_LOCK, {"id": id}).one_or_none()
    return None if row is None else _application(*row)


def send_to_review(session: Connection, id: UUID, reasons: tuple[str, ...], reference: str) -> None:
    """Leave the decision to a person."""
    session.execute(_REVIEW, {"id": id, "reasons": list(reasons), "reference": reference})


def decide(session: Connection, id: UUID, decision: Decision, now: datetime) -> None:
    """Write the decision and erase what identifies the person; the keyed hash of the card number stays."""
    values = {name: getattr(decision, name) for name in Decision.__slots__}
    session.execute(_DECIDE, values | {"id": id, "reasons": list(decision.reasons), "now": now})


def take_due(session: Connection, now: datetime, pause: Callable[[int], timedelta]) -> Application | None:
    """Give the oldest application to ask about now, but those in other hands, and put its next ask off.

    `pause` tells how long, from how often it was asked about, this time included.
    """
    row = session.execute(_DUE, {"now": now}).one_or_none()
    if row is None:
        return None
    session.execute(_POSTPONE, {"id": row.id, "next_ask_at": now + pause(row.asks + 1)})
    return _application(*row[:-1])


def in_review(session: Connection, before: UUID, most: int) -> Sequence[Application]:
    """List applications that wait for a person and are older than `before`, newest first."""
    return [_application(*row) for row in session.execute(_IN_REVIEW, {"before": before, "most": most})]


def _application(id: UUID, status: str, reasons: list[str], *rest: object) -> Application:
    return Application(id, ApplicationStatus(status), tuple(reasons), *rest)  # type: ignore[arg-type]
