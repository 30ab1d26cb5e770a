"""The board for supervisors of an area or of the province: all offices in one answer, and one from close by."""

from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Row

import ledger
from atm_service.control.board import domain, store
from atm_service.control.board.domain import Desk
from atm_service.control.board.schemas import (
    BoardView,
    DeliveryThere,
    DeskView,
    MemberThere,
    OfficeNearView,
    PlaceThere,
    ShiftThere,
)
from atm_service.control.floats.domain import Levels
from atm_service.control.offices import views as life_views
from atm_service.control.offices.routes import InTree
from atm_service.control.offices.schemas import CoverageView
from atm_service.platform.callers import InSupervisor
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.offices.errors import OfficeUnknown
from atm_service.registers.offices.schemas import InOffice
from atm_service.registers.staff import service as staff
from atm_service.registers.units import coverage
from atm_service.registers.units.coverage import Standing

router = APIRouter()

View = TypeVar("View", bound=BaseModel)


@router.get("/staff/v1/board", name="board", tags=["staff"], responses=refuses(NotFound))
def board(supervisor: InSupervisor, context: InContext, now: InNow, tree: InTree = None) -> BoardView:
    """Show every office of the supervisor's area, or of the province: by area, the worst first."""
    with context.reading() as session:
        area = staff.scope(session, supervisor)
        found = store.desks(
            session, _usual(context), _far(context), now, tree or ledger.business_date(now), area
        )
    whole = coverage.whole([Standing(one.unit_code, one.area_code, one.area, one.state) for one in found])
    return BoardView(at=now, offices=_sorted(found, now), coverage=CoverageView.model_validate(vars(whole)))


@router.get(
    "/staff/v1/offices/{code}", name="office", tags=["staff"], responses=refuses(NotFound, OfficeUnknown)
)
def office(code: InOffice, supervisor: InSupervisor, context: InContext, now: InNow) -> OfficeNearView:
    """Show one office from close by: its life, shifts, cash, deliveries and staff."""
    with context.reading() as session:
        today = ledger.business_date(now)
        found = staff.office_in_scope(session, supervisor, code, today)
        (desk,) = store.desks(session, _usual(context), _far(context), now, today, office=code)
        life, near = life_views.life(session, found, now), store.near(session, code)
    (shown,) = _sorted([desk], now)
    return OfficeNearView(
        desk=shown,
        cash=desk.cash,
        **vars(desk.levels),
        life=life,
        shifts=[_view(ShiftThere, row) for row in near.shifts],
        places=[PlaceThere(place=place.split("/", 2)[2], cash=cash) for place, cash in near.places],
        deliveries=[_view(DeliveryThere, row) for row in near.deliveries],
        staff=[_view(MemberThere, row) for row in near.staff],
    )


def _usual(context: Context) -> Levels:
    rules = context.policy.float
    return Levels(rules.minimum, rules.target, rules.maximum)


def _far(context: Context) -> int:
    return context.policy.approval.count_above


def _sorted(found: list[Desk], now: datetime) -> list[DeskView]:
    rings = {one: domain.alarms(one, now) for one in found}
    marked = {one: (domain.mark(one, rung), rung) for one, rung in rings.items()}
    return [DeskView.of(one, *marked[one]) for one in domain.worst_first(marked)]


def _view(kind: type[View], row: Row[Any]) -> View:
    return kind.model_validate(dict(row._mapping))  # noqa: SLF001  the documented way to a row's columns
