"""The audit API: every figure that can be recomputed from the journal, and the journal itself."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query

import ledger
from atm_service.control.audit import exports, service, store, views, watching
from atm_service.control.audit.exports import Format
from atm_service.control.audit.schemas import (
    Controls,
    JournalEntryView,
    OfficeReconciliation,
    Reconciliation,
    TrialBalance,
)
from atm_service.control.audit.streaming import Pieces
from atm_service.platform import paging, trail
from atm_service.platform.callers import InAuditor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.days import InDay
from atm_service.platform.paging import InCursor, InLimit
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import MalformedRequest
from atm_service.registers.offices.errors import OfficeUnknown
from atm_service.registers.offices.schemas import InOffice

JOURNAL_DAYS_MAX: Final = 366

router = APIRouter(prefix="/audit/v1", tags=["audit"])


@router.get("/trial-balance", responses=refuses())
def trial_balance(_: InAuditor, context: InContext, now: InNow, as_of: InDay = None) -> TrialBalance:
    """Give every account's totals until the end of a business day."""
    day = as_of or ledger.business_date(now)
    with store.snapshot(context.engine) as session:
        accounts = service.trial_balance(session, day)
    return views.trial_balance(day, accounts)


@router.get("/offices/{code}/reconciliation", responses=refuses(OfficeUnknown))
def office_reconciliation(
    code: InOffice, _: InAuditor, context: InContext, now: InNow, date: InDay = None
) -> OfficeReconciliation:
    """Compare one office's day: counts and receipts against the ledger, withdrawals against open holds."""
    day = date or ledger.business_date(now)
    with store.snapshot(context.engine) as session:
        office = service.reconcile_office(session, context.policy, code, day, now)
    return views.office_reconciliation(day, office)


@router.get("/reconciliation", responses=refuses())
def reconciliation(
    _: InAuditor,
    context: InContext,
    now: InNow,
    date: InDay = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Reconciliation:
    """Compare the day of every office where something happened, a line for each."""
    day = date or ledger.business_date(now)
    after = paging.read(cursor) if cursor else ""
    with store.snapshot(context.engine) as session:
        offices = service.reconcile_all(session, context.policy, day, now)
    return views.reconciliation(day, offices, after, limit)


@router.get("/controls", responses=refuses())
def controls(
    _: InAuditor,
    context: InContext,
    now: InNow,
    *,
    full: Annotated[
        bool, Query(description="look at everything that is recorded, however long it takes")
    ] = False,
) -> Controls:
    """Run every control, and show what breaks it: over what is new since all was last found right, or everything."""
    with service.turn(), store.snapshot(context.engine) as session:
        span = watching.EVERYTHING if full else watching.since_mark(session)
        found = watching.controls(session, context.policy, now, span)
    return views.controls(now, found, span.mark)


@router.get(
    "/journal",
    status_code=200,
    response_class=Pieces,
    responses={
        200: {
            "description": "The journal as a file",
            "model": list[JournalEntryView],
            "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "text/plain")},
        },
        **refuses(),
    },
)
def journal(
    auditor: InAuditor,
    context: InContext,
    now: InNow,
    first: Annotated[InDay, Query(alias="from", description="default: the first of the month")] = None,
    last: Annotated[InDay, Query(alias="to", description="inclusive; default: the last of the month")] = None,
    format_: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Pieces:
    """Stream the journal of at most 366 days, by business date, for somebody else's tool to recompute."""
    start, end = _period(first, last, ledger.business_date(now))
    with context.transaction() as session:
        asked = {"from": start, "to": end, "format": format_}
        trail.record(session, now, "export-journal", None, auditor, asked)
    # The only answer that is built while its transaction is open: it only reads, and is too large to hold.
    return Pieces(
        service.journal(context.engine, start, end, format_),
        exports.WRITINGS[format_].media_type,
        exports.file_name(start, end, format_),
    )


def _period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Fill in the month of what is given, or of today. Raises `MalformedRequest`."""
    start = first or (last or today).replace(day=1)
    end = last or _month_end(start)
    if start > end:
        raise MalformedRequest(errors=[{"where": "query.from", "message": "lies after `to`"}])
    if (end - start).days >= JOURNAL_DAYS_MAX:
        raise MalformedRequest(errors=[{"where": "query.to", "message": "a file has at most 366 days"}])
    return start, end


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
