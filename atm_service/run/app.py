"""The service as one ASGI application: routes, refusals, health."""

import contextlib
import functools
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.routing import Match

import ledger
from atm_service.control.audit import routes as audit
from atm_service.control.audit import seal_routes as seals
from atm_service.control.audit import sealing
from atm_service.control.board import routes as board
from atm_service.control.floats import routes as floats
from atm_service.control.freezes import routes as freezes
from atm_service.control.instructions import routes as instructions
from atm_service.control.members import routes as members
from atm_service.control.offices import routes as office_life
from atm_service.control.receipts import routes as proofs
from atm_service.control.statements import routes as statements
from atm_service.desk.counterfeits import routes as counterfeits
from atm_service.desk.delegations import routes as delegations
from atm_service.desk.mending import routes as desk_mending
from atm_service.desk.moves import routes as moves
from atm_service.desk.proposals import routes as proposals
from atm_service.desk.reversals import routes as reversals
from atm_service.desk.slips import routes as slips
from atm_service.desk.vouchers import routes as vouchers
from atm_service.payout import appointment_routes as appointments
from atm_service.payout import routes as withdrawals
from atm_service.platform import (
    bodies,
    clocks,
    database,
    metrics,
    openapi,
    problems,
    refusals,
    trail,
    visitors,
)
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Key
from atm_service.platform.kinds import KINDS
from atm_service.platform.knocks import Knock
from atm_service.platform.lean import Lane
from atm_service.platform.middleware import Compressed, Crowd, Surroundings
from atm_service.platform.refusals import Refusal
from atm_service.promises.approvals import routes as approvals
from atm_service.promises.availability import routes as availability
from atm_service.promises.complaints import routes as complaints
from atm_service.promises.notices import routes as notices
from atm_service.promises.shifts import routes as shifts
from atm_service.registers.banks import routes as banks
from atm_service.registers.cash import routes as cash
from atm_service.registers.credits import routes as bulk_credits
from atm_service.registers.customers import routes as customers
from atm_service.registers.messages import routes as messages
from atm_service.registers.messages.simulated import SimulatedPhones
from atm_service.registers.staff import routes as staff
from atm_service.registers.units import routes as units
from atm_service.registers.withdrawals.errors import AlreadyEnded
from atm_service.run import housekeeping, jwks, scraping
from atm_service.run.pages import routes as pages
from atm_service.wallet.bank_payments import routes as bank_payments
from atm_service.wallet.closing import routes as closing
from atm_service.wallet.mending import routes as wallet_mending
from atm_service.wallet.statement import routes as statement
from atm_service.wallet.transfers import routes as transfers

log = structlog.get_logger("service")

ERRORS_SHOWN: Final = 20
RETRY_AFTER_S: Final = 2
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_UNION_TAG: Final = {
    "union_tag_not_found": "Field required",
    "union_tag_invalid": "Input should be one of {expected_tags}",
}
# About the caller, the key or what was done before, or refused again in any case: they say nothing of what was asked.
_NOT_FINAL: Final = (
    refusals.Unauthenticated,
    refusals.Forbidden,
    refusals.MalformedRequest,
    refusals.BodyTooLarge,
    refusals.IdempotencyKeyReused,
    refusals.RequestInProgress,
    refusals.AnswerForgotten,
    refusals.RefusedBefore,
    AlreadyEnded,
)
_BY_STATUS: Final[dict[int, type[Refusal]]] = {
    HTTPStatus.NOT_FOUND: refusals.NotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: refusals.MethodNotAllowed,
}


