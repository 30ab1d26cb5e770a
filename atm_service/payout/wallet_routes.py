"""Withdrawals for the wallet: authorise, look, show the QR, cancel."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from atm_service.payout import authorising, service, views
from atm_service.payout.schemas import WithdrawalRequest, WithdrawalView
from atm_service.platform import paging
from atm_service.platform.callers import InCustomer, InCustomerLocked
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.lean import LeanRoute
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.promises.reservations.errors import CannotReserve
from atm_service.registers.headroom import errors as headroom_errors
from atm_service.registers.offices.errors import OfficeNotActive, OfficeUnknown
from atm_service.registers.withdrawals import errors, qr, store

router = APIRouter(prefix="/wallet/v1/withdrawals", tags=["wallet"])
lean = APIRouter(prefix="/wallet/v1/withdrawals", tags=["wallet"], route_class=LeanRoute)

_FOUND = refuses(NotFound)
_PICTURE = refuses(NotFound, errors.CodeNotLive)


@lean.post(
    "",
    status_code=201,
    response_model=WithdrawalView,
    responses=refuses(
        errors.WrongPin,
        TooManyAttempts,
        errors.StepUpRequired,
        errors.WalletFrozen,
        errors.AmountOutOfRange,
        errors.AmountNotMultiple,
        errors.OfficeRequired,
        OfficeUnknown,
        OfficeNotActive,
        errors.TooManyLiveCodes,
        headroom_errors.CustomerLimitReached,
        headroom_errors.CardLapsed,
        headroom_errors.CoolingOff,
        errors.DayNotPossible,
        CannotReserve,
        errors.InsufficientFunds,
        keyed=True,
    ),
)
async def authorise(
    body: WithdrawalRequest, customer: InCustomerLocked, key: InKey, context: InContext, now: InNow
) -> Response:
    """Set the money aside and make a code. Safe to repeat with the same key."""
    if body.amount > context.policy.withdrawal.step_up_above:
        await run_in_threadpool(authorising.step_up, context, customer, key, body.pin, body.face_capture, now)
    answer = await authorising.authorise(context, authorising.Wish(customer, body, key))
    return answer.response()


@router.get("", responses=refuses())
def withdrawals(
    customer: InCustomer,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[WithdrawalView]:
    """List the customer's withdrawals, newest first."""
    with context.reading() as session:
        rows = store.list_of_customer(session, customer.subject, paging.read_id(cursor), limit + 1)
    return paging.page(rows, limit, lambda row: views.withdrawal(service.show(context, *row, now)))


@router.get("/{id}", responses=_FOUND)
def withdrawal(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> WithdrawalView:
    """Show one withdrawal; code and digits while it is live."""
    return views.withdrawal(_shown(context, customer.subject, id, now))


@router.get(
    "/{id}/qr.svg",
    response_class=Response,
    responses=_PICTURE | {200: {"content": {"image/svg+xml": {}}, "description": "The QR"}},
)
def qr_svg(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Draw the code as a QR in SVG."""
    return Response(
        qr.svg(_code(context, customer.subject, id, now)), media_type="image/svg+xml; charset=utf-8"
    )


@router.get(
    "/{id}/qr.png",
    response_class=Response,
    responses=_PICTURE | {200: {"content": {"image/png": {}}, "description": "The QR"}},
)
def qr_png(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Draw the code as a QR in PNG."""
    return Response(qr.png(_code(context, customer.subject, id, now)), media_type="image/png")


@router.post(
    "/{id}/cancel",
    response_model=WithdrawalView,
    responses=refuses(NotFound, errors.BeingPaid, errors.AlreadyEnded, keyed=True),
)
def cancel(id: UUID, customer: InCustomer, key: InKey, context: InContext, now: InNow) -> Response:
    """Give the withdrawal up: the money is available again at once."""
    return context.once(
        key,
        200,
        lambda session: views.withdrawal(
            service.Shown(service.cancel(session, context, customer, id, now), None, None)
        ),
    )


def _shown(context: Context, customer_id: UUID, id: UUID, now: InNow) -> service.Shown:
    with context.reading() as session:
        found = store.of_customer(session, customer_id, id)
    if found is None:
        raise NotFound
    return service.show(context, *found, now)


def _code(context: Context, customer_id: UUID, id: UUID, now: InNow) -> str:
    shown = _shown(context, customer_id, id, now)
    if shown.code is None:
        raise errors.CodeNotLive(ended_as=shown.withdrawal.status)
    return shown.code
