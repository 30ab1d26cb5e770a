"""Deposits at the counter: propose, ask where it takes a second person, confirm."""

from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.desk.deposits import service
from atm_service.desk.deposits.errors import ConfirmationNeeded
from atm_service.desk.deposits.schemas import ConfirmedByPin, DepositConfirmation, DepositRequest, DepositView
from atm_service.desk.deposits.views import deposit as shown
from atm_service.desk.vouchers import views
from atm_service.desk.vouchers.errors import ProposalLapsed, VoucherExists
from atm_service.desk.vouchers.schemas import VoucherView
from atm_service.payout.service import count_wrong_card
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.promises.approvals import errors as approvals
from atm_service.promises.approvals.schemas import ApprovalView, ThresholdRequest
from atm_service.promises.shifts.errors import NoOpenShift
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.headroom import errors as headroom_errors
from atm_service.registers.withdrawals import errors

router = APIRouter(prefix="/counter/v1/deposits", tags=["counter"])


@router.post(
    "",
    name="propose_deposit",
    status_code=201,
    response_model=DepositView,
    responses=refuses(
        NoOpenShift,
        PayeeUnknown,
        TooManyAttempts,
        errors.AmountOutOfRange,
        headroom_errors.CustomerLimitReached,
        keyed=True,
    ),
)
def propose(body: DepositRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Name whose account the counted cash is to go to, and see the masked name. Nothing moves."""
    try:
        with context.transaction() as session:
            answer = key.once(
                session,
                201,
                lambda: shown(session, context, service.propose(session, context, clerk, body, now), now),
            )
    except PayeeUnknown:
        customers.count_unknown(context, clerk, now)
        raise
    return answer.response()


@router.get("/{id}", name="deposit", responses=refuses(NotFound))
def look(id: UUID, clerk: InClerk, context: InContext, now: InNow) -> DepositView:
    """Show a deposit of this clerk."""
    with context.transaction() as session:
        return shown(session, context, service.own(session, clerk, id), now)


@router.post(
    "/{id}/approval-request",
    name="ask_for_deposit",
    status_code=201,
    response_model=ApprovalView,
    responses=refuses(
        NotFound,
        NoOpenShift,
        ProposalLapsed,
        VoucherExists,
        approvals.AlreadyRequested,
        approvals.ApprovalUsed,
        keyed=True,
    ),
)
def ask(
    id: UUID, body: ThresholdRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Ask a supervisor elsewhere for a deposit above the policy's threshold."""
    with context.transaction() as session:
        answer = key.once(
            session,
            201,
            lambda: ApprovalView.of(service.ask(session, clerk, id, body.words, now), now),
        )
    return answer.response()


@router.post(
    "/{id}/confirmation",
    name="confirm_deposit",
    status_code=201,
    response_model=VoucherView,
    responses=refuses(
        NotFound,
        NoOpenShift,
        ProposalLapsed,
        VoucherExists,
        ConfirmationNeeded,
        TooManyAttempts,
        errors.WrongIdentity,
        errors.WrongPin,
        headroom_errors.CustomerLimitReached,
        headroom_errors.OfficeLimitReached,
        approvals.ApprovalNeeded,
        approvals.ApprovalWaiting,
        approvals.ApprovalRefused,
        approvals.ApprovalExpired,
        approvals.ApprovalUsed,
        keyed=True,
    ),
)
def confirm(
    id: UUID, body: DepositConfirmation, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Take the cash in, after the customer's confirmation. Safe to repeat with the same key."""
    if isinstance(body, ConfirmedByPin):
        service.prove_pin(context, clerk, id, body.pin, now)
    try:
        with context.transaction() as session:
            answer = key.once(
                session,
                201,
                lambda: views.voucher(context, service.confirm(session, context, clerk, id, body, now)),
            )
    except errors.WrongIdentity:
        left = count_wrong_card(context, id, now)
        raise errors.WrongIdentity(remaining_attempts=left) from None
    return answer.response()
