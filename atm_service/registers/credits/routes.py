"""What was credited, for operators. Crediting takes two people: see `control/instructions/`."""

from uuid import UUID

from fastapi import APIRouter

from atm_service.platform import paging
from atm_service.platform.callers import InOperator
from atm_service.platform.context import InContext
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.credits import service, store
from atm_service.registers.credits.schemas import BatchTotals, BatchView

router = APIRouter(prefix="/operator/v1/credits", tags=["operator"])


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
