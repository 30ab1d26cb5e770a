"""What is known of offices, for a page of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from atm_service.promises.availability.domain import Facts, Till
from atm_service.registers.headroom.store import DAYS
from atm_service.registers.notes.domain import total
from atm_service.registers.offices import hours
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.hours import Hours
from atm_service.registers.offices.life_store import AllHours


@dataclass(frozen=True)
class Known:
    """An office, how far it is (0: in the unit itself, 1: in its area, 2: elsewhere), and what is known of it."""

    code: str
    name: str
    address: str | None
    phone: str | None
    far: int
    facts: Facts


# All the cash of each of the chosen offices: in its vault and its drawers, on shift or not.
_CASH: Final = """, cash AS (
        SELECT o.code, sum(a.debits - a.credits - a.held) AS total
        FROM chosen AS o
        JOIN service.cash_place AS place ON place.office = o.code
        JOIN ledger.account AS a ON a.id = place.account_id
        GROUP BY o.code
    )
"""
# And its drawers on shift with their notes, its day and its month.
_FACTS: Final = """
    SELECT o.code, o.name, o.address, o.phone, o.far, o.state, o.line, shifts.tills,
           coalesce(cash.total, 0) AS cash, coalesce(days.today, 0) AS moved_today,
           coalesce(days.month, 0) AS moved_this_month, coalesce(days.reserved, 0) AS reserved, days.reserved_on,
           hours.week, hours.other_days, contact.seen_at
    FROM chosen AS o
    LEFT JOIN cash ON cash.code = o.code
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(a.debits - a.credits - a.held, n.notes)) AS tills
        FROM service.shift s
        JOIN ledger.account a ON a.id = ledger.account_id('office/' || s.office || '/drawer/' || s.drawer)
        LEFT JOIN service.note_stock n ON n.place = a.code
        WHERE s.office = o.code AND s.closed_at IS NULL AND s.stopped IS NULL
    ) AS shifts ON true
    LEFT JOIN days ON days.code = o.code
    LEFT JOIN service.office_contact contact ON contact.office = o.code
    LEFT JOIN LATERAL (
        SELECT (SELECT h.week FROM service.office_hours h WHERE h.office = o.code ORDER BY h.id DESC LIMIT 1) AS week,
               (SELECT jsonb_agg(jsonb_build_array(d.office, d.day, d.hours))
                FROM (SELECT DISTINCT ON (day, office) office, day, hours FROM service.office_day_hours
                      WHERE day BETWEEN :today AND :through AND (office IS NULL OR office = o.code)
                      ORDER BY day, office, id DESC) AS d) AS other_days
    ) AS hours ON true
    ORDER BY o.far, o.code
"""
_BY_DISTANCE: Final = """
    WITH placed AS MATERIALIZED (
        SELECT * FROM service.place_on(:today)
    ), near AS MATERIALIZED (
        SELECT place.unit_code, place.area_code FROM placed AS place
        WHERE place.unit_code = service.unit_known_as(:unit, :today)
    ), ranked AS (
        SELECT o.*, CASE WHEN place.unit_code IN (SELECT unit_code FROM near) THEN 0
                         WHEN place.area_code IN (SELECT area_code FROM near) THEN 1
                         ELSE 2 END AS far
        FROM service.office AS o JOIN placed AS place ON place.office = o.code
    ), chosen AS (
        SELECT * FROM ranked AS o
        WHERE (o.far, o.code) > (:after_far, :after_code)
          AND (CAST(:area AS text) IS NULL OR o.code IN (SELECT service.offices_below(:area, :today)))
          AND (CAST(:words AS text) IS NULL OR o.searchable LIKE :words)
        ORDER BY o.far, o.code LIMIT :limit
    )
"""
_TOTALS: Final = "SELECT code, total FROM cash"
_BY_CODE: Final = "WITH chosen AS (SELECT o.*, 0 AS far FROM service.office o WHERE o.code = ANY (:codes))"
_PAGE = text(_BY_DISTANCE + _CASH + DAYS + _FACTS)
_OF = text(_BY_CODE + _CASH + DAYS + _FACTS)
_CASH_OF = text(_BY_CODE + _CASH + _TOTALS)


def listed(
    session: Connection, day: date, after: tuple[int, str], wanted: Mapping[str, str | None], limit: int
) -> list[Known]:
    """List offices near a unit first, then in order of code. `wanted`: `unit`, `area` and `words`."""
    values = {"after_far": after[0], "after_code": after[1], "limit": limit, **wanted}
    return [_known(row) for row in session.execute(_PAGE, values | _days(day))]


def of_each(session: Connection, codes: Sequence[str], day: date) -> dict[str, Known]:
    """Give what is known of offices, by their codes; those that there are not are left out."""
    rows = session.execute(_OF, {"codes": list(codes), **_days(day)})
    return {row.code: _known(row) for row in rows}


def cash_of(session: Connection, codes: Sequence[str]) -> dict[str, int]:
    """Give the cash in offices' drawers and vaults, in đồng."""
    return {row.code: int(row.total) for row in session.execute(_CASH_OF, {"codes": list(codes)})}


def _days(day: date) -> dict[str, date]:
    return {"today": day, "month": day.replace(day=1), "through": day + hours.AHEAD}


def _known(row: Row[Any]) -> Known:
    facts = Facts(
        state=State(row.state),
        line=Line(row.line),
        hours=_hours(row),
        heard_at=row.seen_at,
        tills=tuple(_till(cash, notes) for cash, notes in row.tills or ()),
        cash=int(row.cash),
        reserved=int(row.reserved),
        reserved_on={date.fromisoformat(day): int(amount) for day, amount in (row.reserved_on or {}).items()},
        moved_today=int(row.moved_today),
        moved_this_month=int(row.moved_this_month),
    )
    return Known(row.code, row.name, row.address, row.phone, row.far, facts)


def _hours(row: Row[Any]) -> Hours:
    """Put an office's hours together, as its life does."""
    weeks = {} if row.week is None else {row.code: tuple(hours.read(day) for day in row.week)}
    days = [(office, date.fromisoformat(day), written) for office, day, written in row.other_days or ()]
    return AllHours(weeks, days).of(row.code)


def _till(cash: int, notes: Sequence[int] | None) -> Till:
    """Believe notes that come to the ledger's balance, as `cash.stock` does."""
    believed = notes is not None and total(tuple(notes)) == cash
    return Till(cash, tuple(notes) if believed and notes is not None else None)
