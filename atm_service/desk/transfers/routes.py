"""Assisted transfers at the counter: propose, ask where it takes a second person, confirm by PIN."""

from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.desk.transfers import service
from atm_service.desk.transfers.errors import PayerUnknown, SameAccount, TransferLimitReached
from atm_service.desk.transfers.schemas import TransferConfirmation, TransferRequest, TransferView
from atm_service.desk.transfers.views import transfer as shown
from atm_service.desk.vouchers import views
from atm_service.desk.vouchers.errors import ProposalLapsed, VoucherExists
from atm_service.desk.vouchers.schemas import VoucherView
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

router = APIRouter(prefix="/counter/v1/transfers", tags=["counter"])

_LIMITS = (TransferLimitReached, headroom_errors.CustomerLimitReached)


@router.post(
    "",
    name="propose_transfer",
    status_code=201,
    response_model=TransferView,
    responses=refuses(
        NoOpenShift,
        PayerUnknown,
        PayeeUnknown,
        SameAccount,
        TooManyAttempts,
        errors.AmountOutOfRange,
        *_LIMITS,
        keyed=True,
    ),
)
def propose(body: TransferRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Name payer and payee, and see both masked names. Nothing moves."""
    try:
        with context.transaction() as session:
            answer = key.once(
                session,
                201,
                lambda: shown(session, context, service.propose(session, context, clerk, body, now), now),
            )
    except (PayeeUnknown, PayerUnknown):
        customers.count_unknown(context, clerk, now)
        raise
    return answer.response()


@router.get("/{id}", name="transfer", responses=refuses(NotFound))
def look(id: UUID, clerk: InClerk, context: InContext, now: InNow) -> TransferView:
    """Show a transfer of this clerk."""
    with context.transaction() as session:
        return shown(session, context, service.own(session, clerk, id), now)


@router.post(
    "/{id}/approval-request",
    name="ask_for_transfer",
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
    """Ask a supervisor elsewhere for a transfer above the policy's threshold."""
    with context.transaction() as session:
        answer = key.once(
            session, 201, lambda: ApprovalView.of(service.ask(session, clerk, id, body.words, now), now)
        )
    return answer.response()


@router.post(
    "/{id}/confirmation",
    name="confirm_transfer",
    status_code=201,
    response_model=VoucherView,
    responses=refuses(
        NotFound,
        NoOpenShift,
        ProposalLapsed,
        VoucherExists,
        TooManyAttempts,
        errors.WrongPin,
        errors.InsufficientFunds,
        *_LIMITS,
        approvals.ApprovalNeeded,
        approvals.ApprovalWaiting,
        approvals.ApprovalRefused,
        approvals.ApprovalExpired,
        approvals.ApprovalUsed,
        keyed=True,
    ),
)
def confirm(
    id: UUID, body: TransferConfirmation, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Move the money, after the payer's PIN. Safe to repeat with the same key."""
    service.prove_pin(context, clerk, id, body.pin, now)
    with context.transaction() as session:
        answer = key.once(
            session,
            201,
            lambda: views.voucher(context, service.confirm(session, context, clerk, id, now)),
        )
    return answer.response()
