"""The public keys of withdrawal codes, for whoever wants to check a signature without asking us."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses

router: Final = APIRouter(tags=["keys"])

MAX_AGE_S: Final = 300


class Jwk(BaseModel):
    """A public Ed25519 key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_-]{43}$", examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]),
    ]
    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{4}$", examples=["kPrK"])]
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class JwkSet(BaseModel):
    """Every key under which a withdrawal code may still be good (RFC 7517)."""

    keys: list[Jwk]


@router.get("/.well-known/jwks.json", response_model=JwkSet, responses=refuses(signed_in=False))
def jwks(context: InContext, now: InNow) -> Response:
    """Give the public keys of withdrawal codes. A signature proves *issued*; the ledger knows *unspent*."""
    keys = context.keys.at(now).jwks()
    return JSONResponse(keys, headers={"Cache-Control": f"public, max-age={MAX_AGE_S}"})
