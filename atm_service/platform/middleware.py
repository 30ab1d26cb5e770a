"""What surrounds every request: its id, its one reading of the clock, bounds on bodies and crowds, and one log line.

The log line holds the route's template and never the path, the query or a body: no personal data and no code gets in.
"""

import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atm_service.platform import ids, metrics
from atm_service.platform.refusals import BodyTooLarge, Broken, ClockWrong, Refusal, Unavailable

BODY_LIMIT_BYTES: Final = 16_384
# The one address whose documented requests are larger: a thousand lines of credits.
BODY_LIMITS_BYTES: Final = {"/operator/v1/credits": 1_048_576, "/operator/v1/instructions": 1_048_576}
LENGTH_DIGITS_MAX: Final = 12
# More would wait longer than a client does. Whoever looks after the process is answered all the same.
IN_FLIGHT_MAX: Final = 1_000
RETRY_AFTER_S: Final = 2
LOOKING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ALWAYS_ANSWERED: Final = frozenset({"/healthz", "/metrics"})
FRAMES_LOGGED: Final = 6

log = structlog.get_logger("http")


class Surroundings:
    """ASGI middleware, outermost but for the server itself. `problem` makes a refusal's answer."""

    def __init__(self, inner: ASGIApp, app: FastAPI, problem: Callable[[Request, Refusal], Response]) -> None:
        self._inner, self._app, self._problem = inner, app, problem
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        now = self._app.state.context.clock()
        request_id = str(ids.new(now))
        scope.setdefault("state", {}).update(now=now, request_id=request_id)
        status = 0
        started = time.perf_counter()

        async def marked_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        self._in_flight += 1
        try:
            if self._in_flight > IN_FLIGHT_MAX and scope["path"] not in ALWAYS_ANSWERED:
                full = self._problem(Request(scope), Unavailable(retry_after_s=RETRY_AFTER_S))
                await full(scope, receive, marked_send)
            elif wrong := self._clock_wrong(scope["method"], now):
                await self._problem(Request(scope), wrong)(scope, receive, marked_send)
            else:
                await self._inner(scope, _bounded(scope, receive), marked_send)
        except Exception as error:  # noqa: BLE001  whatever it is, the client gets a problem
            _log_error(error, request_id)
            if status:  # half an answer has left: only breaking the line off tells the client
                raise RuntimeError("the answer broke off") from None
            await self._problem(Request(scope), Broken())(scope, receive, marked_send)
        finally:
            self._in_flight -= 1
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "none")
            metrics.REQUESTS.labels(scope["method"], route, status).inc()
            metrics.SECONDS.labels(scope["method"], route).observe(seconds)
            log.info(
                "request",
                id=request_id,
                method=scope["method"],
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                **_whose(scope),
            )

    def _clock_wrong(self, method: str, now: datetime) -> Refusal | None:
        """Tell whether this process may change anything by its clock; looking is always allowed."""
        if method in LOOKING:
            return None
        try:
            self._app.state.context.clocks.refuse_wrong(now)
        except ClockWrong as wrong:
            return wrong
        return None


def _whose(scope: Scope) -> dict[str, str]:
    """Name the caller's role and office, and nobody."""
    caller = scope["state"].get("caller")
    known = {} if caller is None else {"role": caller.role, "office": caller.office}
    return {name: value for name, value in known.items() if value is not None}


def _log_error(error: Exception, request_id: str) -> None:
    """Log what an error is and where it arose. What it says is left out: it may quote a name or a card."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED:]
    at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("internal error", id=request_id, error=type(error).__name__, at=at)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Stop reading a body that is longer than any documented request, declared or streamed."""
    limit_bytes = BODY_LIMITS_BYTES.get(scope["path"], BODY_LIMIT_BYTES)
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    readable = declared.isdigit() and len(declared) <= LENGTH_DIGITS_MAX
    too_large = not readable or int(declared) > limit_bytes
    seen = 0

    async def bounded_receive() -> Message:
        nonlocal seen
        if too_large:
            raise BodyTooLarge(limit_bytes=limit_bytes)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit_bytes:
            raise BodyTooLarge(limit_bytes=limit_bytes)
        return message

    return bounded_receive
