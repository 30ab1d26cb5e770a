"""What holds for every answer of this app, whoever made it."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers as HeadersOf
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counter_app.statics import KEPT, ROOT

_ALWAYS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(headers: MutableHeaders, path: str) -> None:
    """Add the headers that every answer carries. Only static files may be kept."""
    headers.update(_ALWAYS)
    headers["Cache-Control"] = KEPT if path.startswith(f"{ROOT}/") else "no-store"


class OnlyHttps:
    """ASGI middleware where HTTPS is put in front: what did not come by it is shown no form to type a password in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what the proxy says came by HTTPS; `/healthz` may be asked plainly."""
        said = HeadersOf(scope=scope).get("x-forwarded-proto", "") if scope["type"] == "http" else "https"
        if said == "https" or scope.get("scheme") == "https" or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse("https:// …\n", HTTPStatus.FORBIDDEN)(scope, receive, send)


class Headers:
    """ASGI middleware: nothing is framed, sniffed, leaked to another site or, but for static files, kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to every HTTP answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                guard(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_guarded)
