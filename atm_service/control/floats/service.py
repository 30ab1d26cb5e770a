"""The use cases of floats. Each runs inside its caller's transaction; nothing here moves cash or orders it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

import ledger
from atm_service.control.floats import domain, errors, planning, store
from atm_service.control.floats.domain import Float, Forecast, Levels, Market, Past
from atm_service.control.floats.planning import Plan, Position
from atm_service.control.floats.store import Held
from atm_service.platform import ids, policy, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.paging import FIRST_ID
from atm_service.promises.availability import store as availability
from atm_service.registers.offices import service as offices
from atm_service.registers.offices.errors import OfficeUnknown
from atm_service.registers.staff import service as staff
from atm_service.registers.units import store as units

OFFICES_MAX: Final = 1_000  # of an area, or of the province


@dataclass(frozen=True)
class Standing:
    """Where an office's cash stands today, and until when the cash that is there must last."""

    held: Held
    float: Float
    position: Position
    until: date


def set_float(
    session: Connection,
    operator: Caller | None,
    office: str,
    levels: Levels,
    market: Market | None,
    now: datetime,
) -> Float:
    """Set how much an office is to hold, and its market. Raises `OfficeUnknown`. None: at the command line."""
    if operator is not None:
        standing.keep(session, operator)
    offices.name(session, office)  # refuses an unknown office
    before = store.history(session, office, FIRST_ID, 1)
    id = ids.new(now, after=before[0].id if before else None)
    one = Float(office, levels, market, id, now, operator.subject if operator else None)
    store.insert(session, one)
    detail = {"office": office, **vars(levels), "market_every": market and market.every}
    trail.record(session, now, "set-float", one.id, operator, detail)
    return one


def current(session: Connection, rules: policy.Float, office: str) -> Float:
    """Give what an office is to hold: what was set last, or the policy's. Raises `OfficeUnknown`."""
    offices.name(session, office)
    set_ones = store.history(session, office, FIRST_ID, 1)
    return set_ones[0] if set_ones else store.policys(office, rules)


def area_of(session: Connection, supervisor: Caller, asked: str | None, today: date) -> str | None:
    """Give the area that a supervisor asks about; None: all. Raises `AreaUnknown` for what is not below the own one."""
    own = staff.scope(session, supervisor)
    if asked is None:
        return own
    if not units.has_area(session, asked, today, own):
        raise errors.AreaUnknown
    return asked


def standings(
    session: Connection,
    rules: policy.Float,
    now: datetime,
    area: str | None = None,
    after: str = "",
    limit: int = OFFICES_MAX,
) -> list[Standing]:
    """Tell where the active offices' cash stands, in order of code: of an area or of all."""
    today = ledger.business_date(now)
    held = store.held(session, today, after, limit, area)
    pasts = _pasts(session, held, rules, today)
    until = domain.next_delivery(today, rules.delivery_weekdays)
    known = availability.of_each(session, [one.office for one in held], today)
    return [
        _standing(one, pasts[one.office], known[one.office].facts.reserved, rules, today, until)
        for one in held
    ]


def plan(
    session: Connection, rules: policy.Float, area: str, area_cash: int, now: datetime
) -> tuple[Plan, list[Standing]]:
    """Propose one trip of an area's cash, today; give it with where its offices stand."""
    found = standings(session, rules, now, area)
    made = planning.plan([one.position for one in found], area_cash, rules.trip_max, rules.round_to)
    return made, found


def forecast(session: Connection, rules: policy.Float, office: str, first: date, last: date) -> Forecast:
    """Say what an office will need from a day to another. Raises `OfficeUnknown` where no office is active."""
    past = past_of(session, rules, office, first)
    return domain.forecast(past, first, last, rules.safety_percent)


def past_of(session: Connection, rules: policy.Float, office: str, through: date) -> Past:
    """Give what is known of an office up to and with a day. Raises `OfficeUnknown` where no office is active."""
    held = store.held(session, through, "", 1, office=office)
    if not held:
        raise OfficeUnknown
    return _pasts(session, held, rules, through)[office]


def pasts(session: Connection, rules: policy.Float, area: str | None, through: date) -> dict[str, Past]:
    """Give what is known of the active offices of an area, or of all."""
    return _pasts(session, store.held(session, through, "", OFFICES_MAX, area), rules, through)


def _pasts(session: Connection, held: Sequence[Held], rules: policy.Float, through: date) -> dict[str, Past]:
    codes = [one.office for one in held]
    needs, pays = store.needs(session, codes, through), store.pays(session, codes, through)
    return {
        one.office: Past(
            needs=needs.get(one.office, {}),
            pays=pays.get(one.office, frozenset()),
            market=(one.float or store.policys(one.office, rules)).market,
        )
        for one in held
    }


def _standing(
    held: Held, past: Past, reserved: int, rules: policy.Float, today: date, until: date
) -> Standing:
    """Put together what is there and what will be needed through the day of the next delivery.

    It may come in the evening of its day. What today has already needed is no longer to come; what is reserved for
    customers is needed whatever the forecast says.
    """
    one = held.float or store.policys(held.office, rules)
    ahead = domain.forecast(past, today, until, rules.safety_percent)
    gone = past.needs.get(today, 0)
    position = Position(
        office=held.office,
        levels=one.levels,
        cash=held.cash,
        coming=held.coming,
        going=held.going,
        need=max(reserved, ahead.need - max(0, gone)),
        expected=ahead.expected - gone,
    )
    return Standing(held, one, position, until)
