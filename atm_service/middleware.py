"""What surrounds every request: its id, its one reading of the clock, a bound on its body, and one log line.

The log line holds the route's template and never the path, the query or a body: no personal data and no code gets in.
"""

import time
from typing import Final

import structlog
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atm_service import ids, metrics
from atm_service.refusals import BodyTooLarge

BODY_LIMIT_BYTES: Final = 16_384

log = structlog.get_logger("http")


class Surroundings:
    """ASGI middleware, outermost but for the server itself."""

    def __init__(self, inner: ASGIApp, app: FastAPI) -> None:
        self._inner, self._app = inner, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        now = self._app.state.context.clock()
        request_id = str(ids.new(now))
        scope.setdefault("state", {}).update(now=now, request_id=request_id)
        status = 500
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

        try:
            await self._inner(scope, _bounded(scope, receive), marked_send)
        finally:
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
            )


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Stop reading a body that is longer than any documented request, declared or streamed."""
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    too_large = not declared.isdigit() or int(declared) > BODY_LIMIT_BYTES
    seen = 0

    async def bounded_receive() -> Message:
        nonlocal seen
        if too_large:
            raise BodyTooLarge(limit_bytes=BODY_LIMIT_BYTES)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_LIMIT_BYTES:
            raise BodyTooLarge(limit_bytes=BODY_LIMIT_BYTES)
        return message

    return bounded_receive