def create(context: Context, keeper: Context | None = None) -> FastAPI:
    """Build the application around its context; housekeeping runs for as long as it does, in its own where given."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await run_in_threadpool(context.clocks.look, context.engine, context.clock)
        except exc.DBAPIError as away:  # a database that comes later is waited for
            log.warning("clock not compared", error=type(away).__name__)
        with housekeeping.running(keeper or context), scraping.open(context.settings.metrics):
            yield
        for one in (context, keeper or context):
            one.engine.dispose()

    app = _routed()
    app.router.lifespan_context = lifespan
    app.state.context = context
    app.add_middleware(Compressed)
    app.add_middleware(Crowd)
    app.add_middleware(Lane, app=app, routers=withdrawals.lean)
    app.add_middleware(Surroundings, app=app, problem=_problem)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ledger.DayClosed, _day_closed)
    app.add_exception_handler(exc.OperationalError, _unavailable)
    app.add_exception_handler(exc.TimeoutError, _unavailable)
    app.add_exception_handler(exc.DataError, _unstorable)
    app.add_exception_handler(exc.DBAPIError, _lost)
    return app


def document() -> dict[str, Any]:
    """Give the OpenAPI document; it depends on no setting and needs no database."""
    return _routed().openapi()


def _routed() -> FastAPI:
    """Build an application with all routes, which describe themselves; those of one process share them."""
    app, whole = _bare(), _whole()
    app.router.routes[:] = whole.router.routes
    app.openapi = whole.openapi  # type: ignore[method-assign]
    return app


def _bare() -> FastAPI:
    return FastAPI(
        title="soft-ATM",
        version="1",
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        generate_unique_id_function=openapi.operation_id,
        dependencies=[Depends(bodies.unambiguous)],
        docs_url=None,  # a page of ours, see `pages`
        redoc_url=None,
        separate_input_output_schemas=False,
    )


@functools.cache
def _whole() -> FastAPI:
    """Read every feature's routes, once: the framework needs half a second for them."""
    app = _bare()
    for feature in (
        customers,
        banks,
        bank_payments,
        statement,
        withdrawals,
        appointments,
        notices,
        complaints,
        staff,
        freezes,
        members,
        units,
        shifts,
        office_life,
        availability,
        cash,
        moves,
        floats,
        statements,
        board,
        approvals,
        reversals,
        proposals,
        transfers,
        wallet_mending,
        closing,
        desk_mending,
        slips,
        delegations,
        counterfeits,
        vouchers,
        bulk_credits,
        messages,
        instructions,
        audit,
        seals,
        proofs,
        jwks,
        pages,
    ):
        app.include_router(feature.router)
    _add_health(app)
    openapi.install(app)
    return app


def _problem(request: Request, refusal: Refusal) -> Response:
    kind = KINDS[type(refusal)]
    if isinstance(refusal, refusals.RefusedBefore):
        kind = next((one for one in KINDS.values() if one.slug == refusal.slug), kind)
    metrics.REFUSALS.labels(kind.slug).inc()
    headers = {}
    if "retry_after_s" in refusal.members:
        headers["Retry-After"] = str(refusal.members["retry_after_s"])
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    request_id = getattr(request.state, "request_id", "00000000-0000-0000-0000-000000000000")
    body = orjson.dumps(problems.body(kind, refusal.members, request_id), option=orjson.OPT_UTC_Z)
    return Response(body, kind.status, headers, media_type=problems.MEDIA_TYPE)


def _refused(request: Request, refusal: Exception) -> Response:
    """Answer a refusal; those that concern money, codes or rights leave a row in the audit trail.

    A stranger's are summed: who has not signed in must not be able to fill it.
    """
    assert isinstance(refusal, Refusal)
    kind = KINDS[type(refusal)]
    context: Context = request.app.state.context
    caller = getattr(request.state, "caller", None)
    action = f"{request.method} {getattr(request.scope.get('route'), 'path', 'none')}"
    key: Key | None = getattr(request.state, "to_refuse", None)
    if isinstance(refusal, _NOT_FINAL) or kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        key = None
    if kind.audited and caller is None:
        context.knocks.note(Knock(action, kind.slug, refusal.name, visitors.shortened(request)))
    elif kind.audited or key is not None:
        detail = {"refusal": kind.slug, "request": request.state.request_id}
        try:
            with context.transaction() as session:
                # First the key: a copy of this request may have been done meanwhile, and is then the answer.
                done = None if key is None else key.refuse(session, kind.status, kind.slug, refusal.members)
                if kind.audited:
                    trail.record(session, request.state.now, action, _subject(request), caller, detail)
        except Refusal as first:
            return _problem(request, first)
        except (exc.DBAPIError, exc.TimeoutError) as away:
            return _unavailable(request, away)  # nobody tries things without leaving a trace
        if done is not None:
            return done.response()
    return _problem(request, refusal)


def _subject(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params.get("id", ""))
    except ValueError:
        return None


def _malformed(request: Request, invalid: Exception) -> Response:
    """Say where the request is wrong and why, and never repeat what was sent."""
    assert isinstance(invalid, RequestValidationError)
    errors = [
        {
            "where": ".".join(str(part)[:40] for part in _where(error, invalid.body)),
            "message": _message(error),
        }
        for error in invalid.errors()[:ERRORS_SHOWN]
    ]
    return _problem(request, refusals.MalformedRequest(errors=errors))


