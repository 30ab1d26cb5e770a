"""The public keys of withdrawal codes, for whoever wants to check a signature without asking us."""

from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from atm_service.platform.context import InContext, InNow
from atm_service.platform.keys import schemas as key_schemas
from atm_service.platform.problems import refuses

router: Final = APIRouter(tags=["keys"])

MAX_AGE_S: Final = 300


@router.get("/.well-known/jwks.json", response_model=key_schemas.JwkSet, responses=refuses(signed_in=False))
def jwks(context: InContext, now: InNow) -> Response:
    """Give the public keys of withdrawal codes. A signature proves *issued*; the ledger knows *unspent*."""
    keys = context.keys.at(now).jwks()
    return JSONResponse(keys, headers={"Cache-Control": f"public, max-age={MAX_AGE_S}"})
