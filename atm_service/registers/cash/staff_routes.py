"""Deliveries for supervisors: order, send, receive back, call off, explain."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

import ledger
from atm_service.platform import paging
from atm_service.platform.callers import InSupervisor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.cash import errors, requests, service, store
from atm_service.registers.cash.schemas import (
    CashRequestView,
    CountsRequest,
    DeliveryRequest,
    DeliveryView,
    OrderRequest,
    ReasonRequest,
)
from atm_service.registers.offices.errors import OfficeNotActive, OfficeUnknown
from atm_service.registers.offices.schemas import InOfficeWanted
from atm_service.registers.staff import service as staff

router = APIRouter(prefix="/staff/v1/deliveries", tags=["staff"])

_STEP = (NotFound, errors.DeliveryUnknown, errors.DeliveryNotAtStep, errors.DeliveryOtherSide)


@router.post(
    "",
    name="order_delivery",
    status_code=201,
    response_model=DeliveryView,
    responses=refuses(NotFound, OfficeUnknown, OfficeNotActive, keyed=True),
)
def order(
    body: DeliveryRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Order cash to an office, or back from it."""

    def work(session: Connection) -> DeliveryView:
        policy, wanted = context.policy, (body.office, body.direction, body.amount)
        ordered = service.order(session, policy, supervisor, *wanted, now)
        return DeliveryView.of(ordered, supervisor)

    return context.once(key, 201, work)


@router.get("", name="deliveries", responses=refuses(NotFound))
def deliveries(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    which: Annotated[Literal["open", "unexplained", "all"], Query()] = "open",
    office: InOfficeWanted = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[DeliveryView]:
    """List the deliveries of the supervisor's area or of the province, newest first.

    The open ones, those over or short without a word, or all.
    """
    with context.reading() as session:
        within = staff.scope(session, supervisor), ledger.business_date(now)
        found = store.listed(session, which, office, paging.read_id(cursor), limit + 1, within)
    return paging.page(found, limit, lambda one: DeliveryView.of(one, supervisor))


_DECIDED = (NotFound, errors.RequestUnknown, errors.RequestDecided, errors.OwnCashRequest)


@router.get("/requests", name="cash_requests", responses=refuses(NotFound))
def asked(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[CashRequestView]:
    """List the requests for cash that wait in the supervisor's area or in the province, newest first."""
    with context.reading() as session:
        within = staff.scope(session, supervisor), ledger.business_date(now)
        found = requests.waiting(session, within, paging.read_id(cursor), limit + 1)
    return paging.page(found, limit, CashRequestView.of)


@router.post(
    "/requests/{id}/order",
    name="order_requested",
    response_model=CashRequestView,
    responses=refuses(*_DECIDED, OfficeNotActive, keyed=True),
)
def order_requested(
    id: UUID, body: OrderRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Order a delivery for a request, of the sum named here. Its office is told that it comes, not how much."""
    return context.once(
        key,
        200,
        lambda session: CashRequestView.of(
            requests.order(session, context.policy, supervisor, id, body.amount, now)
        ),
    )


@router.post(
    "/requests/{id}/refuse",
    name="refuse_requested",
    response_model=CashRequestView,
    responses=refuses(*_DECIDED, keyed=True),
)
def refuse_requested(
    id: UUID, body: ReasonRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Say why no cash comes; the office reads it."""
    return context.once(
        key,
        200,
        lambda session: CashRequestView.of(requests.refuse(session, supervisor, id, body.reason, now)),
    )


@router.post(
    "/{id}/send",
    name="send_delivery",
    response_model=DeliveryView,
    responses=refuses(*_STEP, errors.DeliverySumDiffers, errors.SenderOrdered, keyed=True),
)
def send(
    id: UUID, body: CountsRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Hand the area's cash over to the road, counted by note.

    Above the policy's threshold this is not the supervisor who ordered it.
    """
    return context.once(
        key,
        200,
        lambda session: DeliveryView.of(
            service.send(session, context.policy, supervisor, id, body.counts, now), supervisor
        ),
    )


@router.post(
    "/{id}/receive",
    name="receive_delivery",
    response_model=DeliveryView,
    responses=refuses(*_STEP, errors.ReceiverSent, keyed=True),
)
def receive(
    id: UUID, body: CountsRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Take cash back into the area by a count: what an office sent, or what was turned back on its way there."""

    def work(session: Connection) -> DeliveryView:
        received = service.receive(session, context.policy, supervisor, id, body.counts, now)
        return DeliveryView.of(received.delivery, supervisor, recount=received.recount)

    return context.once(key, 200, work)


@router.post(
    "/{id}/refuse",
    name="refuse_delivery",
    response_model=DeliveryView,
    responses=refuses(*_STEP, keyed=True),
)
def refuse(
    id: UUID, body: ReasonRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Do not take an office's cash in: it goes back there."""
    return context.once(
        key,
        200,
        lambda session: DeliveryView.of(
            service.refuse(session, supervisor, id, body.reason, now), supervisor
        ),
    )


@router.post(
    "/{id}/cancel",
    name="cancel_delivery",
    response_model=DeliveryView,
    responses=refuses(NotFound, errors.DeliveryUnknown, errors.DeliveryNotAtStep, keyed=True),
)
def cancel(
    id: UUID, body: ReasonRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Call a delivery off before it is received; cash on the road turns back."""
    return context.once(
        key,
        200,
        lambda session: DeliveryView.of(
            service.cancel(session, supervisor, id, body.reason, now), supervisor
        ),
    )


@router.post(
    "/{id}/explain",
    name="explain_delivery",
    response_model=DeliveryView,
    responses=refuses(
        NotFound, errors.DeliveryUnknown, errors.NothingToExplain, errors.ExplainerHandled, keyed=True
    ),
)
def explain(
    id: UUID, body: ReasonRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Say why a delivery was over or short; the difference leaves suspense.

    Not by whoever sent or counted it.
    """
    return context.once(
        key,
        200,
        lambda session: DeliveryView.of(
            service.explain(session, context.policy, supervisor, id, body.reason, now), supervisor
        ),
    )
