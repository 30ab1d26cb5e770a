"""The start page, and a clerk's shift from counted opening to counted close."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from counter_app import money, service_api
from counter_app.answers import Approval, Headroom, Receipt, Shift
from counter_app.journal import Kind, Question
from counter_app.languages import later as _
from counter_app.page import InPage, Page
from counter_app.pages import counting
from counter_app.pages.approvals import open_requests
from counter_app.pages.counting import Counting
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()

_RECENT: Final = 10


@router.get("/")
async def home(page: InPage) -> Response:
    """Show where the clerk stands: unknowns first, then the shift and the day's last receipts."""
    if page.staff.tokens.role == "supervisor":
        return page.go("/queue")
    if page.staff.tokens.role == "auditor":
        return page.go("/breaks")
    clerk, offline, receipts, asked = page.clerk, False, list[Receipt](), list[Approval]()
    left: Headroom | None = None
    try:
        clerk.shift = await current_shift(page)
        if clerk.shift is not None:
            left = await _headroom(page)
            receipts = await _recent(page)
            asked = await open_requests(page)
    except UnreachableError:
        offline = True
    return page.render(
        "home.html",
        shift=clerk.shift,
        left=left,
        receipts=receipts,
        asked=asked,
        offline=offline,
        unknown=page.unknown(),
        unshown=page.app.journal.unshown(clerk.who.office, clerk.username),
    )


_OPENING: Final = Counting(
    action="/shift/open",
    title=_("Open a shift"),
    lead=_("Count what is in the drawer, note by note."),
    button=_("Open the shift"),
    asks_drawer=True,
)
_CLOSING: Final = Counting(
    action="/shift/close",
    title=_("Close the shift"),
    lead=_("Count what is in the drawer, note by note. What it should hold is shown after the count."),
    button=_("Close the shift"),
    settled=True,
)


_AMID: Final = Counting(
    action="/shift/count",
    title=_("Count the drawer"),
    lead=_(
        "Count what is in the drawer, note by note. The shift goes on. What it should hold is shown after the count."
    ),
    button=_("Send the count"),
    settled=True,
)


@router.get("/shift/open")
async def count_to_open(page: InPage, again: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    """Show the form for the opening count, which does not say what the drawer should hold."""
    clerk = page.clerk
    drawer = page.app.journal.last_drawer(clerk.who.office) or 1
    return counting.form(page, replace(_OPENING, again=again), {"drawer": str(drawer)})


@router.post("/shift/open")
async def open_shift(page: InPage) -> Response:
    """Open a shift with the counted drawer."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        number = counting.drawer(fields.get("drawer", ""))
        path, body = service_api.open_shift_request(number, counts)
        return Question(key, Kind.OPEN_SHIFT, "POST", path, body, replace(clerk.who, drawer=number))

    return await counting.send(page, _OPENING, fields, question)


@router.get("/shift/totals")
async def totals(page: InPage) -> Response:
    """Show what went through the drawer so far, for the screen and for paper; the service keeps who looked."""
    shift = await page.ask(page.clerk, service_api.totals)
    return page.render("totals.html", shift=shift, seen_at=page.app.service.now())


@router.get("/shift/count")
async def count_amid(page: InPage, again: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    """Show the form for a count amid the shift, which does not say what the drawer should hold."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, replace(_AMID, again=again))


@router.post("/shift/count")
async def recount(page: InPage) -> Response:
    """Count the drawer; the shift goes on."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = service_api.recount_request(counts)
        return Question(key, Kind.RECOUNT, "POST", path, body, clerk.who)

    return await counting.send(page, _AMID, fields, question)


@router.get("/shift/close")
async def count_to_close(page: InPage, again: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    """Show the form for the closing count, which does not say what the drawer should hold."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, replace(_CLOSING, again=again))


@router.post("/shift/close")
async def close_shift(page: InPage) -> Response:
    """Close the shift with the counted drawer, unless something is unknown."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = service_api.close_shift_request(counts)
        return Question(key, Kind.CLOSE_SHIFT, "POST", path, body, clerk.who)

    return await counting.send(page, _CLOSING, fields, question)


@router.post("/shift/release/{id}")
async def release(page: InPage, id: UUID) -> Response:
    """Give back the right to pay a withdrawal that stands in the way of a close. Harmless to repeat."""
    clerk = page.clerk
    await page.form()
    clerk.presented.pop(str(id), None)
    await page.ask(clerk, service_api.release, str(id))
    return page.go("/shift/close")


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
    try:
        return await page.ask(page.clerk, service_api.current_shift)
    except RefusedError as refused:
        if refused.problem.slug == "no-open-shift":
            return None
        raise


async def _headroom(page: Page) -> Headroom | None:
    """Ask what the office may still pay; None when the shift has just ended. Raises UnreachableError."""
    try:
        return await page.ask(page.clerk, service_api.headroom)
    except RefusedError:
        return None


async def _recent(page: Page) -> list[Receipt]:
    today = page.today
    items, _ = await page.ask(page.clerk, service_api.receipts, today, limit=_RECENT)
    return items
