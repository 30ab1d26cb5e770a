"""Top-ups, payouts and bills in the database, and what billers gave back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from atm_service.platform.gateway import Refund
from atm_service.platform.locking import Rank
from atm_service.registers.banks import data
from atm_service.registers.billers.domain import Procedure
from atm_service.wallet.bank_payments.domain import BankPayment, Kind, Status


class BankPaymentRow(SQLModel, table=True):
    """One wish to bring money in, to pay it out, or a bill. It succeeds with its journal entry, in one transaction."""

    __tablename__ = "bank_payment"
    __table_args__ = (
        UniqueConstraint("customer_id", "key", name="bank_payment_once"),
        Index("bank_payment_to_ask", "next_ask_at", postgresql_where=text("status = 'pending'")),
        Index("bank_payment_of_customer", "customer_id", "id"),
        Index("bank_payment_counted", "customer_id", "created_at", postgresql_where=text("kind <> 'top-up'")),
        Index("bank_payment_bills", "ended_at", postgresql_where=text("kind = 'bill'")),
        Index("bank_payment_pending", "bank_link_id", postgresql_where=text("status = 'pending'")),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="service.customer.id")
    bank_link_id: UUID | None = Field(default=None, foreign_key="service.bank_link.id")
    amount: int = Field(sa_type=BigInteger)
    status: str
    reason: str | None = None
    bank_reference: str | None = None
    asks: int
    next_ask_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    entry_id: UUID | None = Field(default=None, unique=True, foreign_key="ledger.entry.id")
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    kind: str
    fee: int = Field(sa_type=BigInteger)
    key: str | None = None


class BillRow(SQLModel, table=True):
    """For which case a bill is, by the id of its bank payment: never changed. `case_print` finds the case again.

    One an offer: what was confirmed once is paid once.
    """

    __tablename__ = "bill"
    __table_args__ = (Index("bill_of_case", "case_print"), {"schema": "service"})

    id: UUID = Field(primary_key=True, foreign_key="service.bank_payment.id")
    offer_id: UUID = Field(unique=True)
    procedure: str
    case_sealed: bytes = Field(sa_type=LargeBinary)
    case_print: bytes = Field(sa_type=LargeBinary)


class BillRefundRow(SQLModel, table=True):
    """What a biller says it gave back: never changed. Without an entry it names no paid bill."""

    __tablename__ = "bill_refund"
    __table_args__ = (
        Index("bill_refund_of_order", "order_id"),
        Index("bill_refund_once", "order_id", unique=True, postgresql_where=text("entry_id IS NOT NULL")),
        {"schema": "service"},
    )

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    reference: str = Field(primary_key=True)
    order_id: UUID = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)
    entry_id: UUID | None = Field(default=None, unique=True, foreign_key="ledger.entry.id")
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Bill:
    """For which case a bill is."""

    id: UUID
    offer_id: UUID
    procedure: Procedure
    case_sealed: bytes = field(repr=False)
    case_print: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A bank payment with its account or procedure, as the customer knows it. `receipt`: the other side's number."""

    payment: BankPayment
    bin: str | None
    masked_account: str | None
    procedure: Procedure | None = None
    receipt: str | None = None
    refunded_at: datetime | None = None

    @property
    def id(self) -> UUID:
        """Where it stands in a list."""
        return self.payment.id

    @property
    def bank(self) -> str | None:
        """The bank's name."""
        return None if self.bin is None else data.name(self.bin)


@dataclass(frozen=True, slots=True)
class End:
    """What the bank's answer makes of a bank payment."""

    status: Status
    reason: str | None
    bank_reference: str
    entry_id: UUID | None


