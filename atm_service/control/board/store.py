"""What the board reads: one statement for all offices, whatever their number, and a few for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, text

import ledger
from atm_service.control.board.domain import Desk
from atm_service.control.floats.domain import Levels
from atm_service.platform import ids
from atm_service.platform.calendar import VIETNAM, day_start
from atm_service.registers.offices import hours, life_store
from atm_service.registers.offices.domain import Line, State

OFFICES_MAX: Final = 1_000

# Each fact is added up once for all offices, but for those that one index look-up an office finds.
_DESKS: Final = text("""
    WITH shifts AS (
        SELECT office, count(*) AS number, min(opened_at) AS opened_at
        FROM service.shift WHERE closed_at IS NULL GROUP BY office
    ), asked AS (
        SELECT a.office, count(*) AS number
        FROM service.approval AS a
        LEFT JOIN service.approval_decision AS d ON d.approval_id = a.id
        WHERE d.approval_id IS NULL AND a.expires_at > :now GROUP BY a.office
    ), counted AS (
        -- Of a vault and amid a shift what stood, and of any place what still differs by much and waits: it is in no
        -- shift yet. The last count of a closed shift is its close, which the shift has.
        SELECT t.office, c.total - c.expected AS difference
        FROM service.cash_count AS c
        JOIN service.staff AS t ON t.id = c.counted_by
        LEFT JOIN ledger.account AS a ON a.id = c.subject AND a.code = concat('office/', t.office, '/vault')
        LEFT JOIN service.cash_count AS before ON before.subject = c.subject AND before.number = c.number - 1
        WHERE c.id >= :first_id AND c.total <> c.expected
          AND CASE WHEN c.stood THEN a.id IS NOT NULL OR EXISTS (
                       SELECT FROM service.shift AS s WHERE s.id = c.subject
                         AND (s.closed_at IS NULL OR EXISTS (
                             SELECT FROM service.cash_count AS later
                             WHERE later.subject = c.subject AND later.number > c.number)))
                   ELSE abs(c.total - c.expected) > :far
                    AND (before.counted_by, before.expected, before.stood) = (c.counted_by, c.expected, false)
                    AND NOT EXISTS (SELECT FROM service.cash_count AS after
                                    WHERE after.subject = c.subject AND after.number > c.number) END
    ), road AS (
        SELECT office, count(*) FILTER (WHERE status IN ('ordered', 'sent', 'turned-back')) AS number,
               count(*) FILTER (WHERE difference <> 0 AND explained_at IS NULL) AS unexplained
        FROM service.delivery
        WHERE status IN ('ordered', 'sent', 'turned-back') OR (difference <> 0 AND explained_at IS NULL)
        GROUP BY office
    ), late AS (
        SELECT office, count(*) AS number FROM service.complaint
        WHERE waits_until <= :now AND office IS NOT NULL GROUP BY office
    )
    SELECT o.code, o.name, place.unit, place.unit_code, place.area_code, place.area, o.state, o.line, c.seen_at,
           coalesce(held.cash, 0) AS cash, f.minimum, f.target, f.maximum,
           coalesce(shifts.number, 0) AS shifts, shifts.opened_at,
           coalesce(counts.over_short, 0) AS over_short, coalesce(counts.far, 0) AS counts_far,
           coalesce(broken.breaks, 0) AS opening_breaks,
           coalesce(asked.number, 0) AS approvals, coalesce(road.number, 0) AS deliveries,
           coalesce(road.unexplained, 0) AS unexplained, coalesce(late.number, 0) AS complaints
    FROM service.office AS o
    JOIN service.place_on(:tree) AS place ON place.office = o.code
    LEFT JOIN service.office_contact AS c ON c.office = o.code
    LEFT JOIN shifts ON shifts.office = o.code
    LEFT JOIN asked ON asked.office = o.code
    LEFT JOIN road ON road.office = o.code
    LEFT JOIN late ON late.office = o.code
    LEFT JOIN LATERAL (
        SELECT sum(a.debits - a.credits) AS cash
        FROM service.cash_place AS place JOIN ledger.account AS a ON a.id = place.account_id
        WHERE place.office = o.code
    ) AS held ON true
    LEFT JOIN LATERAL (
        SELECT minimum, target, maximum FROM service.office_float WHERE office = o.code ORDER BY id DESC LIMIT 1
    ) AS f ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS breaks
        FROM service.shift AS s JOIN service.opening_break AS b ON b.shift_id = s.id AND b.found_at >= :today
        WHERE s.office = o.code AND s.opened_at >= :today
    ) AS broken ON true
    LEFT JOIN LATERAL (
        SELECT (array_agg(each.difference ORDER BY abs(each.difference) DESC))[1] AS over_short,
               count(*) FILTER (WHERE abs(each.difference) > :far) AS far
        FROM (
            SELECT s.opening_over_short FROM service.shift AS s WHERE s.office = o.code AND s.opened_at >= :today
            UNION ALL
            SELECT s.closing_over_short FROM service.shift AS s
            WHERE s.office = o.code AND s.opened_at >= :lately AND s.closed_at >= :today
            UNION ALL
            SELECT counted.difference FROM counted WHERE counted.office = o.code
        ) AS each (difference)
        WHERE each.difference <> 0
    ) AS counts ON true
    WHERE (CAST(:area AS text) IS NULL OR o.code IN (SELECT service.offices_below(:area, :day)))
      AND (CAST(:office AS text) IS NULL OR o.code = :office)
    ORDER BY o.code LIMIT :limit
