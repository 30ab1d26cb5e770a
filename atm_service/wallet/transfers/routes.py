"""Transfers for the wallet: look a payee up, send, look back; and what names the own wallet to a payer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from atm_service.platform import paging
from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts
from atm_service.platform.visitors import InVisitor
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.headroom.errors import (
    CardLapsed,
    CoolingOff,
    CustomerLimitReached,
    TransferLimitReached,
)
from atm_service.registers.transfers.errors import SameAccount
from atm_service.registers.withdrawals import errors, qr
from atm_service.wallet.transfers import domain, service, store, views
from atm_service.wallet.transfers.errors import (
    AlreadySent,
    IntentionLapsed,
    PayeeCannotReceive,
    ReceiveCodeMalformed,
)
from atm_service.wallet.transfers.schemas import (
    IntentionView,
    PayeeRequest,
    PeopleView,
    ReceiveView,
    SendRequest,
    WalletTransferView,
)

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])


@router.post(
    "/payees",
    name="look_up_payee",
    responses=refuses(
        errors.WalletFrozen,
        ReceiveCodeMalformed,
        NotFound,
        PayeeUnknown,
        TooManyAttempts,
        SameAccount,
        PayeeCannotReceive,
        posted=True,
    ),
)
def look_up(
    body: PayeeRequest, customer: InCustomer, visitor: InVisitor, context: InContext, now: InNow
) -> IntentionView:
    """Name whom to pay, and see the masked name, the fee and what may still be sent. Nothing moves."""
    with context.transaction() as session:
        shown = service.look_up(session, context, customer, body.to, visitor.address, now)
    if isinstance(shown, Refusal):  # raised only now: that a name was nobody's must be committed
        raise shown
    return shown


@router.get("/payees", name="payees", responses=refuses())
def people(customer: InCustomer, context: InContext) -> PeopleView:
    """List those who were paid last, to be paid again without typing a number."""
    with context.reading() as session:
        found = store.people(session, customer.subject)
    return PeopleView(items=[views.paid(context, one) for one in found])


@router.post(
    "/transfers",
    name="send",
    status_code=201,
    response_model=WalletTransferView,
    responses=refuses(
        errors.WrongPin,
        TooManyAttempts,
        errors.StepUpRequired,
        errors.WalletFrozen,
        AlreadySent,
        IntentionLapsed,
        PayeeCannotReceive,
        errors.AmountOutOfRange,
        TransferLimitReached,
        CustomerLimitReached,
        CardLapsed,
        CoolingOff,
        errors.InsufficientFunds,
        keyed=True,
    ),
)
def send(body: SendRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow) -> Response:
    """Send money to the person who was looked up. Safe to repeat with the same key."""
    return service.send(context, customer, body, key, now).response()


@router.get("/transfers", name="transfers", responses=refuses())
def listed(
    customer: InCustomer,
    context: InContext,
    intention_id: Annotated[UUID | None, Query(description="only what was sent by this intention")] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[WalletTransferView]:
    """List what the customer has sent and received from phone to phone, newest first."""
    with context.reading() as session:
        if intention_id is None:
            found = store.listed(session, customer.subject, paging.read_id(cursor), limit + 1)
        else:
            found = store.of_intention(session, customer.subject, intention_id)
    return paging.page(found, limit, lambda one: views.transfer(context, one))


@router.get("/transfers/{id}", name="transfer", responses=refuses(NotFound))
def look(id: UUID, customer: InCustomer, context: InContext) -> WalletTransferView:
    """Show one transfer with its proof, to whoever sent or received it."""
    with context.reading() as session:
        found = service.own(session, customer.subject, id)
    return views.transfer(context, found)


@router.get("/receive", name="receive", responses=refuses(NotFound))
def receive(customer: InCustomer, context: InContext) -> ReceiveView:
    """Give what names the own wallet to whoever wants to pay. It stays as it is, and tells nothing of its owner."""
    with context.reading() as session:
        name = views.person(session, context, customer.subject).masked_name
    return ReceiveView(code=domain.receive_code(customer.subject), masked_name=name)


@router.get(
    "/receive/qr.svg",
    name="receive_svg",
    response_class=Response,
    responses=refuses() | {200: {"content": {"image/svg+xml": {}}, "description": "The QR"}},
)
def qr_svg(customer: InCustomer) -> Response:
    """Draw it as a QR in SVG."""
    picture = qr.svg(domain.receive_code(customer.subject))
    return Response(picture, media_type="image/svg+xml; charset=utf-8")


@router.get(
    "/receive/qr.png",
    name="receive_png",
    response_class=Response,
    responses=refuses() | {200: {"content": {"image/png": {}}, "description": "The QR"}},
)
def qr_png(customer: InCustomer) -> Response:
    """Draw it as a QR in PNG."""
    return Response(qr.png(domain.receive_code(customer.subject)), media_type="image/png")
