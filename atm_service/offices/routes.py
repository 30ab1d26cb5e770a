"""Districts for the wallet; shifts have routes of their own, and offices are listed with their availability."""

from fastapi import APIRouter

from atm_service.offices import life_routes, store
from atm_service.offices.schemas import Districts, DistrictView
from atm_service.platform.context import InContext
from atm_service.platform.problems import refuses
from atm_service.promises.shifts import routes as shift_routes

router = APIRouter()
router.include_router(shift_routes.router)
router.include_router(life_routes.router)


@router.get("/wallet/v1/districts", tags=["wallet"], responses=refuses(signed_in=False))
def districts(context: InContext) -> Districts:
    """List the districts that have offices."""
    with context.transaction() as session:
        rows = store.districts(session)
    return Districts(items=[DistrictView(code=row.code, name=row.name) for row in rows])
