"""What counts against the limits: customers' sums, and the offices' days, which only this module writes.

The figures of an office stand in the row of its day, which whoever moves cash there locks: so a payment reads what it
must leave in the very row that keeps others from reserving meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, text
from sqlmodel import Field, SQLModel

import ledger
from atm_service.platform import calendar
from atm_service.platform.locking import Rank
from atm_service.registers.headroom.domain import CardAndAge, Cooling, OfficeDay, Used


class OfficeDayRow(SQLModel, table=True):
    """What an office has paid, received and reversed on one business date, its last numbers and its last moment.

    `reserved_on`: what is reserved for this day; `reserved_in_month`: for it and the rest of its month;
    `reserved_from`: for it and later; as far as it was reserved by then. They are kept from the present day on.
    """

    __tablename__ = "office_day"
    __table_args__ = (
        CheckConstraint("paid_total >= 0", name="office_day_paid"),
        CheckConstraint("received_total >= 0", name="office_day_received"),
        CheckConstraint("reversed_total >= 0 AND reversed_total <= paid_total", name="office_day_reversed"),
        CheckConstraint(
            "reserved_on >= 0 AND reserved_in_month >= reserved_on AND reserved_from >= reserved_in_month",
            name="office_day_reserved",
        ),
        {"schema": "service"},
    )

    office: str = Field(primary_key=True, foreign_key="service.office.code")
    day: date = Field(primary_key=True)
    paid_total: int = Field(sa_type=BigInteger)
    receipts: int
    received_total: int = Field(sa_type=BigInteger)
    reversed_total: int = Field(sa_type=BigInteger)
    vouchers: int
    reserved_on: int = Field(sa_type=BigInteger)
    reserved_from: int = Field(sa_type=BigInteger)
    reserved_in_month: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    last_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


_USED: Final = text("""
    SELECT c.id AS customer_id,
           coalesce(sum(amount) FILTER (WHERE is_cash AND (live OR at >= :day_start)), 0) AS day,
           coalesce(sum(amount), 0) AS month,
           coalesce(sum(amount) FILTER (WHERE NOT is_cash AND at >= :day_start), 0) AS sent,
           count(*) FILTER (WHERE live) AS live,
           c.cools_until, c.card_until, c.minor_until,
           CASE WHEN c.cools_until > :now THEN (
               SELECT coalesce(sum(out.amount), 0)
               FROM (SELECT w.amount FROM service.withdrawal w
                     WHERE w.customer_id = c.id AND w.created_at >= c.cools_from
                       AND w.status IN ('authorised', 'presented', 'paid')
                     UNION ALL
                     SELECT u.amount FROM service.voucher_use u
                     WHERE u.customer_id = c.id AND u.made_at >= c.cools_from AND NOT u.is_cash) AS out
           ) END AS moved
    FROM service.customer c LEFT JOIN (
        SELECT w.customer_id, w.amount, w.status IN ('authorised', 'presented') AS live, r.paid_at AS at,
               true AS is_cash
        FROM service.withdrawal w LEFT JOIN service.receipt r ON r.id = w.receipt_id AND w.status = 'paid'
        WHERE w.customer_id = ANY (:customer_ids)
          AND (w.status IN ('authorised', 'presented') OR r.paid_at >= :month_start)
        UNION ALL
        SELECT customer_id, amount, false, made_at, is_cash FROM service.voucher_use
        WHERE customer_id = ANY (:customer_ids) AND made_at >= :month_start
    ) AS counted ON counted.customer_id = c.id
    WHERE c.id = ANY (:customer_ids)
    GROUP BY c.id
""")


# For the query that looks at many offices at once, which names them `chosen`: the sums of `domain.reading`.
DAYS: Final = """, days AS (
        SELECT o.code, days.*
        FROM chosen AS o
        CROSS JOIN LATERAL (
            SELECT sum(d.paid_total - d.reversed_total + d.received_total) AS month,
                   sum(d.paid_total - d.reversed_total + d.received_total) FILTER (WHERE d.day = :today) AS today,
                   max(d.reserved_from) FILTER (WHERE d.day = :today) AS reserved,
                   jsonb_object_agg(d.day, d.reserved_on) FILTER (WHERE d.day >= :today AND d.reserved_on > 0)
                       AS reserved_on
            FROM service.office_day d WHERE d.office = o.code AND d.day >= :month
        ) AS days
    )
