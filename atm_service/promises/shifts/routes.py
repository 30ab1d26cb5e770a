"""Shifts for the counter; leave to take one over for supervisors; breaks at openings for auditors."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

import ledger
from atm_service.platform import paging
from atm_service.platform.callers import InAuditor, InClerk, InSupervisor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts
from atm_service.promises.approvals import errors as approvals
from atm_service.promises.approvals.schemas import ApprovalView, ThresholdRequest
from atm_service.promises.shifts import colleagues, errors, service, store, words
from atm_service.promises.shifts.colleagues import ColleagueRequest
from atm_service.promises.shifts.domain import Shift, Stopped
from atm_service.promises.shifts.schemas import (
    CloseRequest,
    HandOverView,
    HeadroomView,
    MovementsView,
    OpeningBreakView,
    OpenShifts,
    OpenShiftView,
    ShiftRequest,
    ShiftView,
    TakeOverRequest,
)
from atm_service.registers.cash.errors import CountAgain, CountFirst, CountNeedsWord, NothingToApprove
from atm_service.registers.cash.schemas import CashCountView
from atm_service.registers.offices.errors import DrawerFrozen, DrawerUnknown, OfficeNotActive
from atm_service.registers.offices.schemas import InOfficeWanted
from atm_service.registers.staff import service as staff

router = APIRouter()

_WORD = (CountNeedsWord, approvals.ApprovalWaiting, approvals.ApprovalUsed)
_HIDDEN = frozenset({"clerk_id", "clerk_generation"})


@router.post(
    "/counter/v1/shifts",
    tags=["counter"],
    status_code=201,
    response_model=ShiftView,
    responses=refuses(
        errors.ShiftAlreadyOpen,
        errors.DrawerInUse,
        DrawerUnknown,
        DrawerFrozen,
        OfficeNotActive,
        CountAgain,
        *_WORD,
        keyed=True,
    ),
)
def open_shift(body: ShiftRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Open a shift at a counted drawer.

    A first count that differs from the ledger opens nothing: `count-again`, without a figure. The second stands, beyond
    the policy's threshold with a supervisor's word; what differs is posted, and kept as a break.
    """
    policy = context.policy
    return context.once(
        key,
        201,
        lambda session: _shift(
            session, service.open_shift(session, policy, clerk, body.drawer, body.counts, now)
        ),
    )


