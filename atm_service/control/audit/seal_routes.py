"""Seals over HTTP: the seals themselves, the keys that signed them, and proofs for a stranger."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse

from atm_service.control.audit import sealing, store
from atm_service.control.audit.errors import NotSealedYet
from atm_service.control.audit.seal_schemas import Consistency, EntryProof, SealKeys, SealView
from atm_service.platform import paging
from atm_service.platform.callers import InAuditor
from atm_service.platform.context import InContext
from atm_service.platform.keys import domain
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from ledger.seals import proofs, reading, records
from ledger.seals.reading import Key

MAX_AGE_S: Final = 300
RETRY_S: Final = 5

router: Final = APIRouter(prefix="/audit/v1", tags=["audit"])

_Number = Annotated[int, Path(ge=1, le=paging.VERSION_MAX, examples=[1])]


@router.get("/seals/keys", response_model=SealKeys, responses=refuses(signed_in=False))
def seal_keys(context: InContext) -> Response:
    """Give the public keys of all seals. Keep them where you trust them: a proof is worth what its key is."""
    with context.reading() as session:
        keys = sealing.verifying_keys(context, session)
    return JSONResponse(domain.jwks(keys), headers={"Cache-Control": f"public, max-age={MAX_AGE_S}"})


@router.get("/seals", responses=refuses())
def seals(
    _: InAuditor, context: InContext, cursor: InCursor = None, limit: InLimit = paging.LIMIT_DEFAULT
) -> Page[SealView]:
    """List the seals, newest first. Publish one, and nothing before it can be changed unseen."""
    before = paging.read_version(cursor)
    with store.snapshot(context.engine) as session:
        found = reading.page(session, before, limit + 1)
    items = [_view(records.of_seal(seal)) for seal in found[:limit]]
    more = len(found) > limit
    return Page(items=items, next_cursor=paging.write(str(items[-1].number)) if more else None)


@router.get("/seals/{number}", responses=refuses(NotFound))
def seal(number: _Number, _: InAuditor, context: InContext) -> SealView:
    """Give one seal."""
    with store.snapshot(context.engine) as session:
        found = reading.seals(session, number, number)
    if not found:
        raise NotFound
    return _view(records.of_seal(found[0]))


@router.get("/seals/{number}/consistency", responses=refuses(NotFound))
def seal_consistency(
    number: _Number,
    _: InAuditor,
    context: InContext,
    since: Annotated[
        int, Query(ge=1, le=paging.VERSION_MAX, description="an earlier seal's number", examples=[1])
    ],
) -> Consistency:
    """Prove that a seal follows an earlier one and changed nothing before it."""
    with store.snapshot(context.engine) as session:
        try:
            found = proofs.extension(session, since, number)
        except proofs.UnknownSeal:
            raise NotFound from None
    return Consistency.model_validate(proofs.of_extension(found))


@router.get("/entries/{id}/proof", responses=refuses(NotFound, NotSealedYet))
def entry_proof(
    id: UUID,
    _: InAuditor,
    context: InContext,
    head: Annotated[
        int | None,
        Query(
            ge=1, le=paging.VERSION_MAX, description="the seal to lead to; default: the newest", examples=[1]
        ),
    ] = None,
) -> EntryProof:
    """Prove that an entry is in the journal, to somebody who holds the public key and no more."""
    with store.snapshot(context.engine) as session:
        try:
            found = proofs.prove(session, Key("entry", id), head)
        except (proofs.UnknownRow, proofs.UnknownSeal):
            raise NotFound from None
        except proofs.NotSealedYet:
            raise NotSealedYet(retry_after_s=RETRY_S) from None
    return EntryProof.model_validate(proofs.of_proof(found))


def _view(record: dict[str, Any]) -> SealView:
    return SealView.model_validate(record)
