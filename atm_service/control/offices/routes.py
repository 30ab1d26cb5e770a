"""An office's life for the supervisors of its area: suspend and resume, checklist, hours, line, coverage."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

import ledger
from atm_service.control.offices import views as life_views
from atm_service.control.offices.schemas import (
    CheckRequest,
    CoverageReport,
    CoverageView,
    DayRequest,
    HoursRequest,
    LifeView,
    LineRequest,
    StateRequest,
)
from atm_service.platform.callers import InClerk, InSupervisor
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.days import DAY_MAX, DAY_MIN, Day
from atm_service.platform.idempotency import InKey, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.offices import errors, life
from atm_service.registers.offices.schemas import InOffice
from atm_service.registers.staff import service as staff
from atm_service.registers.units import coverage
from atm_service.registers.units import store as units

router = APIRouter()

InTree = Annotated[
    Day | None,
    Query(ge=DAY_MIN, le=DAY_MAX, description="by the units and areas of this day; default: today's"),
]


@router.get("/counter/v1/line", name="line", tags=["counter"], status_code=204, responses=refuses())
async def line(clerk: InClerk) -> Response:  # noqa: ARG001  asked for its check of the role
    """Say that the line holds. A counter asks every minute, so that its area knows: nothing is read or moved."""
    return Response(status_code=204)


@router.get("/staff/v1/coverage", name="coverage", tags=["staff"], responses=refuses(NotFound))
def report(supervisor: InSupervisor, context: InContext, now: InNow, tree: InTree = None) -> CoverageReport:
    """Tell how many units and offices are served, by area: of the supervisor's own offices, or of all."""
    today = ledger.business_date(now)
    with context.reading() as session:
        area = staff.scope(session, supervisor)
        found = units.standings(session, area, today, tree or today)
    views = [CoverageView.model_validate(vars(one)) for one in coverage.of(found)]
    return CoverageReport(areas=views, whole=CoverageView.model_validate(vars(coverage.whole(found))))


@router.get(
    "/staff/v1/offices/{code}/life",
    name="office_life",
    tags=["staff"],
    responses=refuses(NotFound, errors.OfficeUnknown),
)
def show(code: InOffice, supervisor: InSupervisor, context: InContext, now: InNow) -> LifeView:
    """Show an office's state, checklist, hours and history."""
    with context.reading() as session:
        found = staff.office_in_scope(session, supervisor, code, ledger.business_date(now))
        return life_views.life(session, found, now)


@router.post(
    "/staff/v1/offices/{code}/state",
    name="change_office_state",
    tags=["staff"],
    response_model=LifeView,
    responses=refuses(
        NotFound,
        errors.OfficeUnknown,
        errors.StateUnchanged,
        errors.StateDoesNotFollow,
        errors.ForOperator,
        errors.ChecklistIncomplete,
        errors.ShiftsStillOpen,
        errors.DeliveriesStillOpen,
        errors.CashStillThere,
        keyed=True,
    ),
)
def change_state(
    code: InOffice, body: StateRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Suspend an active office, or resume a suspended one. Open shifts go on until they are closed; none opens."""
    return _done(
        (context, key, supervisor, code, now),
        lambda session: life.change_state(session, supervisor, code, body.state, body.reason, now),
    )


@router.post(
    "/staff/v1/offices/{code}/checks",
    name="check_office",
    tags=["staff"],
    response_model=LifeView,
    responses=refuses(NotFound, errors.OfficeUnknown, errors.OfficeClosed, keyed=True),
)
def check(
    code: InOffice, body: CheckRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Check one item of the checklist off, or take that back."""
    return _done(
        (context, key, supervisor, code, now),
        lambda session: life.check(session, supervisor, code, body.item, body.words, now, passed=body.passed),
    )


@router.post(
    "/staff/v1/offices/{code}/hours",
    name="set_office_hours",
    tags=["staff"],
    response_model=LifeView,
    responses=refuses(
        NotFound, errors.OfficeUnknown, errors.OfficeClosed, errors.HoursUnreadable, keyed=True
    ),
)
def set_hours(
    code: InOffice, body: HoursRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Set an office's week."""
    return _done(
        (context, key, supervisor, code, now),
        lambda session: life.set_hours(session, supervisor, code, body.week, now),
    )


@router.post(
    "/staff/v1/offices/{code}/days",
    name="set_office_day",
    tags=["staff"],
    response_model=LifeView,
    responses=refuses(
        NotFound, errors.OfficeUnknown, errors.OfficeClosed, errors.HoursUnreadable, keyed=True
    ),
)
def set_day(
    code: InOffice, body: DayRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Set an office's hours of one date: a holiday, a market, a flood."""
    return _done(
        (context, key, supervisor, code, now),
        lambda session: life.set_day(session, supervisor, code, body.day, body.hours, body.reason, now),
    )


@router.post(
    "/staff/v1/offices/{code}/line",
    name="set_office_line",
    tags=["staff"],
    response_model=LifeView,
    responses=refuses(NotFound, errors.OfficeUnknown, errors.OfficeClosed, keyed=True),
)
def set_line(
    code: InOffice, body: LineRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Say how good an office's line is, as people there say."""
    return _done(
        (context, key, supervisor, code, now),
        lambda session: life.set_line(session, supervisor, code, body.line, now),
    )


def _done(asked: tuple[Context, Key, Caller, str, datetime], deed: Callable[[Connection], None]) -> Response:
    context, key, supervisor, code, now = asked

    def work(session: Connection) -> LifeView:
        today = ledger.business_date(now)
        staff.office_in_scope(session, supervisor, code, today)
        deed(session)
        return life_views.life(session, staff.office_in_scope(session, supervisor, code, today), now)

    return context.once(key, 200, work)
