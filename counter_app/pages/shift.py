"""The start page, and a clerk's shift from counted opening to counted close."""

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from counter_app import money, service_api
from counter_app.answers import Receipt, Shift
from counter_app.journal import Kind, Question
from counter_app.page import InPage, Page, form_key
from counter_app.resolver import VIET_NAM
from counter_app.service_api import RefusedError, UnreachableError
from counter_app.sessions import authorised

router = APIRouter()

_DRAWERS: Final = range(1, 100)
_RECENT: Final = 10


class CountUnreadableError(Exception):
    """A count on the form is not a whole number from 0 to the maximum."""


@router.get("/")
async def home(page: InPage) -> Response:
    """Show where the clerk stands: unknowns first, then the shift and the day's last receipts."""
    if page.staff.tokens.role == "supervisor":
        return page.go("/reviews")
    clerk, offline, receipts = page.clerk, False, list[Receipt]()
    try:
        clerk.shift = await current_shift(page)
        if clerk.shift is not None:
            receipts = await _recent(page)
    except UnreachableError:
        offline = True
    return page.render(
        "home.html",
        shift=clerk.shift,
        receipts=receipts,
        offline=offline,
        unknown=page.unknown(),
        unshown=page.app.journal.unshown(clerk.who.office, clerk.username),
    )


@router.get("/shift/open")
async def count_to_open(page: InPage) -> Response:
    """Show the form for the opening count."""
    clerk = page.clerk
    drawer = page.app.journal.last_drawer(clerk.who.office) or 1
    return _count_form(page, "open", {}, str(drawer))


@router.post("/shift/open")
async def open_shift(page: InPage) -> Response:
    """Open a shift with the counted drawer."""
    clerk, fields = page.clerk, await page.form()
    key, drawer = form_key(fields), fields.get("drawer", "")
    try:
        counts = _counts(fields)
        number = _drawer(drawer)
    except CountUnreadableError:
        return _count_form(page, "open", fields, drawer, key=key, wrong=True)
    if fields.get("action") == "add-up":
        return _count_form(page, "open", fields, drawer, key=key, added=money.total(counts))
    path, body = service_api.open_shift_request(number, counts)
    question = Question(key, Kind.OPEN_SHIFT, "POST", path, body, replace(clerk.who, drawer=number))
    await page.app.resolver.send(question, page.app.service.clock())
    return page.go(f"/requests/{key}")


@router.get("/shift/close")
async def count_to_close(page: InPage) -> Response:
    """Show the form for the closing count, which does not say what the drawer should hold."""
    page.clerk  # noqa: B018 - raises for anybody else
    if blocking := page.unknown():
        return page.render("close_blocked.html", HTTPStatus.CONFLICT, unknown=blocking)
    return _count_form(page, "close", {}, "")


@router.post("/shift/close")
async def close_shift(page: InPage) -> Response:
    """Close the shift with the counted drawer, unless something is unknown."""
    clerk, fields = page.clerk, await page.form()
    key = form_key(fields)
    if blocking := [entry for entry in page.unknown() if entry.key != key]:
        return page.render("close_blocked.html", HTTPStatus.CONFLICT, unknown=blocking)
    try:
        counts = _counts(fields)
    except CountUnreadableError:
        return _count_form(page, "close", fields, "", key=key, wrong=True)
    if fields.get("action") == "add-up":
        return _count_form(page, "close", fields, "", key=key, added=money.total(counts))
    path, body = service_api.close_shift_request(counts)
    question = Question(key, Kind.CLOSE_SHIFT, "POST", path, body, clerk.who)
    await page.app.resolver.send(question, page.app.service.clock())
    return page.go(f"/requests/{key}")


@router.get("/words")
async def in_words(page: InPage, amount: int) -> Response:
    """Say an amount in figures and in words, for the running total of a count."""
    page.staff  # noqa: B018 - raises for strangers
    if not 0 <= amount <= money.AMOUNT_MAX:
        return JSONResponse({}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(
        {"figures": money.figures(amount, page.language), "words": money.words(amount, page.language)}
    )


async def current_shift(page: Page) -> Shift | None:
    """Ask for the clerk's open shift; None when there is none. Raises UnreachableError, SignInAgainError."""
    app = page.app
    try:
        return await authorised(
            *(app.service, app.sessions, page.clerk),
            lambda token: service_api.current_shift(app.service, token),
        )
    except RefusedError as refused:
        if refused.problem.slug == "no-open-shift":
            return None
        raise


async def _recent(page: Page) -> list[Receipt]:
    app, today = page.app, page.app.service.now().astimezone(VIET_NAM).date()
    items, _ = await authorised(
        *(app.service, app.sessions, page.clerk),
        lambda token: service_api.receipts(app.service, token, today, limit=_RECENT),
    )
    return items


def _counts(fields: dict[str, str]) -> dict[str, int]:
    counts = {}
    for denomination in money.DENOMINATIONS:
        text = fields.get(f"count-{denomination}", "").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(money.COUNT_MAX))):
            raise CountUnreadableError
        counts[str(denomination)] = int(text)
        if counts[str(denomination)] > money.COUNT_MAX:
            raise CountUnreadableError
    return counts


def _drawer(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len("99") else 0
    if number not in _DRAWERS:
        raise CountUnreadableError
    return number


def _count_form(
    page: Page,
    purpose: str,
    typed: dict[str, str],
    drawer: str,
    *,
    key: str | None = None,
    added: int = 0,
    wrong: bool = False,
) -> Response:
    return page.render(
        "count.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        purpose=purpose,
        typed=typed,
        drawer=drawer,
        form_key=key or str(uuid.uuid4()),
        added=added,
        wrong=wrong,
        denominations=money.DENOMINATIONS,
        count_max=money.COUNT_MAX,
    )
