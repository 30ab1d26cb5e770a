"""Bulk credits for operators. Larger ones, and files, are `soft-atm credits import`."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.platform import paging
from atm_service.platform.callers import InOperator
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.credits import domain, errors, service, store
from atm_service.registers.credits.schemas import BatchTotals, BatchView, CreditRequest
from atm_service.registers.credits.service import Wish

router = APIRouter(prefix="/operator/v1/credits", tags=["operator"])


@router.post(
    "",
    name="credit",
    status_code=201,
    response_model=BatchTotals,
    responses=refuses(
        errors.PayerUnknown,
        errors.PayerBusy,
        errors.PayerShort,
        errors.BatchOfAnotherPayer,
        errors.LinesRefused,
        errors.CreditedLately,
        keyed=True,
    ),
)
def credit(body: CreditRequest, operator: InOperator, key: InKey, context: InContext, now: InNow) -> Response:
    """Credit up to a thousand wallets: all lines or none. Lines that the batch has credited before are no error.

    A line is credited once for each `batch` and `line_reference`, whatever the key; `01` is the reference `1`. What
    this payer has lately credited to the same person in another batch, under the same reference or of the same amount,
    is credited only when `again` says how many such lines there are.
    """
    lines, bad = domain.check(line.raw(number) for number, line in enumerate(body.lines, start=1))
    wish = Wish(body.batch, body.payer, lines, bad, body.again)

    def work(session: Connection) -> BatchTotals:
        batch = service.credit(session, context, wish, operator, now)
        return BatchTotals.counted(batch, store.totals(session, batch.name))

    return context.once(key, 201, work)


@router.get("", name="credit_batches", responses=refuses())
def batches(
    operator: InOperator,  # noqa: ARG001  asked for its check of the role
    context: InContext,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[BatchView]:
    """List batches, newest first."""
    before = paging.read_id(cursor)
    with context.reading() as session:
        found = store.listed(session, before, limit + 1)
    return paging.page(found, limit, BatchView.of)


@router.get("/{id}", name="credit_batch", responses=refuses(NotFound))
def one_batch(
    id: UUID,
    operator: InOperator,  # noqa: ARG001  asked for its check of the role
    context: InContext,
) -> BatchTotals:
    """Show a batch, and what the ledger has of it."""
    with context.reading() as session:
        batch = service.batch(session, id)
        totals = store.totals(session, batch.name)
    return BatchTotals.counted(batch, totals)
