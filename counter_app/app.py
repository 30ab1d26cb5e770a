"""The counter app put together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx2
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response

from counter_app import languages, service_api, statics
from counter_app.devices import Devices
from counter_app.guards import Headers, OnlyHttps, guard
from counter_app.journal import Journal, NotYoursError
from counter_app.journal_errors import JournalWriteError
from counter_app.page import (
    App,
    FormRefusedError,
    InPage,
    NotForRoleError,
    Page,
    by_itself,
    environment,
    whoever,
)
from counter_app.pages import (
    approvals,
    board,
    breaks,
    cash,
    complaints,
    counterfeits,
    elders,
    handing,
    helping,
    instructions,
    keypads,
    locking,
    members,
    outcomes,
    passkeys,
    paying,
    planning,
    proposals,
    receipts,
    reversals,
    reviews,
    shift,
    signing_in,
    supervision,
    vouchers,
)
from counter_app.resolver import Resolver
from counter_app.scanning import FRAME_BYTES_MAX
from counter_app.service_api import RefusedError, Service, UnreachableError
from counter_app.sessions import LockedError, Sessions, SignInAgainError
from counter_app.settings import Settings

TIDY_EVERY: Final = timedelta(minutes=5)
LOOK_AT_A_DOWN_LINE_EVERY: Final = timedelta(seconds=3)
LOOK_AT_LINE_EVERY: Final = timedelta(seconds=10)
TELL_LINE_EVERY: Final = timedelta(minutes=1)

_COUNTER_MONEY: Final = (elders, helping, keypads, proposals, vouchers, reversals, approvals, counterfeits)

_log = logging.getLogger(__name__)


def create_app(
    settings: Settings, client: httpx2.AsyncClient, journal: Journal, clock: Callable[[], datetime]
) -> FastAPI:
    """Put the app together. `client` speaks to the service; the journal is closed by whoever opened it."""
    service = Service(client, clock)
    sessions = Sessions(settings.idle, settings.lock_after)
    resolver = Resolver(service, sessions, journal, settings.patience_s)
    environments = {language: environment(language) for language in languages.LANGUAGES}
    made = FastAPI(
        title="soft-ATM counter", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan
    )
    devices = Devices(settings.data_dir / "devices.json")
    made.state.app = App(settings, service, journal, sessions, resolver, devices, environments)
    for part in (
        signing_in,
        locking,
        shift,
        paying,
        outcomes,
        receipts,
        reviews,
        handing,
        cash,
        supervision,
        members,
        passkeys,
        instructions,
        complaints,
        board,
        breaks,
        planning,
        *_COUNTER_MONEY,
    ):
        made.include_router(part.router)
    made.add_api_route("/line", line_state, methods=["GET"])
    made.add_api_route("/healthz", healthz, methods=["GET"])
    made.mount(statics.ROOT, StaticFiles(directory=statics.FOLDER))
    _handle(made)
    made.add_middleware(RequestBodyLimitMiddleware, max_body_size=FRAME_BYTES_MAX)
    made.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts, www_redirect=False)
    if settings.behind_https:
        made.add_middleware(OnlyHttps)
    made.add_middleware(Headers)
    return made


@asynccontextmanager
async def _lifespan(made: FastAPI) -> AsyncIterator[None]:
    app: App = made.state.app
    left = app.journal.recover()
    if left:
        _log.warning("%d requests are unknown from before", left)
    tasks = [
        asyncio.create_task(app.resolver.run()),
        asyncio.create_task(_tidy(app)),
        asyncio.create_task(watch_line(app.service)),
    ]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await app.resolver.stop()


async def _tidy(app: App) -> None:
    while True:
        try:
            app.journal.tidy(app.service.clock())
        except Exception:  # noqa: BLE001 - it must go on
            _log.exception("the journal was not tidied")
        await asyncio.sleep(TIDY_EVERY.total_seconds())


async def watch_line(service: Service) -> None:
    """Look at a line that is down until it is back, so that no page has to find out by waiting."""
    service.line.watched = True
    while True:
        if service.line.state != "online":
            await service_api.look_at_line(service)
        await asyncio.sleep(LOOK_AT_A_DOWN_LINE_EVERY.total_seconds())


@by_itself
async def line_state(page: InPage) -> Response:
    """Say whether the service can be reached, looking anew every few seconds at most, and whose desk is locked.

    A page that hears of no session, or of another one than its own, has nothing left to show.
    """
    line, now, session = page.app.service.line, page.app.service.clock(), page.staff
    if line.looked_at is None or not timedelta() <= now - line.looked_at < LOOK_AT_LINE_EVERY:
        line.looked_at = now
        await service_api.look_at_line(page.app.service)
        await _tell_line(page, now)
    return JSONResponse({"state": line.state, "locked": session.locked, "desk": session.mark})


async def _tell_line(page: Page, now: datetime) -> None:
    """Tell the service once a minute that a clerk's counter is there: its area looks for that."""
    line, session = page.app.service.line, page.session
    if session is None or session.tokens.role != "clerk" or line.state != "online":
        return
    if line.told_at is not None and timedelta() <= now - line.told_at < TELL_LINE_EVERY:
        return
    line.told_at = now
    with suppress(RefusedError, UnreachableError, SignInAgainError):  # the next page says so
        await page.ask(session, service_api.tell_line)


