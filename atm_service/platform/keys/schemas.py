"""Public keys as JSON (RFC 7517)."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


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
    """Every key under which what was signed may still be good (RFC 7517)."""

    keys: list[Jwk]
