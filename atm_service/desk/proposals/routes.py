"""Deposits and assisted transfers at the counter: propose, ask where it takes a second person, confirm."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.desk.proposals import service
from atm_service.desk.proposals.errors import (
    ConfirmationNeeded,
    PayerUnknown,
    ProposalLapsed,
    WrongName,
)
from atm_service.desk.proposals.schemas import (
    DepositConfirmation,
    DepositRequest,
    DepositView,
    TransferConfirmation,
    TransferRequest,
    TransferView,
)
from atm_service.desk.proposals.views import shown
from atm_service.desk.vouchers import views
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.desk.vouchers.errors import VoucherExists
from atm_service.desk.vouchers.schemas import VoucherView
from atm_service.platform.callers import InClerk
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.idempotency import InKey, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts
from atm_service.promises.approvals import errors as approvals
from atm_service.promises.approvals.schemas import ApprovalView, ThresholdRequest
from atm_service.promises.shifts.errors import AT_WORK
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.headroom.errors import (
    CardLapsed,
    CoolingOff,
    CustomerLimitReached,
    OfficeLimitReached,
    TransferLimitReached,
)
from atm_service.registers.transfers.errors import SameAccount
from atm_service.registers.withdrawals import errors

router = APIRouter(prefix="/counter/v1", tags=["counter"])

_TRANSFER_LIMITS = (CardLapsed, TransferLimitReached, CustomerLimitReached, CoolingOff)
_STANDS = (NotFound, *AT_WORK, errors.WalletFrozen, ProposalLapsed, VoucherExists)
_ASKED = (*_STANDS, approvals.AlreadyRequested, approvals.ApprovalUsed)
_APPROVED = (
    approvals.ApprovalNeeded,
    approvals.ApprovalWaiting,
    approvals.ApprovalRefused,
    approvals.ApprovalExpired,
    approvals.ApprovalUsed,
)


@router.post(
    "/deposits",
    status_code=201,
    response_model=DepositView,
    responses=refuses(
        *AT_WORK,
        errors.WalletFrozen,
        PayeeUnknown,
        TooManyAttempts,
        errors.AmountOutOfRange,
        CustomerLimitReached,
        keyed=True,
    ),
)
def propose_deposit(
    body: DepositRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Name whose account the counted cash is to go to, and see the masked name. Nothing moves."""
    return _propose(context, clerk, body, key, now)


@router.post(
    "/transfers",
    status_code=201,
    response_model=TransferView,
    responses=refuses(
        *AT_WORK,
        errors.WalletFrozen,
        PayerUnknown,
        PayeeUnknown,
        SameAccount,
        TooManyAttempts,
        errors.AmountOutOfRange,
        *_TRANSFER_LIMITS,
        keyed=True,
    ),
)
def propose_transfer(
    body: TransferRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Name payer and payee, and see both masked names. Nothing moves."""
    return _propose(context, clerk, body, key, now)


@router.get("/deposits/{id}", response_model=DepositView, responses=refuses(NotFound))
def deposit(id: UUID, clerk: InClerk, context: InContext, now: InNow) -> DepositView | TransferView:
    """Show a deposit of this clerk."""
    return _look(context, clerk, VoucherKind.DEPOSIT, id, now)


@router.get("/transfers/{id}", response_model=TransferView, responses=refuses(NotFound))
def transfer(id: UUID, clerk: InClerk, context: InContext, now: InNow) -> DepositView | TransferView:
    """Show a transfer of this clerk."""
    return _look(context, clerk, VoucherKind.TRANSFER, id, now)


@router.post(
    "/deposits/{id}/approval-request",
    status_code=201,
    response_model=ApprovalView,
    responses=refuses(*_ASKED, keyed=True),
)
def ask_for_deposit(
    id: UUID, body: ThresholdRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Ask a supervisor elsewhere for a deposit above the policy's threshold."""
    return _ask(context, clerk, VoucherKind.DEPOSIT, id, body, key, now)


@router.post(
    "/transfers/{id}/approval-request",
    status_code=201,
    response_model=ApprovalView,
    responses=refuses(*_ASKED, keyed=True),
)
def ask_for_transfer(
    id: UUID, body: ThresholdRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Ask a supervisor elsewhere for a transfer above the policy's threshold."""
    return _ask(context, clerk, VoucherKind.TRANSFER, id, body, key, now)


@router.post(
    "/deposits/{id}/confirmation",
    status_code=201,
    response_model=VoucherView,
    responses=refuses(
        *_STANDS,
        ConfirmationNeeded,
        TooManyAttempts,
        errors.WrongIdentity,
        WrongName,
        errors.WrongPin,
        CustomerLimitReached,
        OfficeLimitReached,
        *_APPROVED,
        keyed=True,
    ),
)
def confirm_deposit(
    id: UUID, body: DepositConfirmation, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Take the cash in, after the customer's confirmation. Safe to repeat with the same key."""
    return _confirm(context, clerk, VoucherKind.DEPOSIT, id, body, key, now)


@router.post(
    "/transfers/{id}/confirmation",
    status_code=201,
    response_model=VoucherView,
    responses=refuses(
        *_STANDS,
        TooManyAttempts,
        errors.WrongPin,
        errors.InsufficientFunds,
        *_TRANSFER_LIMITS,
        *_APPROVED,
        keyed=True,
    ),
)
def confirm_transfer(
    id: UUID, body: TransferConfirmation, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Move the money, after the payer's PIN. Safe to repeat with the same key."""
    return _confirm(context, clerk, VoucherKind.TRANSFER, id, body, key, now)


def _propose(
    context: Context, clerk: Caller, body: DepositRequest | TransferRequest, key: Key, now: datetime
) -> Response:
    def work(session: Connection) -> DepositView | TransferView | Refusal:
        made = service.propose(session, context, clerk, body, now)
        return made if isinstance(made, Refusal) else shown(session, context, made, now)

    return context.once(key, 201, work)


def _look(
    context: Context, clerk: Caller, kind: VoucherKind, id: UUID, now: datetime
) -> DepositView | TransferView:
    with context.reading() as session:
        return shown(session, context, service.own(session, clerk, kind, id), now)


def _ask(
    context: Context,
    clerk: Caller,
    kind: VoucherKind,
    id: UUID,
    body: ThresholdRequest,
    key: Key,
    now: datetime,
) -> Response:
    return context.once(
        key,
        201,
        lambda session: ApprovalView.of(service.ask(session, clerk, kind, id, body.words, now), now),
    )


def _confirm(
    context: Context,
    clerk: Caller,
    kind: VoucherKind,
    id: UUID,
    proof: DepositConfirmation | TransferConfirmation,
    key: Key,
    now: datetime,
) -> Response:
    def work(session: Connection) -> VoucherView | Refusal:
        made = service.confirm(session, context, clerk, kind, id, proof, now)
        return made if isinstance(made, Refusal) else views.voucher(context, made)

    return context.once(key, 201, work)
