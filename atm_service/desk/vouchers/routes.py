"""The vouchers of a clerk's office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

import ledger
from atm_service.desk.vouchers import domain, store, views
from atm_service.desk.vouchers.schemas import VoucherView
from atm_service.platform import paging
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.days import InDay
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound

router = APIRouter(prefix="/counter/v1/vouchers", tags=["counter"])


@router.get("", name="vouchers", responses=refuses())
def day(
    clerk: InClerk,
    context: InContext,
    now: InNow,
    date: InDay = None,
    subject: Annotated[
        UUID | None,
        Query(description="only those about this withdrawal, deposit or transfer, whatever their day"),
    ] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[VoucherView]:
    """List the deposits, transfers and reversals of the clerk's office on one day, newest first."""
    assert clerk.office is not None
    run = domain.run(clerk.office, date or ledger.business_date(now))
    with context.reading() as session:
        if subject is not None:
            rows = store.about(session, clerk.office, subject)
        else:
            rows = store.of_day(session, run, cursor, limit + 1)
    return paging.page(rows, limit, lambda row: views.voucher(context, row, listed=subject is None), "number")


@router.get("/{id}", name="voucher", responses=refuses(NotFound))
def one(id: UUID, clerk: InClerk, context: InContext) -> VoucherView:
    """Show one voucher of the clerk's office."""
    with context.reading() as session:
        found = store.find(session, id)
    if found is None or found.office != clerk.office:
        raise NotFound
    return views.voucher(context, found)