def _where(error: dict[str, Any], body: Any) -> list[str | int]:
    """Name the place in the sent body: without the names of shapes, which are only ours."""
    first, *rest = error["loc"]
    if first != "body":
        return [first, *rest]
    if error["type"] in _UNION_TAG:
        rest.append(error["ctx"]["discriminator"].strip("'"))
    kept = [first]
    for n, part in enumerate(rest, 1):
        is_there = (isinstance(body, dict) and part in body) or (
            isinstance(body, list) and isinstance(part, int)
        )
        if is_there or n == len(rest):
            kept.append(part)
        if is_there:
            body = body[part]
    return kept


def _message(error: dict[str, Any]) -> str:
    if error["type"] in _UNION_TAG:
        return _UNION_TAG[error["type"]].format(**error["ctx"])
    if error["type"] == "model_attributes_type":
        return "must be a JSON object, sent as application/json"
    return str(error["msg"])[:200]


def _http(request: Request, error: Exception) -> Response:
    """Put the framework's own refusals into the same form."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        where = [{"where": "body", "message": "not JSON in UTF-8"}]
        return _problem(request, refusals.MalformedRequest(errors=where))
    answer = _problem(request, _BY_STATUS.get(error.status_code, refusals.Broken)())
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_allowed(request))
    return answer


def _allowed(request: Request) -> list[str]:
    """List the methods that this address takes, whichever of its routes takes them."""
    routes = request.app.router.routes
    return [
        method
        for method in METHODS
        if any(route.matches(dict(request.scope) | {"method": method})[0] is Match.FULL for route in routes)
    ]


def _day_closed(request: Request, error: Exception) -> Response:
    """Answer for an entry whose day was closed while its request was on the way: nothing of it stays."""
    log.warning("day closed meanwhile", id=request.state.request_id, error=type(error).__name__)
    return _problem(request, refusals.DayClosed(retry_after_s=RETRY_AFTER_S))


def _lost(request: Request, error: Exception) -> Response:
    """Answer for an error of the database's connection; any other is a fault of ours."""
    assert isinstance(error, exc.DBAPIError)
    if not error.connection_invalidated and not isinstance(error.orig, database.UnfitLineError):
        raise error
    return _unavailable(request, error)


def _unavailable(request: Request, error: Exception) -> Response:
    """Answer for a database that is away, full, or whose rows stay locked.

    A connection may be lost while it commits: then nobody knows here whether it did. The same key tells.
    """
    log.warning("database unavailable", id=request.state.request_id, error=type(error).__name__)
    return _problem(request, refusals.Unavailable(retry_after_s=RETRY_AFTER_S))


def _unstorable(request: Request, error: Exception) -> Response:
    """Answer for text that PostgreSQL does not take, where a schema let it through."""
    log.error("unstorable text", id=request.state.request_id, error=type(error).__name__)
    return _problem(
        request, refusals.MalformedRequest(errors=[{"where": "request", "message": "unstorable text"}])
    )


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["health"], summary="Is this process alive?")
    async def healthz() -> Response:
        return Response(b'{"alive":true}', media_type="application/json")

    @app.get(
        "/readyz",
        tags=["health"],
        summary="Can this process reach its database and keys?",
        responses=problems.refuses(refusals.ClockWrong, signed_in=False),
    )
    def readyz(request: Request) -> Response:
        context: Context = request.app.state.context
        context.keys.at(request.state.now)
        if abs(context.clocks.look(context.engine, context.clock)) > clocks.STOP:
            raise refusals.ClockWrong(retry_after_s=clocks.RETRY_AFTER_S)
        with context.engine.connect() as session:
            waiting = sealing.unsealed_for(session, request.state.now)
        # A journal that is sealed late is an alarm, and no reason to turn customers away.
        sealed = {
            "keeps_up": waiting <= sealing.SEALED_WITHIN,
            "oldest_unsealed_s": int(waiting.total_seconds()),
        }
        clock = {"right": context.clocks.is_right, "off_s": context.clocks.off.total_seconds()}
        body = {"ready": True, "sealing": sealed, "clock": clock}
        return Response(orjson.dumps(body), media_type="application/json")

    @app.get("/demo.json", include_in_schema=False)
    def show_demo(request: Request) -> Response:
        context: Context = request.app.state.context
        if context.settings.demo_file is None:
            raise refusals.NotFound
        return Response(context.settings.demo_file.read_bytes(), media_type="application/json")

    @app.get("/demo/phones.json", include_in_schema=False)
    def show_phones(request: Request) -> Response:
        context: Context = request.app.state.context
        if context.settings.demo_file is None or not isinstance(context.notifier, SimulatedPhones):
            raise refusals.NotFound
        came = [{"phone": one.number, "words": one.words} for one in context.notifier.came()]
        return Response(orjson.dumps({"items": came}), media_type="application/json")
