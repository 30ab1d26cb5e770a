"""The statement for the wallet: a page of it, a file, and what proves one entry."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

import ledger
from atm_service.platform import paging
from atm_service.platform.callers import InCustomer
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.days import DAY_MAX, DAY_MIN, InDay
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.paging import InCursor, InLimit
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import MalformedRequest, NotFound
from atm_service.registers.withdrawals import qr
from atm_service.wallet.statement import domain, service, store
from atm_service.wallet.statement.domain import Language, StatementKind
from atm_service.wallet.statement.errors import StatementTooLong
from atm_service.wallet.statement.schemas import ProofView, SearchRequest, StatementView
from atm_service.wallet.statement.service import Wanted

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])

InFirst = Annotated[InDay, Query(alias="from", description="the first business day in Vietnam")]
InLast = Annotated[InDay, Query(alias="to", description="the last one, inclusive")]
InKinds = Annotated[
    list[StatementKind] | None,
    Query(alias="kind", max_length=len(StatementKind), description="only these, with what undoes them"),
]


def _wanted(
    where: str, first: date | None, last: date | None, kinds: Sequence[StatementKind], text: str = ""
) -> Wanted:
    wanted = Wanted(first or DAY_MIN, last or DAY_MAX, tuple(kinds), text)
    if wanted.first > wanted.last:
        raise MalformedRequest(errors=[{"where": f"{where}.from", "message": "lies after `to`"}])
    return wanted


def _asked(first: InFirst = None, last: InLast = None, kinds: InKinds = None) -> Wanted:
    return _wanted("query", first, last, kinds or ())


InWanted = Annotated[Wanted, Depends(_asked)]


@router.get("/statement", responses=refuses())
def statement(
    wanted: InWanted,
    customer: InCustomer,
    context: InContext,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> StatementView:
    """List what moved the wallet's money, newest first, with the sums of the days asked for."""
    return _page(customer, context, wanted, cursor, limit)


# What is looked for may be a name or a number: it goes in a body, since addresses are written down on the way.
@router.post("/statement/search", name="search_statement", responses=refuses(posted=True))
def search(body: SearchRequest, customer: InCustomer, context: InContext) -> StatementView:
    """List the same, and of it what a text is found in. A page may have no item although the list goes on."""
    wanted = _wanted("body", body.first, body.last, body.kinds, body.text.strip())
    return _page(customer, context, wanted, body.cursor, body.limit)


@router.get(
    "/statement.csv",
    response_class=Response,
    responses=refuses(StatementTooLong)
    | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The file"}},
)
def statement_csv(
    wanted: InWanted,
    customer: InCustomer,
    context: InContext,
    now: InNow,
    language: Annotated[Language, Query(description="of its headings")] = "vi",
) -> Response:
    """Write the same for a spreadsheet, the oldest first: at most 366 days, which default to this year so far."""
    last = min(wanted.last, ledger.business_date(now))
    first = wanted.first if wanted.first > DAY_MIN else last.replace(month=1, day=1)
    if (last - first).days >= domain.DAYS_MAX:
        raise MalformedRequest(errors=[{"where": "query.to", "message": "a file has at most 366 days"}])
    asked = Wanted(first, last, wanted.kinds)
    with context.reading() as session:
        found = service.whole(session, context, customer.subject, asked)
    name = domain.file_name(first, last, language)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(
        domain.table(found, language).encode(), headers=headers, media_type="text/csv; charset=utf-8"
    )


@router.get("/entries/{id}/proof", responses=refuses(NotFound))
def proof(id: UUID, customer: InCustomer, context: InContext) -> ProofView:
    """Show what proves one entry of the own statement: the number on the paper, where, with whom, the fee."""
    with context.reading() as session:
        found = service.entry(session, context, customer.subject, id)
    return ProofView.of(found, service.receipt_code(context, found))


@router.get(
    "/entries/{id}/proof/qr.svg",
    response_class=Response,
    responses=refuses(NotFound) | {200: {"content": {"image/svg+xml": {}}, "description": "The QR"}},
)
def proof_qr(id: UUID, customer: InCustomer, context: InContext) -> Response:
    """Draw the QR of the own paper, for whoever it is shown to. 404 where there is none."""
    with context.reading() as session:
        found = service.entry(session, context, customer.subject, id)
    text = service.receipt_code(context, found)
    if text is None:
        raise NotFound
    return Response(qr.svg(text), media_type="image/svg+xml; charset=utf-8")


@router.get("/withdrawals/{id}/proof", responses=refuses(NotFound))
def withdrawal_proof(id: UUID, customer: InCustomer, context: InContext) -> ProofView:
    """Show the same of an own withdrawal that was paid, undone since or not."""
    with context.reading() as session:
        entry_id = store.paid_by(session, id)
        if entry_id is None:
            raise NotFound
        found = service.entry(session, context, customer.subject, entry_id)
    return ProofView.of(found, service.receipt_code(context, found))


def _page(
    customer: Caller, context: Context, wanted: Wanted, cursor: str | None, limit: int
) -> StatementView:
    before = paging.read_version(cursor)
    with context.reading() as session:
        found = service.page(session, context, customer.subject, wanted, before, limit)
        span = service.span(session, customer.subject, wanted)
    after = None if found.after is None else paging.write(str(found.after))
    return StatementView.of(found, wanted, span, after)