""")
_SHIFTS: Final = text("""
    SELECT s.drawer, t.display_name AS clerk, s.opened_at FROM service.shift AS s
    JOIN service.staff AS t ON t.id = s.clerk_id
    WHERE s.office = :office AND s.closed_at IS NULL ORDER BY s.drawer
""")
_DELIVERIES: Final = text("""
    SELECT id, direction, status, amount, ordered_at, difference FROM service.delivery
    WHERE office = :office
      AND (status IN ('ordered', 'sent', 'turned-back') OR (difference <> 0 AND explained_at IS NULL))
    ORDER BY id DESC LIMIT 100
""")
_STAFF: Final = text("""
    SELECT display_name, role, active FROM service.staff
    WHERE office = :office ORDER BY active DESC, display_name, id LIMIT 100
""")


@dataclass(frozen=True)
class Near:
    """What is at one office: its open shifts, cash places in đồng, open or unexplained deliveries, and its staff."""

    shifts: Sequence[Row[Any]]
    places: Sequence[tuple[str, int]]
    deliveries: Sequence[Row[Any]]
    staff: Sequence[Row[Any]]


def desks(
    session: Connection,
    usual: Levels,
    far: int,
    now: datetime,
    tree: date,
    area: str | None = None,
    office: str | None = None,
) -> list[Desk]:
    """Give what the board knows: of an area's offices, one of them, or all; where they stand in the tree of a day.

    `usual` holds where no float is set; a count is far off that differs by more than `far`.
    """
    day = ledger.business_date(now)
    today = day_start(day)
    values = {
        "now": now,
        "today": today,
        "first_id": ids.first(today),
        "far": far,
        "lately": today - timedelta(days=7),
        "area": area,
        "day": day,
        "tree": tree,
        "office": office,
        "limit": OFFICES_MAX,
    }
    known = life_store.hours_of(session, now.astimezone(VIETNAM).date(), office)
    return [_desk(row, known, usual, now) for row in session.execute(_DESKS, values)]


def _desk(row: Row[Any], known: life_store.AllHours, usual: Levels, now: datetime) -> Desk:
    facts = dict(row._mapping)  # noqa: SLF001  the documented way to a row's columns
    minimum, target, maximum = (facts.pop(name) for name in ("minimum", "target", "maximum"))
    its_hours = known.of(row.code)
    whole = (
        "cash",
        "shifts",
        "over_short",
        "counts_far",
        "opening_breaks",
        "approvals",
        "deliveries",
        "unexplained",
        "complaints",
    )
    return Desk(
        **facts
        | {name: int(facts[name]) for name in whole}
        | {
            "state": State(row.state),
            "line": Line(row.line),
            "levels": usual if target is None else Levels(minimum, target, maximum),
            "open_now": hours.is_open(its_hours, now),
            "open_since": hours.open_since(its_hours, now),
        }
    )


def near(session: Connection, office: str) -> Near:
    """Give what is at one office."""
    of_it = {"office": office}
    return Near(
        session.execute(_SHIFTS, of_it).all(),
        life_store.places(session, office),
        session.execute(_DELIVERIES, of_it).all(),
        session.execute(_STAFF, of_it).all(),
    )