"""
# Locked by an update that changes nothing: one statement whether the day's row is there or not. The month's earlier
# days do not change any more; what is reserved for its later days stands in this row, too.
_LOCK_TODAY: Final = Rank.OFFICE_DAY.locks("""
    WITH today AS (
        INSERT INTO service.office_day AS d (office, day, paid_total, receipts)
        SELECT wanted.office, :day, 0, 0 FROM unnest(CAST(:offices AS text[])) AS wanted (office) ORDER BY wanted.office
        ON CONFLICT (office, day) DO UPDATE SET receipts = d.receipts
        RETURNING office, paid_total - reversed_total + received_total AS cash, receipts, vouchers,
                  reserved_on, reserved_in_month, reserved_from, last_at
    )
    SELECT today.*, coalesce((SELECT sum(d.paid_total - d.reversed_total + d.received_total)
                              FROM service.office_day d
                              WHERE d.office = today.office AND d.day >= :month AND d.day < :day), 0) AS earlier
    FROM today
""")
# As `_LOCK_TODAY`, for who only looks.
_SEEN: Final = text("""
    SELECT coalesce(sum(paid_total - reversed_total + received_total) FILTER (WHERE day = :day), 0) AS cash,
           coalesce(sum(paid_total - reversed_total + received_total), 0) AS month,
           coalesce(max(reserved_on) FILTER (WHERE day = :day), 0) AS reserved_on,
           coalesce(max(reserved_in_month) FILTER (WHERE day = :day), 0) AS reserved_in_month,
           coalesce(max(reserved_from) FILTER (WHERE day = :day), 0) AS reserved_from
    FROM service.office_day WHERE office = :office AND day BETWEEN :month AND :day
""")
_COUNT: Final = text("""
    UPDATE service.office_day AS d
    SET paid_total = d.paid_total + more.paid, receipts = d.receipts + more.receipts,
        received_total = d.received_total + more.received, reversed_total = d.reversed_total + more.reversed,
        vouchers = d.vouchers + more.vouchers, last_at = :now
    FROM unnest(CAST(:offices AS text[]), CAST(:paid AS bigint[]), CAST(:receipts AS integer[]),
        CAST(:received AS bigint[]), CAST(:reversed AS bigint[]), CAST(:vouchers AS integer[]))
        AS more (office, paid, receipts, received, reversed, vouchers)
    WHERE d.office = more.office AND d.day = :day
""")
# A reservation counts in the rows of every day from the one on which it is made to its own.
_SPANS: Final = """
    WITH spans AS (
        SELECT part.office, span.day::date AS day, sum(part.amount) FILTER (WHERE span.day = part.day) AS on_day,
               sum(part.amount) FILTER (
                   WHERE date_trunc('month', span.day) = date_trunc('month', part.day)) AS in_month,
               sum(part.amount) AS from_day
        FROM unnest(CAST(:offices AS text[]), CAST(:days AS date[]), CAST(:amounts AS bigint[]))
            AS part (office, day, amount)
        CROSS JOIN LATERAL generate_series(CAST(:today AS date), part.day, INTERVAL '1 day') AS span (day)
        GROUP BY part.office, span.day
    )
"""
_LOCKED: Final = """
    INSERT INTO service.office_day AS d (office, day, paid_total, receipts)
    SELECT office, day, 0, 0 FROM spans ORDER BY office, day
    ON CONFLICT (office, day) DO UPDATE SET receipts = d.receipts
"""
_RESERVED: Final = """
    UPDATE service.office_day AS d
    SET reserved_on = d.reserved_on + coalesce(spans.on_day, 0),
        reserved_in_month = d.reserved_in_month + coalesce(spans.in_month, 0),
        reserved_from = d.reserved_from + spans.from_day
    FROM spans WHERE (d.office, d.day) = (spans.office, spans.day)
