"""What surrounds every request: its id, its one reading of the clock, bounds on bodies and crowds, and one log line.

A request is counted when its body is here, so that whoever sends half of one takes nobody's place. Some of the places
are kept for counters, and some of the threads: strangers and customers, however many, leave the clerks theirs.

The log line holds the route's template and never the path, the query or a body: no personal data and no code gets in.
"""

import asyncio
import re
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

import structlog
from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atm_service.platform import callers, ids, metrics
from atm_service.platform.refusals import (
    BodyTooLarge,
    Broken,
    Refusal,
    Unauthenticated,
    Unavailable,
)

BODY_LIMIT_BYTES: Final = 16_384
# Addresses whose documented requests are larger, a thousand lines of credits: for a signed-in operator alone.
BODY_LIMITS_BYTES: Final = {"/operator/v1/credits": 1_048_576, "/operator/v1/instructions": 1_048_576}
LENGTH_DIGITS_MAX: Final = 12
# More would wait longer than a client does. Whoever looks after the process is answered all the same.
IN_FLIGHT_MAX: Final = 1_000
KEPT_FOR_STAFF: Final = 200
CROWD_AT_ONCE: Final = 24  # of forty threads
RETRY_AFTER_S: Final = 2
COMPRESSED: Final = ("/wallet/", "/counter/")  # asked from phones and from offices, over the weakest lines
COMPRESSED_FROM_BYTES: Final = 1_000  # less fits into a packet as it is
LOOKING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ALWAYS_ANSWERED: Final = frozenset({"/healthz"})
# On every answer that does not bring its own. What is said of transport counts over TLS alone, which the proxy speaks.
POLICY: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
FRAMES_LOGGED: Final = 6
WENT_AWAY: Final = 499  # what nginx calls it; nobody is there to read it

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
                for name, value in POLICY.items():
                    headers.setdefault(name, value)
            await send(message)

        of_staff = callers.is_staff(Request(scope), self._app.state.context, now)
        scope["state"]["of_staff"] = of_staff
        try:
            whole = await self._whole(scope, receive)
            if whole is None:
                status = WENT_AWAY
            else:
                self._refuse(scope, now)
                await self._counted(scope, whole, marked_send)
        except Refusal as refusal:
            await self._problem(Request(scope), refusal)(scope, receive, marked_send)
        except Exception as error:  # noqa: BLE001  whatever it is, the client gets a problem
            _log_error(error, request_id)
            if status:  # half an answer has left: only breaking the line off tells the client
                raise RuntimeError("the answer broke off") from None
            await self._problem(Request(scope), Broken())(scope, receive, marked_send)
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
                **_whose(scope),
            )

    def _refuse(self, scope: Scope, now: datetime) -> None:
        """Refuse where no place is left, and what would change something by a clock that is wrong."""
        if self._is_full(of_staff=scope["state"]["of_staff"]) and scope["path"] not in ALWAYS_ANSWERED:
            raise Unavailable(retry_after_s=RETRY_AFTER_S)
        if scope["method"] not in LOOKING:
            self._app.state.context.clocks.refuse_wrong(now)

    def _is_full(self, *, of_staff: bool) -> bool:
        return self._in_flight >= (IN_FLIGHT_MAX if of_staff else IN_FLIGHT_MAX - KEPT_FOR_STAFF)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._in_flight += 1
        try:
            await self._inner(scope, receive, send)
        finally:
            self._in_flight -= 1

    async def _whole(self, scope: Scope, receive: Receive) -> Receive | None:
        """Read the body, no longer than any documented request; None when the client goes away before its end.

        Raises `BodyTooLarge`, and `Unauthenticated` where only somebody known may send so much.
        """
        limit_bytes = BODY_LIMIT_BYTES
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        readable = declared.isdigit() and len(declared) <= LENGTH_DIGITS_MAX
        if scope["method"] == "POST" and scope["path"] in BODY_LIMITS_BYTES:
            role = await callers.role(Request(scope), self._app.state.context, scope["state"]["now"])
            if role == "operator":
                limit_bytes = BODY_LIMITS_BYTES[scope["path"]]
            elif role is None:
                raise Unauthenticated
        if not readable or int(declared) > limit_bytes:
            raise BodyTooLarge(limit_bytes=limit_bytes)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > limit_bytes:
                raise BodyTooLarge(limit_bytes=limit_bytes)
            more = message.get("more_body", False)
        return _replayed({"type": "http.request", "body": bytes(body), "more_body": False}, receive)


def _whose(scope: Scope) -> dict[str, str]:
    """Name the caller's role and office, and who of the staff it is; of a customer nothing."""
    caller = scope["state"].get("caller")
    if caller is None:
        return {}
    who = str(caller.subject) if caller.role != "customer" else None
    known = {"role": caller.role, "office": caller.office, "who": who}
    return {name: value for name, value in known.items() if value is not None}


class Crowd:
    """ASGI middleware, inside the lane: whoever is not of the staff waits for one of the crowd's places."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on: at once, or in turn."""
        if scope["type"] != "http" or scope["state"]["of_staff"] or scope["path"] in ALWAYS_ANSWERED:
            await self._inner(scope, receive, send)
            return
        places = self._places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(CROWD_AT_ONCE))
        async with places:
            await self._inner(scope, receive, send)


class Compressed:
    """ASGI middleware, innermost: what a phone or a counter looks up is sent compressed where it is long.

    A list of offices is a tenth of its length then. What a POST answers stays as it is: there stand tokens, and beside
    them what the asker has sent; lengths would tell of both to whoever watches the line (BREACH).
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._plain = inner
        self._smaller = GZipMiddleware(inner, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and compress on the way back."""
        looks = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(COMPRESSED)
        if looks and not takes_gzip(Request(scope).headers.get("Accept-Encoding", "")):
            # The compressing layer looks for the word alone.
            scope["headers"] = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
        await (self._smaller if looks else self._plain)(scope, receive, send)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    for offer in accept_encoding.lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() == "gzip":
            return re.fullmatch(r"\s*q=0(\.0*)?\s*", quality) is None
    return False


def _replayed(whole: Message, receive: Receive) -> Receive:
    """Give what was read first, then whatever comes after it."""
    first: list[Message] = [whole]

    async def replayed_receive() -> Message:
        return first.pop() if first else await receive()

    return replayed_receive


def _log_error(error: Exception, request_id: str) -> None:
    """Log what an error is and where it arose. What it says is left out: it may quote a name or a card."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED:]
    at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("internal error", id=request_id, error=type(error).__name__, at=at)
