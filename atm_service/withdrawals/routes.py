"""The two doors to a withdrawal: the wallet's and the counter's."""

from fastapi import APIRouter

from atm_service.withdrawals import counter_routes, wallet_routes

router = APIRouter()
router.include_router(wallet_routes.router)
router.include_router(counter_routes.router)