"""
_LOCK_SPANS: Final = Rank.OFFICE_DAY.locks(_SPANS + _LOCKED)
_RESERVE: Final = text(_SPANS + _RESERVED)


UNKNOWN: Final = CardAndAge()


@dataclass(frozen=True)
class CustomerUse:
    """What counts against a customer's limits and what was sent today, in đồng, and the number of open codes.

    `cooling`: while large sums wait. What was authorised before the change is not in it.
    """

    used: Used
    sent_today: int
    live: int
    cooling: Cooling | None = None
    card_and_age: CardAndAge = UNKNOWN


@dataclass(frozen=True)
class Today:
    """An office's day while this transaction has it locked, and its last numbers of receipts and vouchers.

    `last_at` is the moment of the last of either.
    """

    moved: OfficeDay
    receipts: int
    vouchers: int
    last_at: datetime | None = None

    def not_before(self, now: datetime) -> datetime:
        """Give the moment for what comes next: numbers rise, so times do not go back, whoever's clock is behind."""
        return now if self.last_at is None else max(now, self.last_at)


@dataclass(frozen=True)
class More:
    """What is to be counted towards an office's day; amounts in đồng, less than zero where money went back."""

    paid: int = 0
    receipts: int = 0
    received: int = 0
    reversed: int = 0
    vouchers: int = 0


@dataclass(frozen=True, order=True)
class Part:
    """An amount reserved at an office for a day, in đồng; less than zero where it is given back."""

    office: str
    day: date
    amount: int


def of_customers(session: Connection, ids: Sequence[UUID], now: datetime) -> dict[UUID, CustomerUse]:
    """Add up what counts against customers' limits: open codes, and what was done since day and month began."""
    today = ledger.business_date(now)
    starts = {"day_start": calendar.day_start(today), "month_start": calendar.month_start(today)}
    values = {"customer_ids": list(ids), "now": now, **starts}
    return {
        row.customer_id: CustomerUse(
            Used(int(row.day), int(row.month)),
            int(row.sent),
            int(row.live),
            None if row.moved is None else Cooling(row.cools_until, int(row.moved)),
            CardAndAge(row.card_until, row.minor_until),
        )
        for row in session.execute(_USED, values)
    }


def of_customer(session: Connection, id: UUID, now: datetime) -> CustomerUse:
    """Add up what counts against one customer's limits."""
    return of_customers(session, [id], now)[id]


def lock_today(session: Connection, offices: Iterable[str], today: date) -> dict[str, Today]:
    """Give what offices have moved and reserved; whoever moves cash there takes turns from here on."""
    values = {"offices": sorted(set(offices)), "day": today, "month": today.replace(day=1)}
    return {
        row.office: Today(
            OfficeDay(
                int(row.cash),
                int(row.cash + row.earlier),
                int(row.reserved_on),
                int(row.reserved_in_month),
                int(row.reserved_from),
                today=today,
            ),
            int(row.receipts),
            int(row.vouchers),
            row.last_at,
        )
        for row in session.execute(_LOCK_TODAY, values)
    }


def seen_today(session: Connection, office: str, today: date) -> OfficeDay:
    """Give what an office has moved and reserved, without a lock: it may be something else a moment later."""
    values = {"office": office, "day": today, "month": today.replace(day=1)}
    row = session.execute(_SEEN, values).one()
    return OfficeDay(*(int(figure) for figure in row), today=today)


def count(session: Connection, more: Mapping[str, More], now: datetime) -> None:
    """Count towards the days of offices that `lock_today` has locked; `now` is not before what was counted last."""
    offices = sorted(more)
    values = {
        "offices": offices,
        "day": ledger.business_date(now),
        "now": now,
        **{
            name: [getattr(more[office], name) for office in offices]
            for name in ("paid", "receipts", "received", "reversed", "vouchers")
        },
    }
    session.execute(_COUNT, values)


def lock_spans(session: Connection, parts: Iterable[Part], today: date) -> None:
    """Keep everybody else from reserving and paying at the parts' offices, from today to the parts' days."""
    session.execute(_LOCK_SPANS, _values(sorted(parts), today))


def reserve(session: Connection, parts: Iterable[Part], today: date) -> None:
    """Count what is reserved and given back, in rows from today on; `lock_spans` has them, or nobody is to be kept."""
    session.execute(_RESERVE, _values(sorted(parts), today))


def _values(parts: Sequence[Part], today: date) -> dict[str, object]:
    return {
        "offices": [part.office for part in parts],
        "days": [part.day for part in parts],
        "amounts": [part.amount for part in parts],
        "today": today,
    }
