"""Offices for the wallet, shifts for the counter."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection, Row

from atm_service import paging
from atm_service.callers import InClerk
from atm_service.context import InContext, InNow
from atm_service.idempotency import InKey
from atm_service.limits.policy import AMOUNT_MAX
from atm_service.offices import errors, service, store
from atm_service.offices.domain import Line, Shift, State
from atm_service.offices.schemas import (
    CloseRequest,
    Districts,
    DistrictView,
    OfficeView,
    ShiftRequest,
    ShiftView,
)
from atm_service.paging import InCursor, InLimit, Page
from atm_service.problems import refuses

router = APIRouter()


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
            pattern=r"^[^\x00-\x1f\x7f]*$",
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


@router.post(
    "/counter/v1/shifts",
    tags=["counter"],
    status_code=201,
    response_model=ShiftView,
    responses=refuses(
        errors.ShiftAlreadyOpen, errors.DrawerInUse, errors.DrawerUnknown, errors.OfficeNotActive, keyed=True
    ),
)
def open_shift(body: ShiftRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Open a shift at a counted drawer."""
    with context.transaction() as session:
        answer = key.once(
            session,
            201,
            lambda: _shift(session, service.open_shift(session, clerk, body.drawer, body.counts, now)),
        )
    return answer.response()


@router.get("/counter/v1/shifts/current", tags=["counter"], responses=refuses(errors.NoOpenShift))
def current_shift(clerk: InClerk, context: InContext) -> ShiftView:
    """Show the clerk's open shift."""
    with context.transaction() as session:
        return _shift(session, service.shift_of(session, clerk))


@router.post(
    "/counter/v1/shifts/current/close",
    tags=["counter"],
    response_model=ShiftView,
    responses=refuses(errors.NoOpenShift, errors.WithdrawalsStillPresented, keyed=True),
)
def close_shift(body: CloseRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Close the shift by a count; the answer says what is over or short."""
    with context.transaction() as session:
        answer = key.once(
            session, 200, lambda: _shift(session, service.close_shift(session, clerk, body.counts, now))
        )
    return answer.response()


def _shift(session: Connection, shift: Shift) -> ShiftView:
    number, total = store.paid(session, shift.id)
    facts = {name: value for name, value in vars(shift).items() if name != "clerk_id"}
    status: Literal["open", "closed"] = "closed" if shift.closed_at else "open"
    return ShiftView(**facts, status=status, paid_count=number, paid_total=total)
