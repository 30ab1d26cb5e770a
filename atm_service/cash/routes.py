"""Cash for the counter (vault, deliveries of the clerk's office) and for supervisors (all deliveries)."""

from fastapi import APIRouter

from atm_service.cash import counter_routes, staff_routes

router = APIRouter()
router.include_router(counter_routes.router)
router.include_router(staff_routes.router)
