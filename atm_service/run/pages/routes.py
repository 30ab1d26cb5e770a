"""Serve the pages: small, cacheable and unable to run or show anything that is not theirs."""

import re
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response

from atm_service.platform.middleware import takes_gzip
from atm_service.run.pages.assets import HTML, Asset, load

ASSETS: Final = load(Path(__file__).parent)

# On every answer. What only a document obeys is in PAGE: headers on twenty small files weigh on a slow line.
FILE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
# A code's picture is a `blob:`: it is fetched with the customer's token, which no <img> address can carry.
CSP: Final = (
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
PERMISSIONS: Final = ("camera", "microphone", "geolocation", "payment", "usb")
PAGE: Final = FILE | {
    "Content-Security-Policy": "; ".join(CSP),
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join((*(f"{name}=()" for name in PERMISSIONS), "screen-wake-lock=(self)")),
    "Cross-Origin-Opener-Policy": "same-origin",
}
ASK_AGAIN: Final = "no-cache"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
VERSION: Final = re.compile(r"[0-9a-f]{12}")

IfNoneMatch = Annotated[str, Header(max_length=400)]
AcceptEncoding = Annotated[str, Header(max_length=400)]

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
def landing(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Show three doors: wallet, counter, audit."""
    return answer(ASSETS.pages["landing.html"], ASK_AGAIN, if_none_match, accept_encoding)


@router.api_route("/wallet/", methods=["GET", "HEAD"])
def wallet(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Show the reference wallet, an ordinary client of the wallet API."""
    return answer(ASSETS.pages["wallet.html"], ASK_AGAIN, if_none_match, accept_encoding)


@router.api_route("/wallet/offline.js", methods=["GET", "HEAD"])
def wallet_offline(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Send the wallet's service worker; from here, for it rules only over its own folder."""
    return worker(if_none_match, accept_encoding)


@router.api_route("/verify/", methods=["GET", "HEAD"])
def verify(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Show the page on which anybody checks a receipt."""
    return answer(ASSETS.pages["verify.html"], ASK_AGAIN, if_none_match, accept_encoding)


@router.api_route("/verify/offline.js", methods=["GET", "HEAD"])
def verify_offline(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Send the same worker for that page."""
    return worker(if_none_match, accept_encoding)


@router.api_route("/audit/", methods=["GET", "HEAD"])
def audit(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Show the auditor's page, an ordinary client of the audit API."""
    return answer(ASSETS.pages["audit.html"], ASK_AGAIN, if_none_match, accept_encoding)


@router.api_route("/docs", methods=["GET", "HEAD"])
def docs(if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Show the API's document, by scripts that are kept here: this origin is the wallet's, too."""
    return answer(ASSETS.pages["docs.html"], ASK_AGAIN, if_none_match, accept_encoding)


@router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
def static(path: str, if_none_match: IfNoneMatch = "", accept_encoding: AcceptEncoding = "") -> Response:
    """Send scripts, styles and catalogues. Under the current version they may be kept for good.

    A tab opened before an upgrade still asks under the old version; it gets today's file, not to be kept.
    """
    version, _, rest = path.partition("/")
    found = ASSETS.static.get(rest if VERSION.fullmatch(version) else path)
    if found is None:
        return Response("Not found\n", 404, FILE | {"Cache-Control": ASK_AGAIN}, "text/plain")
    cache = FOR_GOOD if version == ASSETS.version else ASK_AGAIN
    return answer(found, cache, if_none_match, accept_encoding)


def worker(if_none_match: str, accept_encoding: str) -> Response:
    """Send the service worker: it obeys the policy of its own answer, and fetches the page and its files."""
    sent = answer(ASSETS.static["offline.js"], ASK_AGAIN, if_none_match, accept_encoding)
    sent.headers["Content-Security-Policy"] = "default-src 'self'"
    return sent


def answer(found: Asset, cache: str, if_none_match: str, accept_encoding: str) -> Response:
    """Send the file, compressed where the browser can read that; 304 where it already has it."""
    compress = takes_gzip(accept_encoding)
    etag = f'"{found.digest}{"-gz" if compress else ""}"'
    kind = PAGE if found.media_type == HTML else FILE
    headers = kind | {"ETag": etag, "Cache-Control": cache}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if compress:
        headers["Content-Encoding"] = "gzip"
    return Response(found.compressed if compress else found.body, 200, headers, found.media_type)