async def healthz() -> Response:
    """Say that this process answers."""
    return PlainTextResponse("ok")


def _shows(template: str, status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    return lambda request, _: whoever(request).render(template, status)


def _when_locked(request: Request, _: Exception) -> Response:
    if locking.wants_page(request):
        return whoever(request).go("/locked")
    return JSONResponse({}, HTTPStatus.LOCKED)


def _handle(made: FastAPI) -> None:
    """Answer every failure with a page that says what to do; what went wrong inside stays inside."""

    @made.exception_handler(SignInAgainError)
    async def _sign_in_again(request: Request, _: Exception) -> Response:
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({}, HTTPStatus.UNAUTHORIZED)
        return whoever(request).go("/sign-in" if request.url.path == "/" else "/sign-in?again=1")

    made.add_exception_handler(LockedError, _when_locked)
    made.add_exception_handler(UnreachableError, _shows("offline.html", HTTPStatus.SERVICE_UNAVAILABLE))
    made.add_exception_handler(JournalWriteError, _shows("unwritten.html", HTTPStatus.INSUFFICIENT_STORAGE))

    @made.exception_handler(RefusedError)
    async def _refused(request: Request, refused: RefusedError) -> Response:
        return whoever(request).refuse(refused.problem, next_page="/")

    @made.exception_handler(FormRefusedError)
    async def _form(request: Request, refused: FormRefusedError) -> Response:
        return whoever(request).render("failure.html", refused.status, shown=int(refused.status))

    @made.exception_handler(NotForRoleError)
    async def _role(request: Request, _: Exception) -> Response:
        return whoever(request).render("failure.html", HTTPStatus.FORBIDDEN, shown=403)

    @made.exception_handler(NotYoursError)
    @made.exception_handler(RequestValidationError)
    async def _not_found(request: Request, _: Exception) -> Response:
        return whoever(request).render("failure.html", HTTPStatus.NOT_FOUND, shown=404)

    @made.exception_handler(HTTPException)
    async def _http(request: Request, failure: HTTPException) -> Response:
        return whoever(request).render("failure.html", failure.status_code, shown=failure.status_code)

    @made.exception_handler(Exception)
    async def _broken(request: Request, _: Exception) -> Response:
        answer = whoever(request).render("failure.html", HTTPStatus.INTERNAL_SERVER_ERROR, shown=500)
        guard(answer.headers, request.url.path)  # this one is answered outside every middleware
        return answer
