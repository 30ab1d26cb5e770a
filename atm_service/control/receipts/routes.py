"""Checking a receipt without signing in: the public keys of all proofs, and what became of a paper."""

from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from atm_service.control.receipts import service
from atm_service.control.receipts.schemas import ReceiptLookRequest, ReceiptLookView
from atm_service.platform.context import InContext, InNow
from atm_service.platform.keys import domain as key_domain
from atm_service.platform.keys import schemas as key_schemas
from atm_service.platform.keys import store as key_store
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import TooManyAttempts
from atm_service.platform.visitors import InVisitor
from atm_service.registers.proofs.errors import ReceiptCodeMalformed, ReceiptCodeNotGenuine

MAX_AGE_S: Final = 300

router: Final = APIRouter(prefix="/proofs/v1", tags=["proofs"])


@router.get("/keys", response_model=key_schemas.JwkSet, responses=refuses(signed_in=False))
def keys(context: InContext) -> Response:
    """Give the public keys of all proofs, of bills and of receipts, old ones too: a proof is shown for years."""
    with context.reading() as session:
        found = key_store.load_all(session, context.cipher, "proof")
    return JSONResponse(key_domain.jwks(found), headers={"Cache-Control": f"public, max-age={MAX_AGE_S}"})


@router.post(
    "/receipts",
    name="receipt",
    responses=refuses(
        ReceiptCodeMalformed, ReceiptCodeNotGenuine, TooManyAttempts, signed_in=False, posted=True
    ),
)
def receipt(body: ReceiptLookRequest, visitor: InVisitor, context: InContext, now: InNow) -> ReceiptLookView:
    """Tell of a receipt or voucher whether it is genuine, whether it was undone since, and which seal covers it."""
    return service.look(context, body.text, visitor, now)