_FIELDS: Final = tuple(BankPayment.__slots__)
_COLUMNS: Final = ", ".join(_FIELDS)
_ADD: Final = text("""
    INSERT INTO service.bank_payment
        (id, customer_id, bank_link_id, kind, amount, fee, status, key, asks, next_ask_at, created_at)
    VALUES (:id, :customer_id, :bank_link_id, :kind, :amount, :fee, 'pending', :key, 1, :next_ask_at, :created_at)
""")
_FIND: Final = text(f"SELECT {_COLUMNS} FROM service.bank_payment WHERE id = :id")  # noqa: S608  made of constants
_LOCK: Final = Rank.BANK_PAYMENT.locks(
    f"SELECT {_COLUMNS} FROM service.bank_payment WHERE id = :id FOR NO KEY UPDATE"  # noqa: S608  the same
)
_SEEN: Final = f"""
    SELECT {", ".join(f"p.{name}" for name in _FIELDS)}, link.bin, link.masked_account, bill.procedure,
           p.bank_reference AS receipt, refund.made_at AS refunded_at
    FROM service.bank_payment AS p
    LEFT JOIN service.bank_link AS link ON link.id = p.bank_link_id
    LEFT JOIN service.bill ON bill.id = p.id
    LEFT JOIN service.bill_refund AS refund ON refund.order_id = p.id AND refund.entry_id IS NOT NULL
    WHERE p.customer_id = :customer_id AND {{which}}
    ORDER BY p.id DESC LIMIT :limit
"""  # noqa: S608  the same
_LISTED: Final = text(_SEEN.format(which="p.id < :before AND (NOT :pending OR p.status = 'pending')"))
_OWN: Final = text(_SEEN.format(which="p.id = :id"))
_OF_KEY: Final = text(_SEEN.format(which="p.key = :key"))
_EQUAL: Final = text(f"""
    SELECT {_COLUMNS} FROM service.bank_payment
    WHERE customer_id = :customer_id AND bank_link_id = :bank_link_id AND kind = :kind AND amount = :amount
      AND status = 'pending'
    ORDER BY id DESC LIMIT 1
""")  # noqa: S608  the same
_ADD_BILL: Final = text("""
    INSERT INTO service.bill (id, offer_id, procedure, case_sealed, case_print)
    VALUES (:id, :offer_id, :procedure, :case_sealed, :case_print)
""")
_BILL: Final = text(
    "SELECT id, offer_id, procedure, case_sealed, case_print FROM service.bill WHERE id = :id"
)
_OF_OFFER: Final = text("SELECT id FROM service.bill WHERE offer_id = :offer_id")
_OF_CASE: Final = text(f"""
    SELECT {", ".join(f"p.{name}" for name in _FIELDS)}
    FROM service.bill JOIN service.bank_payment AS p ON p.id = bill.id
    WHERE bill.case_print = :case_print AND p.customer_id = :customer_id AND p.status = 'pending'
    LIMIT 1
""")  # noqa: S608  the same
_REFUNDS_SETTLED: Final = text("""
    WITH line AS (SELECT CAST(:now AS timestamptz) - CAST(:late AS interval) AS at)
    SELECT coalesce(max(number), -1) FROM service.bill_refund
    WHERE entry_id IS NOT NULL
      AND made_at < least((SELECT at FROM line),
                          (SELECT min(created_at) FROM service.bank_payment
                           WHERE kind = 'bill' AND (ended_at IS NULL OR ended_at > (SELECT at FROM line)))
                          - CAST(:late AS interval))
""")
_TAKEN: Final = text("""
    SELECT number, reference, order_id FROM service.bill_refund WHERE number = ANY (CAST(:numbers AS bigint[]))
""")
_IS_REFUND_NAMED: Final = text("SELECT EXISTS (SELECT FROM service.bill_refund WHERE order_id = :order_id)")
_REFUNDED: Final = text("""
    SELECT EXISTS (SELECT FROM service.bill_refund
                   WHERE number = :number AND reference = :reference AND order_id = :order_id) AS is_taken,
           EXISTS (SELECT FROM service.bill_refund WHERE order_id = :order_id AND entry_id IS NOT NULL) AS is_given_back
""")
_ADD_REFUND: Final = text("""
    INSERT INTO service.bill_refund (number, reference, order_id, amount, entry_id, made_at)
    VALUES (:number, :reference, :order_id, :amount, :entry_id, :made_at)
""")
_END: Final = text("""
    UPDATE service.bank_payment
    SET status = :status, reason = :reason, bank_reference = :bank_reference, entry_id = :entry_id,
        next_ask_at = NULL, ended_at = :now
    WHERE id = :id
""")
_DUE: Final = Rank.BANK_PAYMENT.locks("""
    SELECT id, asks FROM service.bank_payment
    WHERE status = 'pending' AND next_ask_at <= :now AND (kind = 'bill') = :bills
    ORDER BY next_ask_at LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
""")
_POSTPONE: Final = text(
    "UPDATE service.bank_payment SET asks = asks + 1, next_ask_at = :next_ask_at WHERE id = :id"
)


def add(session: Connection, payment: BankPayment, next_ask_at: datetime) -> None:
    """Add a pending bank payment that the bank is about to be asked for."""
    values = {name: getattr(payment, name) for name in _FIELDS}
    session.execute(_ADD, values | {"next_ask_at": next_ask_at})


def find(session: Connection, id: UUID) -> BankPayment | None:
    """Give a bank payment by id."""
    return _one(session, _FIND, id=id)


def lock(session: Connection, id: UUID) -> BankPayment | None:
    """Give a bank payment by id, and keep others from ending it until the commit."""
    return _one(session, _LOCK, id=id)


def equal_pending(
    session: Connection, customer_id: UUID, kind: Kind, bank_link_id: UUID, amount: int
) -> BankPayment | None:
    """Give the newest of the customer's that is the same, and waits for the bank."""
    return _one(session, _EQUAL, customer_id=customer_id, kind=kind, bank_link_id=bank_link_id, amount=amount)


