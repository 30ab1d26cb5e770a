"""Top-ups and payouts for the wallet."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from atm_service.platform import paging
from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.banks.errors import BankLinkUnknown
from atm_service.registers.headroom import service as headroom
from atm_service.registers.headroom.errors import (
    CardLapsed,
    CoolingOff,
    CustomerLimitReached,
    TransferLimitReached,
)
from atm_service.registers.withdrawals import errors
from atm_service.wallet.bank_payments import service, store
from atm_service.wallet.bank_payments.errors import BankPaymentPending, FeeChanged
from atm_service.wallet.bank_payments.schemas import (
    BankPaymentView,
    PayoutRequest,
    TermsView,
    TopUpRequest,
    WayView,
)

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])

_BEGUN = (
    errors.WrongPin,
    TooManyAttempts,
    errors.WalletFrozen,
    BankLinkUnknown,
    errors.AmountOutOfRange,
    BankPaymentPending,
)


@router.post(
    "/top-ups",
    status_code=201,
    response_model=BankPaymentView,
    responses=refuses(*_BEGUN, keyed=True),
)
def top_up(body: TopUpRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow) -> Response:
    """Bring money in from a linked account. Safe to repeat with the same key: one debit at the bank at most.

    The key remembers which top-up it began; the answer is that top-up as it is now. So a repetition may find
    `succeeded` where the first answer was `pending` (docs/decisions/0003-top-up-replay.md), and nothing else.
    """
    return service.pay(context, customer, body, key, now).response()


@router.post(
    "/payouts",
    status_code=201,
    response_model=BankPaymentView,
    responses=refuses(
        *_BEGUN,
        errors.StepUpRequired,
        FeeChanged,
        TransferLimitReached,
        CustomerLimitReached,
        CardLapsed,
        CoolingOff,
        errors.InsufficientFunds,
        keyed=True,
    ),
)
def payout(body: PayoutRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow) -> Response:
    """Pay money out to a linked account. Safe to repeat with the same key, as a top-up is.

    Amount and fee are set aside at once; the bank's yes takes them, its no gives them back.
    """
    return service.pay(context, customer, body, key, now).response()


@router.get("/bank-payment-terms", responses=refuses())
def bank_payment_terms(customer: InCustomer, context: InContext, now: InNow) -> TermsView:
    """Tell what a top-up or payout may be and costs, before anybody agrees to it."""
    policy = context.policy
    with context.reading() as session:
        left = headroom.left_to_send(session, policy, customer.subject, now)
    ways = {
        name: WayView(amount_min=way.amount_min, amount_max=way.amount_max, fee=way.fee)
        for name, way in (("top_up", policy.top_up), ("payout", policy.payout))
    }
    return TermsView(**ways, left_today=left.amount, renews_on=left.renews_on)


@router.get("/bank-payments", responses=refuses())
def bank_payments(
    customer: InCustomer,
    context: InContext,
    key: Annotated[
        str | None,
        Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="only what this Idempotency-Key has begun"),
    ] = None,
    pending: Annotated[bool, Query(description="only what waits for a bank")] = False,  # noqa: FBT002  a query
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[BankPaymentView]:
    """List the customer's top-ups and payouts, newest first."""
    with context.reading() as session:
        if key is None:
            found = store.listed(
                session, customer.subject, paging.read_id(cursor), limit + 1, pending=pending
            )
        else:
            found = store.of_key(session, customer.subject, key)
    return paging.page(found, limit, BankPaymentView.of)


@router.get("/bank-payments/{id}", responses=refuses(NotFound))
def bank_payment(id: UUID, customer: InCustomer, context: InContext) -> BankPaymentView:
    """Tell where one of the customer's top-ups or payouts stands."""
    with context.reading() as session:
        found = service.own(session, customer.subject, id)
    return BankPaymentView.of(found)
