"""Counts of vaults, for auditors."""

from fastapi import APIRouter

from atm_service.platform import paging
from atm_service.platform.callers import InAuditor
from atm_service.platform.context import InContext
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.registers.cash import vaults
from atm_service.registers.cash.schemas import KeptCountView
from atm_service.registers.offices.schemas import InOfficeWanted

router = APIRouter(prefix="/audit/v1", tags=["audit"])


@router.get("/vault-counts", responses=refuses())
def vault_counts(
    _: InAuditor,
    context: InContext,
    office: InOfficeWanted = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[KeptCountView]:
    """List the counts of vaults, newest first, with what the ledger had; those that had to be made again too."""
    with context.reading() as session:
        rows = vaults.counts_of(session, office, paging.read_id(cursor), limit + 1)
    return paging.page(rows, limit, KeptCountView.of)
