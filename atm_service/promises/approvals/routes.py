"""Approvals: the supervisor's queue, and where a clerk's request stands. What asks for them are other features."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.platform import paging
from atm_service.platform.callers import InClerk, InSupervisor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import errors, service
from atm_service.promises.approvals.schemas import ApprovalDecisionRequest, ApprovalView
from atm_service.registers.staff.errors import DeciderTied

router = APIRouter()


@router.get("/staff/v1/approvals", name="approvals", tags=["staff"], responses=refuses(NotFound))
def queue(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[ApprovalView]:
    """List what waits for the supervisor's decision, in the own area or everywhere; the longest waiting first."""
    after = paging.read_id(cursor) if cursor else UUID(int=0)
    with context.reading() as session:
        found = service.queue(session, supervisor, after, limit + 1, now)
    return paging.page(found, limit, lambda one: ApprovalView.of(one, now))


@router.post(
    "/staff/v1/approvals/{id}/decision",
    name="decide_approval",
    tags=["staff"],
    response_model=ApprovalView,
    responses=refuses(
        NotFound,
        errors.ApprovalDecided,
        errors.ApprovalExpired,
        errors.OwnRequest,
        DeciderTied,
        keyed=True,
    ),
)
def decide(
    id: UUID,
    body: ApprovalDecisionRequest,
    supervisor: InSupervisor,
    key: InKey,
    context: InContext,
    now: InNow,
) -> Response:
    """Approve or refuse a clerk's request. The clerk acts on it; nothing moves here."""

    def work(session: Connection) -> ApprovalView:
        approved = body.decision == "approve"
        shown = service.decide(
            session, context.policy, supervisor, id, now, approved=approved, reason=body.reason
        )
        return ApprovalView.of(shown, now)

    return context.once(key, 200, work)


@router.get("/counter/v1/approvals", name="approvals", tags=["counter"], responses=refuses())
def today(
    clerk: InClerk,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[ApprovalView]:
    """List what the clerk's office asked for today, newest first."""
    with context.reading() as session:
        found = service.today(session, clerk, paging.read_id(cursor), limit + 1, now)
    return paging.page(found, limit, lambda one: ApprovalView.of(one, now, blind=True))


@router.get("/counter/v1/approvals/{id}", name="approval", tags=["counter"], responses=refuses(NotFound))
def look(id: UUID, clerk: InClerk, context: InContext, now: InNow) -> ApprovalView:
    """Tell where a request of the clerk's office stands."""
    with context.reading() as session:
        shown = service.of_clerks_office(session, clerk, id)
    return ApprovalView.of(shown, now, blind=True)
