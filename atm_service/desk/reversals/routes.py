"""Reversals at the counter: ask, then undo by counted cash."""

from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.desk.reversals import service
from atm_service.desk.reversals.errors import MoneySpent
from atm_service.desk.vouchers import views
from atm_service.desk.vouchers.errors import CountDiffers, NotYours
from atm_service.desk.vouchers.schemas import CountRequest, VoucherView
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import errors as approvals
from atm_service.promises.approvals.domain import Reason
from atm_service.promises.approvals.schemas import ApprovalView, ReversalRequest
from atm_service.promises.shifts.errors import AT_WORK
from atm_service.registers.withdrawals import errors as withdrawals

router = APIRouter(prefix="/counter/v1", tags=["counter"])

_OF_ANY = (NotFound, NotYours, withdrawals.AlreadyReversed, withdrawals.NotToday)
_ASKED = (approvals.AlreadyRequested, approvals.ApprovalUsed)
_APPROVED = (
    approvals.ApprovalNeeded,
    approvals.ApprovalWaiting,
    approvals.ApprovalRefused,
    approvals.ApprovalExpired,
    approvals.ApprovalUsed,
    *AT_WORK,
    CountDiffers,
)


@router.post(
    "/withdrawals/{id}/reversal-request",
    name="ask_to_reverse",
    status_code=201,
    response_model=ApprovalView,
    responses=refuses(*_OF_ANY, withdrawals.NotPaid, *_ASKED, keyed=True),
)
def ask_for_withdrawal(
    id: UUID, body: ReversalRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Ask a supervisor elsewhere to let a payment of this clerk be undone today."""
    why = Reason(body.reason), body.words
    return context.once(
        key,
        201,
        lambda session: ApprovalView.of(service.ask_for_withdrawal(session, clerk, id, why, now), now),
    )


@router.post(
    "/withdrawals/{id}/reversal",
    name="reverse",
    status_code=201,
    response_model=VoucherView,
    responses=refuses(*_OF_ANY, withdrawals.NotPaid, *_APPROVED, keyed=True),
)
def withdrawal(
    id: UUID, body: CountRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Undo a payment by the cash that was counted back into the drawer. Safe to repeat with the same key."""
    return context.once(
        key,
        201,
        lambda session: views.voucher(
            context, service.withdrawal(session, context, clerk, id, body.counts, now)
        ),
    )


@router.post(
    "/deposits/{id}/reversal-request",
    name="ask_to_reverse_deposit",
    status_code=201,
    response_model=ApprovalView,
    responses=refuses(*_OF_ANY, *_ASKED, keyed=True),
)
def ask_for_deposit(
    id: UUID, body: ReversalRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Ask a supervisor elsewhere to let a deposit of this clerk be undone today."""
    why = Reason(body.reason), body.words
    return context.once(
        key, 201, lambda session: ApprovalView.of(service.ask_for_deposit(session, clerk, id, why, now), now)
    )


@router.post(
    "/deposits/{id}/reversal",
    name="reverse_deposit",
    status_code=201,
    response_model=VoucherView,
    responses=refuses(
        *_OF_ANY, *_APPROVED, withdrawals.WalletFrozen, withdrawals.DrawerShort, MoneySpent, keyed=True
    ),
)
def deposit(
    id: UUID, body: CountRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Undo a deposit by the cash that was counted back to the customer. Safe to repeat with the same key."""
    return context.once(
        key,
        201,
        lambda session: views.voucher(
            context, service.deposit(session, context, clerk, id, body.counts, now)
        ),
    )
