"""Cash for the counter (vault, own deliveries), for supervisors (all deliveries) and for auditors (counts)."""

from fastapi import APIRouter

from atm_service.registers.cash import audit_routes, counter_routes, staff_routes

router = APIRouter()
router.include_router(counter_routes.router)
router.include_router(staff_routes.router)
router.include_router(audit_routes.router)
