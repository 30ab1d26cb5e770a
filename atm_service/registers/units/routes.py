"""Areas for the wallet; offices are listed with their availability."""

from fastapi import APIRouter

import ledger
from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.registers.units import store
from atm_service.registers.units.schemas import Areas, AreaView

router = APIRouter()


@router.get("/wallet/v1/areas", tags=["wallet"], responses=refuses(signed_in=False))
def areas(context: InContext, now: InNow) -> Areas:
    """List the areas that have offices."""
    with context.reading() as session:
        found = store.areas(session, ledger.business_date(now))
    return Areas(items=[AreaView(code=code, name=name) for code, name in found])
