"""What is known of offices, for a page of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from atm_service.availability.domain import Facts, Till
from atm_service.cash.domain import total
from atm_service.offices.domain import Line, State


@dataclass(frozen=True)
class Known:
    """An office, how far it is (0: the commune itself, 1: its district, 2: elsewhere), and what is known of it."""

    code: str
    name: str
    commune: str
    district: str
    far: int
    facts: Facts


# For each of the chosen offices: its drawers on shift with their notes, all its cash, its day and its month.
_FACTS: Final = """
    SELECT o.code, o.name, o.commune, o.district, o.far, o.state, o.line, shifts.tills,
           coalesce(cash.total, 0) AS cash, coalesce(days.today, 0) AS moved_today,
           coalesce(days.month, 0) AS moved_this_month
    FROM chosen AS o
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(a.debits - a.credits - a.held, n.notes)) AS tills
        FROM service.shift s
        JOIN ledger.account a ON a.id = ledger.account_id('office/' || s.office || '/drawer/' || s.drawer)
        LEFT JOIN service.note_stock n ON n.place = a.code
        WHERE s.office = o.code AND s.closed_at IS NULL
    ) AS shifts ON true
    LEFT JOIN LATERAL (
        SELECT sum(a.debits - a.credits - a.held) AS total
        FROM (
            SELECT 'office/' || o.code || '/vault' AS code
            UNION ALL
            SELECT 'office/' || o.code || '/drawer/' || d.number FROM service.drawer d WHERE d.office = o.code
        ) AS place
        JOIN ledger.account a ON a.id = ledger.account_id(place.code)
    ) AS cash ON true
    LEFT JOIN LATERAL (
        SELECT sum(d.paid_total - d.reversed_total + d.received_total) AS month,
               sum(d.paid_total - d.reversed_total + d.received_total) FILTER (WHERE d.day = :today) AS today
        FROM service.office_day d WHERE d.office = o.code AND d.day >= :month AND d.day <= :today
    ) AS days ON true
    ORDER BY o.far, o.code
"""
_BY_DISTANCE: Final = """
    WITH ranked AS (
        SELECT o.*, CASE WHEN o.commune_code = CAST(:commune AS text) THEN 0
                         WHEN o.district_code = (SELECT near.district_code FROM service.office near
                                                 WHERE near.commune_code = CAST(:commune AS text) LIMIT 1) THEN 1
                         ELSE 2 END AS far
        FROM service.office o
    ), chosen AS (
        SELECT * FROM ranked AS o
        WHERE (o.far, o.code) > (:after_far, :after_code)
          AND (CAST(:district AS text) IS NULL OR o.district_code = :district)
          AND (CAST(:words AS text) IS NULL OR o.searchable LIKE :words)
        ORDER BY o.far, o.code LIMIT :limit
    )
"""
_PAGE = text(_BY_DISTANCE + _FACTS)


def listed(
    session: Connection, day: date, after: tuple[int, str], wanted: Mapping[str, str | None], limit: int
) -> list[Known]:
    """List offices near a commune first, then in order of code. `wanted`: `commune`, `district` and `words`."""
    values = {"after_far": after[0], "after_code": after[1], "limit": limit, **wanted}
    return [_known(row) for row in session.execute(_PAGE, values | _days(day))]


def _days(day: date) -> dict[str, date]:
    return {"today": day, "month": day.replace(day=1)}


def _known(row: Row[Any]) -> Known:
    facts = Facts(
        state=State(row.state),
        line=Line(row.line),
        tills=tuple(_till(cash, notes) for cash, notes in row.tills or ()),
        cash=int(row.cash),
        reserved=0,
        reserved_today=0,
        moved_today=int(row.moved_today),
        moved_this_month=int(row.moved_this_month),
    )
    return Known(row.code, row.name, row.commune, row.district, row.far, facts)


def _till(cash: int, notes: Sequence[int] | None) -> Till:
    """Believe notes that come to the ledger's balance, as `cash.stock` does."""
    believed = notes is not None and total(tuple(notes)) == cash
    return Till(cash, tuple(notes) if believed and notes is not None else None)
