"""Notices for the wallet: the list, and marking one as read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from atm_service.platform import paging
from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.promises.notices import store
from atm_service.promises.notices.schemas import NoticeView

router = APIRouter(prefix="/wallet/v1/notices", tags=["wallet"])


@router.get("", name="notices", responses=refuses())
def listed(
    customer: InCustomer,
    context: InContext,
    withdrawal_id: Annotated[UUID | None, Query(description="only those about this withdrawal")] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[NoticeView]:
    """List the customer's notices, newest first."""
    with context.reading() as session:
        found = store.listed(session, customer.subject, withdrawal_id, paging.read_id(cursor), limit + 1)
    return paging.page(found, limit, NoticeView.of)


@router.post("/{id}/read", name="read_notice", status_code=204, responses=refuses(NotFound, posted=True))
def read(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> None:
    """Mark a notice as read. Harmless to repeat."""
    with context.transaction() as session:
        if not store.read(session, customer.subject, id, now):
            raise NotFound
