"""Floats: operators set them; supervisors see where offices stand, what they will need, and a proposed trip.

A proposal is ordered like any other delivery, one by one, by a supervisor: `POST /staff/v1/deliveries`.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

import ledger
from atm_service.control.floats import domain, errors, service, store
from atm_service.control.floats.schemas import FloatRequest, FloatView, ForecastView, PlanView, StandingView
from atm_service.platform import paging
from atm_service.platform.callers import InOperator, InSupervisor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.offices.errors import OfficeUnknown
from atm_service.registers.offices.schemas import InOffice
from atm_service.registers.staff import service as staff
from atm_service.registers.units.domain import AREA_FORM

router = APIRouter()

_OPERATOR = "/operator/v1/offices/{code}/floats"
InArea = Annotated[str, Query(pattern=AREA_FORM, description="an area's code", examples=["178"])]


@router.post(
    _OPERATOR,
    name="set_float",
    tags=["operator"],
    status_code=201,
    response_model=FloatView,
    responses=refuses(OfficeUnknown, errors.FloatOutOfOrder, keyed=True),
)
def set_float(
    code: InOffice, body: FloatRequest, operator: InOperator, key: InKey, context: InContext, now: InNow
) -> Response:
    """Set how much cash an office is to hold, and its market days. It counts from now on; the history stays."""

    def work(session: Connection) -> FloatView:
        one = service.set_float(session, operator, code, body.levels(), body.read_market(), now)
        return FloatView.of(one)

    return context.once(key, 201, work)


@router.get(_OPERATOR, name="floats", tags=["operator"], responses=refuses(OfficeUnknown))
def floats(
    code: InOffice,
    operator: InOperator,  # noqa: ARG001  asked for its check of the role
    context: InContext,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[FloatView]:
    """List an office's floats, newest first: the first one counts. The policy's, where nobody has set any."""
    with context.reading() as session:
        now_held = service.current(session, context.policy.float, code)
        found = store.history(session, code, paging.read_id(cursor), limit + 1)
    if now_held.id is None:
        return Page(items=[FloatView.of(now_held)], next_cursor=None)
    cursor = paging.write(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[FloatView.of(one) for one in found[:limit]], next_cursor=cursor)


@router.get(
    "/staff/v1/floats", name="floats", tags=["staff"], responses=refuses(NotFound, errors.AreaUnknown)
)
def standings(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    area: Annotated[
        str | None, Query(pattern=AREA_FORM, description="one area alone, with those below it")
    ] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[StandingView]:
    """List the active offices in order of code: cash against float, what they need until the next delivery, alarms."""
    with context.reading() as session:
        asked = service.area_of(session, supervisor, area, ledger.business_date(now))
        after = paging.read(cursor) if cursor else ""
        found = service.standings(session, context.policy.float, now, asked, after, limit + 1)
    return paging.page(found, limit, StandingView.of, "office")


@router.get(
    "/staff/v1/floats/plan",
    name="float_plan",
    tags=["staff"],
    responses=refuses(NotFound, errors.AreaUnknown),
)
def plan(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    area: InArea,
    cash: Annotated[
        int | None,
        Query(ge=0, le=AMOUNT_MAX, description="đồng that the area has; default the policy's"),
    ] = None,
) -> PlanView:
    """Propose one trip of an area's cash, out and back. Nothing is ordered: each delivery is, by a supervisor."""
    rules = context.policy.float
    area_cash = rules.area_cash if cash is None else cash
    with context.reading() as session:
        service.area_of(session, supervisor, area, ledger.business_date(now))
        made, found = service.plan(session, rules, area, area_cash, now)
    until = domain.next_delivery(ledger.business_date(now), rules.delivery_weekdays)
    return PlanView.of(area, made, found, (area_cash, rules.trip_max, until))


@router.get(
    "/staff/v1/floats/{code}/forecast",
    name="float_forecast",
    tags=["staff"],
    responses=refuses(NotFound, OfficeUnknown),
)
def forecast(
    code: InOffice,
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    days: Annotated[int, Query(ge=1, le=domain.DAYS_MAX, description="how many, from today")] = 14,
) -> ForecastView:
    """Say what an active office will need on each of the next days, and what to have to be sure."""
    today = ledger.business_date(now)
    with context.reading() as session:
        staff.office_in_scope(session, supervisor, code, today)
        found = service.forecast(session, context.policy.float, code, today, today + timedelta(days - 1))
    return ForecastView.of(code, found)