def add_bill(session: Connection, bill: Bill) -> None:
    """Say for which case a bank payment is."""
    session.execute(_ADD_BILL, {name: getattr(bill, name) for name in Bill.__slots__})


def bill(session: Connection, id: UUID) -> Bill | None:
    """Give for which case a bank payment is; None where it is no bill."""
    row = session.execute(_BILL, {"id": id}).mappings().one_or_none()
    return None if row is None else Bill(**{**row, "procedure": Procedure(row["procedure"])})


def of_offer(session: Connection, offer_id: UUID) -> UUID | None:
    """Give the bill that an offer has become."""
    id: UUID | None = session.execute(_OF_OFFER, {"offer_id": offer_id}).scalar_one_or_none()
    return id


def pending_of_case(session: Connection, customer_id: UUID, case_print: bytes) -> BankPayment | None:
    """Give the customer's bill of this case that waits for the biller."""
    return _one(session, _OF_CASE, customer_id=customer_id, case_print=case_print)


def refunds_settled(session: Connection, now: datetime, late: timedelta) -> int:
    """Give the number up to which no refund is told any more; -1 before the first.

    That is the highest that came back `late` ago, and as long before the oldest bill was begun that waited since.
    """
    return int(session.execute(_REFUNDS_SETTLED, {"now": now, "late": late}).scalar_one())


def not_taken(session: Connection, refunds: Sequence[Refund]) -> list[Refund]:
    """Leave out the refunds that were taken."""
    rows = session.execute(_TAKEN, {"numbers": [refund.number for refund in refunds]})
    known = {tuple(row) for row in rows}
    return [one for one in refunds if (one.number, one.reference, one.order_id) not in known]


def is_refund_named(session: Connection, id: UUID) -> bool:
    """Tell whether any refund names this bill, be it of another sum."""
    return bool(session.execute(_IS_REFUND_NAMED, {"order_id": id}).scalar_one())


def refunded(session: Connection, refund: Refund) -> tuple[bool, bool]:
    """Tell whether a refund was taken before, and whether its bill was given back."""
    values = {name: getattr(refund, name) for name in ("number", "reference", "order_id")}
    row = session.execute(_REFUNDED, values).one()
    return bool(row.is_taken), bool(row.is_given_back)


def add_refund(session: Connection, refund: Refund, entry_id: UUID | None, now: datetime) -> None:
    """Write down what a biller gave back; None: it names no paid bill, and an auditor is to see it."""
    values = {name: getattr(refund, name) for name in Refund.__slots__}
    session.execute(_ADD_REFUND, values | {"entry_id": entry_id, "made_at": now})


def listed(
    session: Connection, customer_id: UUID, before: UUID, limit: int, *, pending: bool
) -> Sequence[Seen]:
    """List a customer's, newest first, older than `before`; only what is pending when that is asked for."""
    return _seen(session, _LISTED, customer_id=customer_id, before=before, pending=pending, limit=limit)


def own(session: Connection, customer_id: UUID, id: UUID) -> Seen | None:
    """Give one of a customer's."""
    return next(iter(_seen(session, _OWN, customer_id=customer_id, id=id, limit=1)), None)


def of_key(session: Connection, customer_id: UUID, key: str) -> Sequence[Seen]:
    """Give what a customer has begun under an Idempotency-Key, if it was begun."""
    return _seen(session, _OF_KEY, customer_id=customer_id, key=key, limit=1)


def end(session: Connection, id: UUID, end: End, now: datetime) -> None:
    """Write the bank's final answer."""
    values = {name: getattr(end, name) for name in End.__slots__}
    session.execute(_END, values | {"id": id, "now": now})


def take_due(
    session: Connection, now: datetime, pause: Callable[[int], timedelta], *, bills: bool
) -> UUID | None:
    """Give the id of the oldest bill, or other one, to ask about now, but those in other hands; put its next ask off.

    `pause` tells how long, from how often it was asked about, this time included.
    """
    row = session.execute(_DUE, {"now": now, "bills": bills}).one_or_none()
    if row is None:
        return None
    session.execute(_POSTPONE, {"id": row.id, "next_ask_at": now + pause(row.asks + 1)})
    return UUID(str(row.id))


def _one(session: Connection, query: Any, **values: Any) -> BankPayment | None:
    row = session.execute(query, values).mappings().one_or_none()
    return None if row is None else _payment(row)


def _seen(session: Connection, query: Any, **values: Any) -> list[Seen]:
    rows = session.execute(query, values).mappings()
    return [
        Seen(
            _payment(row),
            row["bin"],
            row["masked_account"],
            None if row["procedure"] is None else Procedure(row["procedure"]),
            row["receipt"],
            row["refunded_at"],
        )
        for row in rows
    ]


def _payment(row: Any) -> BankPayment:
    values = {name: row[name] for name in _FIELDS}
    return BankPayment(**values | {"kind": Kind(row["kind"]), "status": Status(row["status"])})
