"""Cash for clerks: the vault, and deliveries to and from the own office."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.platform import paging
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.registers.cash import errors, requests, service, store, vaults
from atm_service.registers.cash.schemas import (
    AskRequest,
    CashRequestView,
    CountsRequest,
    DeliveryView,
    ReasonRequest,
    VaultView,
)
from atm_service.registers.notes import errors as note_errors
from atm_service.registers.offices.errors import OfficeNotActive

router = APIRouter(prefix="/counter/v1/cash", tags=["counter"])

_STEP = (errors.DeliveryUnknown, errors.DeliveryNotAtStep, errors.DeliveryOtherSide)


@router.get("/vault", name="vault", responses=refuses())
def show_vault(clerk: InClerk, context: InContext, now: InNow) -> VaultView:
    """Show when the office's vault was last counted, and whether that is due. What it should hold is told to nobody."""
    assert clerk.office is not None
    with context.reading() as session:
        last = vaults.last_count(session, context.policy, clerk.office, now)
    return VaultView(counted_at=last.counted_at, counted_by=last.clerk, count_due=last.is_due)


@router.post(
    "/requests",
    name="ask_for_cash",
    status_code=201,
    response_model=CashRequestView,
    responses=refuses(OfficeNotActive, errors.CashAsked, keyed=True),
)
def ask(body: AskRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Ask the area for cash. One request of an office waits at a time."""
    return context.once(
        key,
        201,
        lambda session: CashRequestView.of(requests.ask(session, clerk, body.amount, body.reason, now)),
    )


@router.get("/requests", name="cash_requests", responses=refuses())
def asked(
    clerk: InClerk, context: InContext, cursor: InCursor = None, limit: InLimit = paging.LIMIT_DEFAULT
) -> Page[CashRequestView]:
    """List what the clerk's office asked for and what became of it, newest first."""
    assert clerk.office is not None
    with context.reading() as session:
        found = requests.of_office(session, clerk.office, paging.read_id(cursor), limit + 1)
    return paging.page(found, limit, CashRequestView.of)


@router.get("/deliveries", name="office_deliveries", responses=refuses())
def deliveries(
    clerk: InClerk, context: InContext, cursor: InCursor = None, limit: InLimit = paging.LIMIT_DEFAULT
) -> Page[DeliveryView]:
    """List the open deliveries of the clerk's office, newest first, without the sum of what is to be counted."""
    with context.reading() as session:
        found = store.listed(session, "open", clerk.office, paging.read_id(cursor), limit + 1)
    return paging.page(found, limit, lambda one: DeliveryView.of(one, clerk))


@router.post(
    "/deliveries/{id}/send",
    name="send_delivery",
    response_model=DeliveryView,
    responses=refuses(
        *_STEP,
        errors.DeliverySumDiffers,
        errors.VaultCountDue,
        errors.CountFirst,
        note_errors.NotesNotThere,
        errors.VaultShort,
        keyed=True,
    ),
)
def send(
    id: UUID, body: CountsRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Hand cash that the area has ordered back over to the road, counted out of the vault."""
    return context.once(
        key,
        200,
        lambda session: DeliveryView.of(
            service.send(session, context.policy, clerk, id, body.counts, now), clerk
        ),
    )


@router.post(
    "/deliveries/{id}/receive",
    name="receive_delivery",
    response_model=DeliveryView,
    responses=refuses(*_STEP, keyed=True),
)
def receive(
    id: UUID, body: CountsRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Take a delivery into the vault by a count.

    A first count that differs from what was sent changes nothing, with `recount` and no figure; the second stands, and
    what is over or short waits for a supervisor's explanation.
    """

    def work(session: Connection) -> DeliveryView:
        received = service.receive(session, context.policy, clerk, id, body.counts, now)
        return DeliveryView.of(received.delivery, clerk, recount=received.recount)

    return context.once(key, 200, work)


@router.post(
    "/deliveries/{id}/refuse",
    name="refuse_delivery",
    response_model=DeliveryView,
    responses=refuses(*_STEP, keyed=True),
)
def refuse(
    id: UUID, body: ReasonRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow
) -> Response:
    """Do not take a delivery in: it goes back to the area."""
    return context.once(
        key, 200, lambda session: DeliveryView.of(service.refuse(session, clerk, id, body.reason, now), clerk)
    )