@router.post(
    "/counter/v1/counts/{id}/approval-request",
    name="ask_for_count",
    tags=["counter"],
    status_code=201,
    response_model=ApprovalView,
    responses=refuses(
        NotFound, NothingToApprove, approvals.AlreadyRequested, approvals.ApprovalUsed, keyed=True
    ),
)
def ask_for_count(
    id: UUID, body: ThresholdRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Ask a supervisor elsewhere to let this count stand, which still differs by much; then count the same again."""
    return context.once(
        key,
        201,
        lambda session: ApprovalView.of(words.ask(session, clerk, id, body.words, now), now, blind=True),
    )


@router.get("/counter/v1/shifts", name="office_shifts", tags=["counter"], responses=refuses())
def office_shifts(clerk: InClerk, context: InContext) -> OpenShifts:
    """List the open shifts of the clerk's office: whose, since when, and which may be taken over."""
    assert clerk.office is not None
    with context.reading() as session:
        return OpenShifts(items=_open(session, store.open_shifts_of(session, clerk.office)))


@router.get("/counter/v1/shifts/current", tags=["counter"], responses=refuses(errors.NoOpenShift))
def current_shift(clerk: InClerk, context: InContext) -> ShiftView:
    """Show the clerk's open shift."""
    with context.reading() as session:
        return _view(session, service.shift_of(session, clerk, *Stopped))


@router.get("/counter/v1/shifts/current/headroom", tags=["counter"], responses=refuses(errors.NoOpenShift))
def headroom(clerk: InClerk, context: InContext, now: InNow) -> HeadroomView:
    """Show what the office may still pay today and this month, and what the clerk's drawer has at least."""
    with context.reading() as session:
        left, drawer = service.headroom(session, context.policy, clerk, now)
    return HeadroomView(day_left=left.day, month_left=left.month, drawer_at_least=drawer)


@router.post(
    "/counter/v1/shifts/current/totals",
    tags=["counter"],
    responses=refuses(errors.NoOpenShift, CountFirst, posted=True),
)
def totals(clerk: InClerk, context: InContext, now: InNow) -> ShiftView:
    """Tell what went through the drawer so far and what it should hold. Each look is on record.

    Between a count that differed and one that stands it is told to nobody.
    """
    with context.transaction() as session:
        shift, expected = service.totals(session, clerk, now)
        movements = MovementsView(**vars(store.movements(session, shift)))
        return _view(session, shift).model_copy(update={"movements": movements, "expected": expected})


@router.post(
    "/counter/v1/shifts/current/count",
    name="count_drawer",
    tags=["counter"],
    response_model=CashCountView,
    responses=refuses(errors.NoOpenShift, errors.WithdrawalsStillPresented, *_WORD, keyed=True),
)
def count_drawer(body: CloseRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Count the drawer amid the shift, which goes on.

    A first count that differs from the ledger changes nothing, with `recount` and no figure; the second stands, beyond
    the policy's threshold with a supervisor's word, and what is over or short is posted and kept.
    """

    def work(session: Connection) -> CashCountView | Refusal:
        counted = service.count_drawer(session, context.policy, clerk, body.counts, now)
        return counted if isinstance(counted, Refusal) else CashCountView.of(counted)

    return context.once(key, 200, work)


@router.post(
    "/counter/v1/shifts/current/close",
    tags=["counter"],
    response_model=ShiftView,
    responses=refuses(errors.NoOpenShift, errors.WithdrawalsStillPresented, *_WORD, keyed=True),
)
def close_shift(body: CloseRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Close the shift by a count.

    A first count that differs from the ledger leaves it open, with `recount` and no figure; the second count stands,
    beyond the policy's threshold with a supervisor's word, and the answer says what is over or short.
    """
    policy = context.policy
    return context.once(
        key,
        200,
        lambda session: _shift(session, service.close_shift(session, policy, clerk, body.counts, now)),
    )


@router.post(
    "/counter/v1/shifts/current/hand-over",
    tags=["counter"],
    response_model=HandOverView,
    responses=refuses(
        errors.NoOpenShift,
        errors.WithdrawalsStillPresented,
        errors.ColleagueNotProved,
        errors.ColleagueBusy,
        errors.ColleagueFirstPassword,
        OfficeNotActive,
        DrawerFrozen,
        TooManyAttempts,
        *_WORD,
        keyed=True,
    ),
)
def hand_over(body: ColleagueRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Hand the drawer over to a colleague by one count: this shift is closed and the colleague's opened at once."""
    colleague = colleagues.prove(context, clerk, body, now)

    def work(session: Connection) -> HandOverView | Refusal:
        done = service.hand_over(session, context.policy, clerk, colleague, body.counts, now)
        if isinstance(done, Refusal):
            return done
        closed, opened = done
        return HandOverView(
            closed=_view(session, closed), opened=_view(session, opened) if opened is not None else None
        )

    return context.once(key, 200, work)


@router.post(
    "/counter/v1/shifts/{id}/take-over",
    tags=["counter"],
    response_model=ShiftView,
    responses=refuses(
        errors.ShiftUnknown,
        errors.OwnShift,
        errors.TakeOverNotGranted,
        errors.WithdrawalsStillPresented,
        *_WORD,
        keyed=True,
    ),
)
def take_over(
    id: UUID, body: CloseRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Close, by this clerk's count, the shift that an absent colleague left open; a supervisor has given leave."""
    policy = context.policy
    return context.once(
        key,
        200,
        lambda session: _shift(session, service.take_over(session, policy, clerk, id, body.counts, now)),
    )


@router.get("/staff/v1/shifts", name="open_shifts", tags=["staff"], responses=refuses(NotFound))
def open_shifts(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[OpenShiftView]:
    """List the open shifts of the supervisor's area or of the province, newest first."""
    with context.reading() as session:
        area, today = staff.scope(session, supervisor), ledger.business_date(now)
        rows = store.open_shifts(session, area, today, paging.read_id(cursor), limit + 1)
        items = _open(session, rows[:limit])
    return Page(items=items, next_cursor=paging.write(str(items[-1].id)) if len(rows) > limit else None)


@router.post(
    "/staff/v1/shifts/{id}/take-over",
    name="grant_take_over",
    tags=["staff"],
    response_model=OpenShiftView,
    responses=refuses(NotFound, errors.ShiftUnknown, keyed=True),
)
def grant_take_over(
    id: UUID, body: TakeOverRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Let another clerk of the office close this shift by a count, because its own clerk is not there."""

    def work(session: Connection) -> OpenShiftView:
        return _open(session, [service.grant_take_over(session, supervisor, id, body.reason, now)])[0]

    return context.once(key, 200, work)


@router.get("/audit/v1/opening-breaks", tags=["audit"], responses=refuses())
def opening_breaks(
    _: InAuditor,
    context: InContext,
    office: InOfficeWanted = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[OpeningBreakView]:
    """List drawers that were opened with another sum than their last close and what was moved since, newest first."""
    with context.reading() as session:
        rows = store.breaks(session, office, paging.read_id(cursor), limit + 1)
    # `_mapping` is a row's public mapping.
    return paging.page(rows, limit, lambda row: OpeningBreakView(**row._mapping), "shift_id")  # noqa: SLF001


def _shift(session: Connection, shift: Shift | Refusal) -> ShiftView | Refusal:
    """Show a shift; pass on what refuses a count that was kept."""
    return shift if isinstance(shift, Refusal) else _view(session, shift)


def _view(session: Connection, shift: Shift) -> ShiftView:
    facts = {name: value for name, value in vars(shift).items() if name not in _HIDDEN}
    facts |= vars(store.paid(session, shift.id))
    if shift.closed_at is None:
        return ShiftView(**facts, status="open", movements=None)
    movements = MovementsView(**vars(store.movements(session, shift)))
    return ShiftView(**facts, status="closed", movements=movements)


def _open(session: Connection, found: Sequence[Shift]) -> list[OpenShiftView]:
    granted = store.granted(session, [shift.id for shift in found])
    return [
        OpenShiftView(
            id=shift.id,
            office=shift.office,
            drawer=shift.drawer,
            clerk=shift.clerk,
            opened_at=shift.opened_at,
            may_be_taken_over=shift.id in granted,
        )
        for shift in found
    ]
