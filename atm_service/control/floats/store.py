"""Floats in the database, and what is read for forecasts and plans."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Index,
    RowMapping,
    SmallInteger,
    text,
)
from sqlmodel import Field, SQLModel

from atm_service.control.floats.domain import HISTORY, PAY_COMES_BACK, Float, Levels, Market
from atm_service.platform import calendar, policy

PAID_TOGETHER_PERCENT: Final = 10
"""A date is an office's pay day when so many of a hundred of its customers were credited on it."""


class OfficeFloatRow(SQLModel, table=True):
    """How much cash an office is to hold, and its market, from when it was set until the next row. Immutable."""

    __tablename__ = "office_float"
    __table_args__ = (
        CheckConstraint(
            "0 <= minimum AND minimum <= target AND target <= maximum AND maximum <= 10000000000",
            name="office_float_levels",
        ),
        CheckConstraint(
            "(market_every IS NULL) = (market_since IS NULL) AND market_every IN (5, 7)",
            name="office_float_market",
        ),
        Index("office_float_of_office", "office", "id"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    office: str = Field(foreign_key="service.office.code")
    minimum: int = Field(sa_type=BigInteger)
    target: int = Field(sa_type=BigInteger)
    maximum: int = Field(sa_type=BigInteger)
    market_every: int | None = Field(default=None, sa_type=SmallInteger)
    market_since: date | None = None
    set_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    set_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Held:
    """An active office with its float (None: never set), its cash and what is on its way, in đồng."""

    office: str
    name: str
    area_code: str
    float: Float | None
    cash: int
    coming: int
    going: int


_INSERT = text("""
    INSERT INTO service.office_float (id, office, minimum, target, maximum, market_every, market_since, set_by, set_at)
    VALUES (:id, :office, :minimum, :target, :maximum, :market_every, :market_since, :set_by, :set_at)
""")
_OF_OFFICE = text("""
    SELECT * FROM service.office_float WHERE office = :office AND id < :before ORDER BY id DESC LIMIT :limit
""")
# A delivery that is ordered or on the road is coming to its receiver; what is ordered back still lies in the vault.
_HELD = text("""
    SELECT o.code, o.name, belongs.area AS area_code, f.*,
           coalesce(held.cash, 0) AS cash, coalesce(road.coming, 0) AS coming, coalesce(road.going, 0) AS going
    FROM service.office AS o
    JOIN service.office_area AS belongs ON belongs.office = o.code AND belongs.valid_from <= :day
         AND (belongs.valid_to IS NULL OR belongs.valid_to > :day)
    LEFT JOIN LATERAL (
        SELECT * FROM service.office_float AS f WHERE f.office = o.code ORDER BY f.id DESC LIMIT 1
    ) AS f ON true
    LEFT JOIN LATERAL (
        SELECT sum(a.debits - a.credits) AS cash
        FROM service.cash_place AS place JOIN ledger.account AS a ON a.id = place.account_id
        WHERE place.office = o.code
    ) AS held ON true
    LEFT JOIN (
        SELECT office,
               sum(amount) FILTER (WHERE (direction, status) IN
                   (('to-office', 'ordered'), ('to-office', 'sent'), ('to-area', 'turned-back'))) AS coming,
               sum(amount) FILTER (WHERE (direction, status) = ('to-area', 'ordered')) AS going
        FROM service.delivery WHERE status IN ('ordered', 'sent', 'turned-back')
        GROUP BY office
    ) AS road ON road.office = o.code
    WHERE o.state = 'active' AND o.code > :after
      AND (CAST(:area AS text) IS NULL OR o.code IN (SELECT service.offices_below(:area, :day)))
      AND (CAST(:office AS text) IS NULL OR o.code = :office)
    ORDER BY o.code LIMIT :limit
""")
# Days in which cash moved; what was paid or received by mistake and undone on its day is not counted.
_NEEDS = text("""
    SELECT office, day, paid_total - reversed_total - received_total AS need FROM service.office_day
    WHERE office = ANY (CAST(:offices AS text[])) AND day >= :since AND day <= :through
""")
# An office's customers are those whom it has paid lately. "0" is the character after "/": see credits/store.py.
_PAYS = text("""
    WITH customer AS (
        SELECT DISTINCT office, ledger.account_id('customer/' || customer_id) AS account_id FROM service.receipt
        WHERE office = ANY (CAST(:offices AS text[])) AND paid_at >= :since AND paid_at < :before
    ), credited AS (
        SELECT DISTINCT p.credit_id AS account_id, e.business_date
        FROM service.credit_batch AS b
        JOIN ledger.entry AS e ON e.reference >= 'credit/' || b.name || '/' AND e.reference < 'credit/' || b.name || '0'
        JOIN ledger.posting AS p ON p.entry_id = e.id AND p.line = 1
        WHERE b.created_at >= :since AND e.business_date <= :through
    ), paid AS (
        SELECT c.office, d.business_date, count(*) AS number
        FROM customer AS c JOIN credited AS d ON d.account_id = c.account_id
        GROUP BY c.office, d.business_date
    )
    SELECT p.office, p.business_date AS day
    FROM paid AS p JOIN (SELECT office, count(*) AS number FROM customer GROUP BY office) AS c ON c.office = p.office
    WHERE p.number * 100 >= c.number * :percent
""")


def insert(session: Connection, one: Float) -> None:
    """Add a float that was set."""
    values = {
        **vars(one.levels),
        "id": one.id,
        "office": one.office,
        "market_every": one.market and one.market.every,
        "market_since": one.market and one.market.since,
        "set_by": one.set_by,
        "set_at": one.set_at,
    }
    session.execute(_INSERT, values)


def history(session: Connection, office: str, before: UUID, limit: int) -> list[Float]:
    """List what was set for an office, newest first."""
    values = {"office": office, "before": before, "limit": limit}
    return [_float(row) for row in session.execute(_OF_OFFICE, values).mappings()]


def held(
    session: Connection,
    day: date,
    after: str,
    limit: int,
    area: str | None = None,
    office: str | None = None,
) -> list[Held]:
    """List active offices in order of code: those that belong to an area on a day, one of them, or all."""
    values = {"day": day, "after": after, "area": area, "office": office, "limit": limit}
    return [
        Held(
            office=row["code"],
            name=row["name"],
            area_code=row["area_code"],
            float=_float(row) if row["id"] is not None else None,
            cash=int(row["cash"]),
            coming=int(row["coming"]),
            going=int(row["going"]),
        )
        for row in session.execute(_HELD, values).mappings()
    ]


def needs(session: Connection, offices: Sequence[str], through: date) -> dict[str, dict[date, int]]:
    """Give what offices needed on each day with movements, up to and with a day: paid out less taken in, in đồng."""
    values = {"offices": list(offices), "since": through - HISTORY, "through": through}
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for row in session.execute(_NEEDS, values):
        found[row.office][row.day] = int(row.need)
    return found


def pays(session: Connection, offices: Sequence[str], through: date) -> dict[str, frozenset[date]]:
    """Give the dates on which offices' customers got their pay or allowance, as bulk credits tell."""
    since = through - HISTORY - PAY_COMES_BACK
    values = {
        "offices": list(offices),
        "since": calendar.day_start(since),
        "before": calendar.day_start(through + timedelta(1)),
        "through": through,
        "percent": PAID_TOGETHER_PERCENT,
    }
    found: defaultdict[str, set[date]] = defaultdict(set)
    for row in session.execute(_PAYS, values):
        found[row.office].add(row.day)
    return {office: frozenset(days) for office, days in found.items()}


def policys(office: str, rules: policy.Float) -> Float:
    """Give what holds where nobody has set anything."""
    return Float(office, Levels(rules.minimum, rules.target, rules.maximum))


def _float(row: RowMapping) -> Float:
    every = row["market_every"]
    return Float(
        office=row["office"],
        levels=Levels(row["minimum"], row["target"], row["maximum"]),
        market=None if every is None else Market(every, row["market_since"]),
        id=row["id"],
        set_at=row["set_at"],
        set_by=row["set_by"],
    )
