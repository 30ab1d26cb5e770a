"""Delegations: made and revoked at the counter by card and PIN; seen and revoked in the wallet."""

from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.desk.delegations import service, views
from atm_service.desk.delegations.schemas import CustomerCard, DelegationRequest, Delegations, DelegationView
from atm_service.desk.proposals.errors import PayerUnknown
from atm_service.desk.slips import service as slips
from atm_service.desk.slips.schemas import CustomerProof
from atm_service.platform.callers import InClerk, InCustomer, InCustomerActing
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.promises.shifts.errors import NoOpenShift
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.delegations import errors
from atm_service.registers.offices.errors import OfficeNotActive, OfficeUnknown
from atm_service.registers.withdrawals.errors import WrongPin

router = APIRouter()

_PROOF = (NoOpenShift, PayerUnknown, TooManyAttempts, WrongPin)


@router.post(
    "/counter/v1/delegations",
    tags=["counter"],
    name="make_delegation",
    status_code=201,
    response_model=DelegationView,
    responses=refuses(
        *_PROOF,
        errors.DelegateIsCustomer,
        errors.DelegationTooLarge,
        errors.DelegationTooLong,
        OfficeUnknown,
        OfficeNotActive,
        keyed=True,
    ),
)
def make(body: DelegationRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Write down who may collect for the customer, who is here with card and PIN."""
    here = slips.prove(context, clerk, body, now)
    return context.once(
        key,
        201,
        lambda session: views.delegation(
            context,
            service.make(session, context, clerk, here.customer_id, here.shift, body, now),
            now,
        ),
    )


@router.post(
    "/counter/v1/delegations/find",
    tags=["counter"],
    name="find_delegations",
    responses=refuses(PayerUnknown, TooManyAttempts, posted=True),
)
def find(body: CustomerCard, clerk: InClerk, context: InContext, now: InNow) -> Delegations:
    """List the delegations of a customer whose card is on the counter."""
    try:
        with context.transaction() as session:
            customer_id = slips.named(session, context, clerk, body.id_number, now)
            known = service.of_customer(session, customer_id, now)
    except PayeeUnknown:
        customers.count_unknown(context, clerk, now)
        raise PayerUnknown from None
    return Delegations(delegations=[views.delegation(context, one, now) for one in known])


@router.post(
    "/counter/v1/delegations/{id}/revocation",
    tags=["counter"],
    name="revoke_delegation",
    responses=refuses(NotFound, *_PROOF, posted=True),
)
def revoke(id: UUID, body: CustomerProof, clerk: InClerk, context: InContext, now: InNow) -> DelegationView:
    """End a delegation at once, by the customer's card and PIN, at any counter. Harmless to repeat."""
    here = slips.prove(context, clerk, body, now)
    with context.transaction() as session:
        ended = service.revoke(session, context, clerk, here.customer_id, id, now)
    return views.delegation(context, ended, now)


@router.get("/wallet/v1/delegations", tags=["wallet"], name="delegations", responses=refuses())
def of_customer(customer: InCustomer, context: InContext, now: InNow) -> Delegations:
    """List the customer's own delegations, newest first."""
    with context.transaction() as session:
        known = service.of_customer(session, customer.subject, now)
    return Delegations(delegations=[views.delegation(context, one, now) for one in known])


@router.post(
    "/wallet/v1/delegations/{id}/revocation",
    tags=["wallet"],
    name="end_delegation",
    responses=refuses(NotFound, posted=True),
)
def end(id: UUID, customer: InCustomerActing, context: InContext, now: InNow) -> DelegationView:
    """End an own delegation at once. Harmless to repeat."""
    with context.transaction() as session:
        ended = service.revoke(session, context, customer, customer.subject, id, now)
    return views.delegation(context, ended, now)
