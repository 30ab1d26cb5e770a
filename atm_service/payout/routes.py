"""The two doors to a withdrawal: the wallet's and the counter's."""

from fastapi import APIRouter

from atm_service.payout import counter_routes, wallet_routes

router = APIRouter()
lean = (wallet_routes.lean, counter_routes.lean)
for door in (wallet_routes, counter_routes):
    router.include_router(door.lean)
    router.include_router(door.router)
