"""Wallets and drawers: looked up, frozen and thawed. Offices are suspended: see `control/offices`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy import Connection

import ledger
from atm_service.control.freezes import service
from atm_service.control.freezes.schemas import (
    CustomerFreezeRequest,
    CustomerSearch,
    CustomerState,
    Drawers,
    FreezeRequest,
    OfficeDrawer,
)
from atm_service.platform.callers import InOverseer
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.customers.errors import FrozenByCustomer, PayeeUnknown
from atm_service.registers.offices import errors, life, life_store
from atm_service.registers.offices.schemas import InOffice
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.errors import DeciderTied

router = APIRouter(prefix="/staff/v1", tags=["staff"])

InDrawer = Annotated[int, Path(ge=1, le=99)]


@router.post(
    "/customers/search",
    name="find_customer",
    responses=refuses(NotFound, PayeeUnknown, TooManyAttempts, posted=True),
)
def find(body: CustomerSearch, overseer: InOverseer, context: InContext, now: InNow) -> CustomerState:
    """Find a customer by phone or card number, with a masked name. Names that are nobody's are counted."""
    with context.reading() as session:
        found = customers.named(session, context, overseer, now, PayeeUnknown(), **body.who.model_dump())
        if not isinstance(found, Refusal):
            return _customer(session, context, found)
    raise found


@router.post(
    "/customers/{id}/freeze",
    name="freeze_customer",
    response_model=CustomerState,
    responses=refuses(NotFound, errors.FreezeUnchanged, FrozenByCustomer, DeciderTied, keyed=True),
)
def freeze_customer(
    id: UUID, body: CustomerFreezeRequest, overseer: InOverseer, key: InKey, context: InContext, now: InNow
) -> Response:
    """Freeze a wallet or thaw it. Frozen, no money goes out of it from this answer on, and its sessions end.

    Customers have no area: every supervisor may freeze, and who looks after the whole province may thaw. What the
    customer has frozen is thawed at a counter alone, whatever the staff have done meanwhile; but where no face can be
    matched, a supervisor of the province thaws it (`customers_too`) with what another one has frozen.
    """

    def work(session: Connection) -> CustomerState:
        if staff.scope(session, overseer) is not None and not body.frozen:
            raise NotFound
        if body.customers_too and not body.frozen:
            service.thaw_with_the_customers(session, context, overseer, id, body.reason, now)
        else:
            customers.freeze(session, overseer, id, body.reason, now, frozen=body.frozen)
        return _customer(session, context, id)

    return context.once(key, 200, work)


@router.get(
    "/offices/{code}/drawers",
    name="office_drawers",
    responses=refuses(NotFound, errors.OfficeUnknown),
)
def drawers(code: InOffice, overseer: InOverseer, context: InContext, now: InNow) -> Drawers:
    """List an office's drawers, and which of them are frozen."""
    with context.reading() as session:
        staff.office_in_scope(session, overseer, code, ledger.business_date(now))
        return Drawers(items=[OfficeDrawer.of(one) for one in life_store.drawers(session, code)])


@router.post(
    "/offices/{code}/drawers/{number}/freeze",
    name="freeze_drawer",
    response_model=Drawers,
    responses=refuses(
        NotFound,
        errors.OfficeUnknown,
        errors.OfficeClosed,
        errors.DrawerUnknown,
        errors.FreezeUnchanged,
        keyed=True,
    ),
)
def freeze_drawer(
    code: InOffice,
    number: InDrawer,
    body: FreezeRequest,
    overseer: InOverseer,
    key: InKey,
    context: InContext,
    now: InNow,
) -> Response:
    """Freeze a drawer or thaw it. Frozen, it may only be counted and closed, from this answer on."""

    def work(session: Connection) -> Drawers:
        staff.office_in_scope(session, overseer, code, ledger.business_date(now))
        life.freeze_drawer(session, overseer, code, number, body.reason, now, frozen=body.frozen)
        return Drawers(items=[OfficeDrawer.of(one) for one in life_store.drawers(session, code)])

    return context.once(key, 200, work)


def _customer(session: Connection, context: Context, id: UUID) -> CustomerState:
    freeze = customer_store.freeze_of(session, id)
    assert freeze is not None
    return CustomerState.of(id, customers.masked(customers.identity(session, context, id)), freeze)
