"""Complaints: made and contested from the wallet, answered by a supervisor."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from atm_service.platform import paging
from atm_service.platform.callers import InCustomer, InSupervisor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.promises.complaints import errors, service, store
from atm_service.promises.complaints.schemas import (
    AboutEntry,
    AnswerRequest,
    ComplaintRequest,
    ComplaintView,
    ContestRequest,
    StaffComplaintView,
)
from atm_service.promises.complaints.store import Seen
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.errors import DeciderTied

router = APIRouter()

_WALLET = "/wallet/v1/complaints"
_STAFF = "/staff/v1/complaints"


@router.post(
    _WALLET,
    name="complain",
    tags=["wallet"],
    status_code=201,
    response_model=ComplaintView,
    responses=refuses(NotFound, errors.AlreadyComplained, errors.TooManyComplaints, keyed=True),
)
def complain(
    body: ComplaintRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow
) -> Response:
    """Say that something is wrong with an entry or a withdrawal. The answer has a number, and a day of its answer."""
    about = body.about
    named = (about.entry_id, None) if isinstance(about, AboutEntry) else (None, about.withdrawal_id)

    def work(session: Connection) -> ComplaintView:
        seen = service.complain(session, context, customer, named, body.kind, body.words, now)
        return ComplaintView.of(context, seen, now)

    return context.once(key, 201, work)


@router.get(_WALLET, name="complaints", tags=["wallet"], responses=refuses())
def own(
    customer: InCustomer,
    context: InContext,
    now: InNow,
    about: Annotated[UUID | None, Query(description="only those about this entry or withdrawal")] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[ComplaintView]:
    """List the customer's complaints, newest first."""
    with context.reading() as session:
        found = store.of_customer(session, customer.subject, about, paging.read_id(cursor), limit + 1)
    return paging.page(found, limit, lambda seen: ComplaintView.of(context, seen, now))


@router.get(_WALLET + "/{id}", name="complaint", tags=["wallet"], responses=refuses(NotFound))
def look(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> ComplaintView:
    """Tell where one of the customer's complaints stands."""
    with context.reading() as session:
        seen = store.find(session, id)
    if seen is None or seen.complaint.customer_id != customer.subject:
        raise NotFound
    return ComplaintView.of(context, seen, now)


@router.post(
    _WALLET + "/{id}/contest",
    name="contest",
    tags=["wallet"],
    response_model=ComplaintView,
    responses=refuses(
        NotFound, errors.NotAnsweredYet, errors.ContestedBefore, errors.ContestTooLate, keyed=True
    ),
)
def contest(
    id: UUID, body: ContestRequest, customer: InCustomer, key: InKey, context: InContext, now: InNow
) -> Response:
    """Contest the answer, once: another person answers then."""

    def work(session: Connection) -> ComplaintView:
        seen = service.contest(session, context, customer, id, body.words, now)
        return ComplaintView.of(context, seen, now)

    return context.once(key, 200, work)


@router.get(_STAFF, name="complaints", tags=["staff"], responses=refuses(NotFound))
def waiting(
    supervisor: InSupervisor,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[StaffComplaintView]:
    """List what waits for an answer, of the supervisor's area or of everywhere; the first due first."""
    after = None if cursor is None else _read(cursor)
    with context.reading() as session:
        found = store.waiting(session, staff.scope(session, supervisor), after, limit + 1, now)
    shown = [StaffComplaintView.for_staff(context, seen, supervisor.subject, now) for seen in found[:limit]]
    return Page(items=shown, next_cursor=_write(found[limit - 1]) if len(found) > limit else None)


@router.post(
    _STAFF + "/{id}/answer",
    name="answer_complaint",
    tags=["staff"],
    response_model=StaffComplaintView,
    responses=refuses(NotFound, errors.ComplaintAnswered, errors.AnsweredByYou, DeciderTied, keyed=True),
)
def answer(
    id: UUID, body: AnswerRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Answer a complaint; its customer is told. No money moves: what is owed is paid by its own way."""

    def work(session: Connection) -> StaffComplaintView:
        seen = service.answer(session, context, supervisor, id, body.words, now, upheld=body.upheld)
        return StaffComplaintView.for_staff(context, seen, supervisor.subject, now)

    return context.once(key, 200, work)


def _write(seen: Seen) -> str:
    """Make the cursor: the moment by which it is due, and which of that moment it is."""
    until = seen.complaint.last.until
    assert until is not None
    return paging.write(f"{int(until.timestamp())}-{seen.id.hex}")


def _read(cursor: str) -> tuple[datetime, UUID]:
    seconds, _, id = paging.read(cursor).partition("-")
    try:
        return datetime.fromtimestamp(int(seconds), UTC), UUID(id)
    except (ValueError, OverflowError, OSError):
        raise paging.foreign() from None
