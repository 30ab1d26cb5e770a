"""Districts for the wallet; offices are listed with their availability."""

from fastapi import APIRouter

from atm_service.platform.context import InContext
from atm_service.platform.problems import refuses
from atm_service.registers.offices import store
from atm_service.registers.offices.schemas import Districts, DistrictView

router = APIRouter()


@router.get("/wallet/v1/districts", tags=["wallet"], responses=refuses(signed_in=False))
def districts(context: InContext) -> Districts:
    """List the districts that have offices."""
    with context.transaction() as session:
        rows = store.districts(session)
    return Districts(items=[DistrictView(code=row.code, name=row.name) for row in rows])
