"""Offices for the wallet; shifts have routes of their own."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy import Row

from atm_service import paging
from atm_service.bodies import ONE_LINE
from atm_service.context import InContext
from atm_service.limits.policy import AMOUNT_MAX
from atm_service.offices import service, shift_routes, store
from atm_service.offices.domain import Line, State
from atm_service.offices.schemas import Districts, DistrictView, OfficeView
from atm_service.paging import InCursor, InLimit, Page
from atm_service.problems import refuses

router = APIRouter()
router.include_router(shift_routes.router)


@router.get("/wallet/v1/districts", tags=["wallet"], responses=refuses(signed_in=False))
def districts(context: InContext) -> Districts:
    """List the districts that have offices."""
    with context.transaction() as session:
        rows = store.districts(session)
    return Districts(items=[DistrictView(code=row.code, name=row.name) for row in rows])


@router.get("/wallet/v1/offices", tags=["wallet"], responses=refuses(signed_in=False))
def offices(
    context: InContext,
    q: Annotated[
        str | None,
        Query(
            max_length=60,
            pattern=ONE_LINE,
            description="part of a name, with or without accents",
        ),
    ] = None,
    district: Annotated[str | None, Query(pattern=r"^[0-9]{3}$")] = None,
    amount: Annotated[int | None, Query(gt=0, le=AMOUNT_MAX, description="đồng that are wanted")] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[OfficeView]:
    """List offices in order of code, and whether each can pay an amount now: yes, ask, or no."""
    words = f"%{_literal(service.plain(q))}%" if q else None
    with context.transaction() as session:
        rows = store.listed(session, paging.read(cursor) if cursor else "", district, words, limit + 1)
    views = [_office(row, amount or 1) for row in rows[:limit]]
    return Page(items=views, next_cursor=paging.write(views[-1].code) if len(rows) > limit else None)


def _literal(words: str) -> str:
    """Keep LIKE's own signs from meaning anything."""
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _office(row: Row[Any], amount: int) -> OfficeView:
    is_open = row.state == State.ACTIVE and row.most >= 0
    can_pay: Literal["yes", "ask", "no"] = "ask"
    if row.state != State.ACTIVE:
        can_pay = "no"
    elif row.most >= amount and row.line != Line.NONE:
        can_pay = "yes"
    return OfficeView(
        code=row.code,
        name=row.name,
        commune=row.commune,
        district=row.district,
        open=is_open,
        can_pay=can_pay,
    )
