"""Counterfeit notes at the counter."""

from fastapi import APIRouter, Response

import ledger
from atm_service.desk.counterfeits import service, store
from atm_service.desk.counterfeits.schemas import CounterfeitRequest, CounterfeitView
from atm_service.platform import paging
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.days import InDay
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.promises.shifts.errors import NoOpenShift

router = APIRouter(prefix="/counter/v1/counterfeits", tags=["counter"])


@router.post(
    "",
    name="record_counterfeit",
    status_code=201,
    response_model=CounterfeitView,
    responses=refuses(NoOpenShift, NotFound, keyed=True),
)
def record(body: CounterfeitRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Put a counterfeit note on record. It is kept apart from the drawer's cash, and no money moves."""
    return context.once(
        key, 201, lambda session: service.view(context, service.record(session, context, clerk, body, now))
    )


@router.get("", name="counterfeits", responses=refuses())
def day(
    clerk: InClerk,
    context: InContext,
    now: InNow,
    date: InDay = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[CounterfeitView]:
    """List the counterfeit notes that the clerk's office kept on one day, newest first."""
    assert clerk.office is not None
    run = store.run(clerk.office, date or ledger.business_date(now))
    with context.reading() as session:
        rows = store.of_day(session, run, cursor, limit + 1)
    return paging.page(rows, limit, lambda row: service.view(context, row), "number")
