"""Withdrawals for the counter: present, pay, release, receipts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

import ledger
from atm_service.payout import paying, presenting, receipts, service, views
from atm_service.payout.schemas import PaymentRequest, PresentationRequest, PresentationView, ReceiptView
from atm_service.platform import paging
from atm_service.platform.callers import InClerk, InClerkAtDrawer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.days import InDay
from atm_service.platform.idempotency import InKey
from atm_service.platform.lean import LeanRoute
from atm_service.platform.numbers import Run
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.promises.reservations.errors import CashReserved
from atm_service.promises.shifts.errors import AT_WORK, NoOpenShift
from atm_service.registers.delegations import errors as delegations
from atm_service.registers.headroom import errors as headroom_errors
from atm_service.registers.notes.errors import MixOfOtherSum, NotesCannotMake, NotesNotThere
from atm_service.registers.withdrawals import errors

router = APIRouter(prefix="/counter/v1", tags=["counter"])

_ENDED = (
    errors.AlreadyPaid,
    errors.AlreadyPresented,
    errors.WithdrawalCancelled,
    errors.WithdrawalReversed,
    errors.CodeExpired,
    errors.WrongOffice,
    errors.WrongDay,
    errors.DrawerShort,
    errors.WalletFrozen,
    *AT_WORK,
    TooManyAttempts,
)

_DELEGATES = (
    delegations.DelegateRequired,
    delegations.DelegateNotAsked,
    delegations.WrongDelegate,
    delegations.DelegationRevoked,
    delegations.DelegationEnded,
    delegations.DelegationCeiling,
    delegations.DelegationMonth,
)


lean = APIRouter(prefix="/counter/v1", tags=["counter"], route_class=LeanRoute)


@lean.post(
    "/presentations",
    status_code=201,
    responses=refuses(
        errors.CodeMalformed,
        errors.DigitsMistyped,
        errors.CodeNotGenuine,
        errors.CodeNotYetValid,
        errors.CodeUnknown,
        errors.CodeReplaced,
        NotesCannotMake,
        *_ENDED,
        posted=True,
    ),
)
async def present(
    body: PresentationRequest, clerk: InClerkAtDrawer, context: InContext, now: InNow
) -> PresentationView:
    """Give this clerk's drawer the sole right to pay the code, for one lease. Safe to repeat."""
    return await presenting.present(context, presenting.Presentation(clerk, body.code, now))


@lean.post(
    "/withdrawals/{id}/payment",
    status_code=201,
    response_model=ReceiptView,
    responses=refuses(
        NotFound,
        errors.NotPresented,
        errors.WrongIdentity,
        errors.PinRequired,
        errors.WrongPin,
        headroom_errors.OfficeLimitReached,
        CashReserved,
        *_DELEGATES,
        NotesCannotMake,
        NotesNotThere,
        MixOfOtherSum,
        *_ENDED,
        keyed=True,
    ),
)
async def pay(
    id: UUID, body: PaymentRequest, clerk: InClerkAtDrawer, key: InKey, context: InContext
) -> Response:
    """Record that the clerk may hand over the cash. Safe to repeat with the same key."""
    answer = await paying.pay(context, paying.Payment(clerk, id, body, key))
    return answer.response()


@router.post(
    "/withdrawals/{id}/release", status_code=204, responses=refuses(NotFound, NoOpenShift, posted=True)
)
def release(id: UUID, clerk: InClerk, context: InContext, now: InNow) -> None:
    """Give the right to pay back, so that the code may be presented elsewhere. Harmless to repeat."""
    with context.transaction() as session:
        service.release(session, clerk, id, now)


@router.get("/receipts", name="receipts", responses=refuses())
def day(
    clerk: InClerk,
    context: InContext,
    now: InNow,
    date: InDay = None,
    withdrawal_id: Annotated[
        UUID | None, Query(description="only the receipt of this withdrawal, whatever its day")
    ] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[ReceiptView]:
    """List what the clerk's office paid on one day, newest first."""
    assert clerk.office is not None
    run = Run(clerk.office, date or ledger.business_date(now))
    with context.reading() as session:
        if withdrawal_id is not None:
            rows = receipts.of_withdrawal(session, clerk.office, withdrawal_id)
        else:
            rows = receipts.of_day(session, run, cursor, limit + 1)
    return paging.page(
        rows, limit, lambda row: views.receipt(context, row, unsigned=withdrawal_id is None), "number"
    )


@router.get("/receipts/{id}", responses=refuses(NotFound))
def receipt(id: UUID, clerk: InClerk, context: InContext) -> ReceiptView:
    """Show one receipt of the clerk's office."""
    assert clerk.office is not None
    with context.reading() as session:
        found = receipts.find(session, clerk.office, id)
    if found is None:
        raise NotFound
    return views.receipt(context, found)
