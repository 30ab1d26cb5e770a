"""Top-ups, payouts and bills for the wallet."""

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
from atm_service.registers.billers.errors import BillPaid, BillUnknown
from atm_service.registers.headroom import service as headroom
from atm_service.registers.headroom.errors import (
    CardLapsed,
    CoolingOff,
    CustomerLimitReached,
    TransferLimitReached,
)
from atm_service.registers.withdrawals import errors
from atm_service.wallet.bank_payments import cases, service, store
from atm_service.wallet.bank_payments.errors import BankPaymentPending, BillBegun, BillOfferLapsed, FeeChanged
from atm_service.wallet.bank_payments.schemas import (
    BankPaymentView,
    BillRequest,
    BillView,
    CaseRequest,
    OfferView,
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
    errors.AmountOutOfRange,
    BankPaymentPending,
)
_OUT = (
    errors.StepUpRequired,
    TransferLimitReached,
    CustomerLimitReached,
    CardLapsed,
    CoolingOff,
    errors.InsufficientFunds,
)


@router.post(
    "/top-ups",
    status_code=201,
    response_model=BankPaymentView,
    responses=refuses(*_BEGUN, BankLinkUnknown, keyed=True),
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
    responses=refuses(*_BEGUN, *_OUT, BankLinkUnknown, FeeChanged, keyed=True),
)
def payout(body: PayoutRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow) -> Response:
    """Pay money out to a linked account. Safe to repeat with the same key, as a top-up is.

    Amount and fee are set aside at once; the bank's yes takes them, its no gives them back.
    """
    return service.pay(context, customer, body, key, now).response()


@router.post(
    "/bill-offers",
    name="look_up_bill",
    responses=refuses(
        errors.WalletFrozen, TooManyAttempts, BillUnknown, BillPaid, errors.AmountOutOfRange, posted=True
    ),
)
def look_up_bill(body: CaseRequest, customer: InCustomer, context: InContext, now: InNow) -> OfferView:
    """Name a case, and see what is due, from whom, and the fee. Nothing moves. 503 while the biller is silent."""
    return cases.look_up(context, customer, body, now)


@router.post(
    "/bills",
    name="pay_bill",
    status_code=201,
    response_model=BankPaymentView,
    responses=refuses(*_BEGUN, *_OUT, BillOfferLapsed, BillBegun, keyed=True),
)
def pay_bill(body: BillRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow) -> Response:
    """Pay what was looked up, and nothing else. Safe to repeat with the same key, as a payout is.

    Amount and fee are set aside at once; the biller's yes takes them, its no gives them back: `already-paid` by
    somebody else, or `amount-changed` since the look-up.
    """
    return service.pay(context, customer, body, key, now).response()


@router.get("/bills/{id}", responses=refuses(NotFound))
def bill(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> BillView:
    """Show one of the customer's bills, with the signed proof that it was paid."""
    return cases.view(context, customer.subject, id, now)


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
    pending: Annotated[bool, Query(description="only what waits for a bank or a biller")] = False,  # noqa: FBT002  a query
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[BankPaymentView]:
    """List the customer's top-ups, payouts and bills, newest first."""
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
    """Tell where one of the customer's top-ups, payouts or bills stands."""
    with context.reading() as session:
        found = service.own(session, customer.subject, id)
    return BankPaymentView.of(found)
