"""What became of a request that moves money: one address per request, whatever is known of it."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from counter_app.answers import Problem, Receipt, Shift, read
from counter_app.journal import Entry, Kind, State
from counter_app.page import InPage, Page

router = APIRouter()

_BACK = {Kind.PAYMENT: "/scan", Kind.OPEN_SHIFT: "/shift/open", Kind.CLOSE_SHIFT: "/shift/close"}


@router.get("/requests/{key}")
async def outcome(page: InPage, key: str) -> Response:
    """Show paid, refused, not sent, or *unknown – do not pay again*."""
    entry = _find(page, key)
    if entry.unresolved:
        return page.render("unknown.html", entry=entry, mine=entry.who.username == page.staff.username)
    if entry.state is State.NOT_SENT:
        return page.render("not_sent.html", entry=entry, back=_BACK.get(entry.kind, "/"))
    page.app.journal.shown(key, page.app.service.clock())
    if entry.answer is None:  # the key file was lost; the service's own list is all there is
        return page.go("/receipts" if entry.kind is Kind.PAYMENT else "/")
    if entry.state is State.REFUSED:
        return page.refuse(Problem(**entry.answer), next_page=_BACK.get(entry.kind, "/"))
    return _answered(page, entry)


@router.post("/requests/{key}/retry")
async def ask_again(page: InPage, key: str) -> Response:
    """Ask once more, with the same key and body."""
    await page.form()
    await page.app.resolver.send_again(_find(page, key).key)
    return page.go(f"/requests/{key}")


@router.get("/unknown/{key}")
async def is_it_known(page: InPage, key: str) -> Response:
    """Say in one word what is known, for the page that waits."""
    return JSONResponse({"state": _find(page, key).state})


def _find(page: Page, key: str) -> Entry:
    """Return a request of this person, or of this office. Raises HTTPException (404)."""
    staff, entry = page.staff, page.app.journal.find(key)
    if entry is None or (entry.who.username != staff.username and entry.who.office != staff.who.office):
        raise HTTPException(404)
    return entry


def _answered(page: Page, entry: Entry) -> Response:
    if entry.kind is Kind.PAYMENT:
        return page.render("paid.html", receipt=read(Receipt, entry.answer))
    if entry.kind is Kind.DECISION:
        return page.go("/reviews")
    shift = read(Shift, entry.answer)
    mine = entry.who.username == page.staff.username
    if entry.kind is Kind.OPEN_SHIFT:
        page.staff.shift = shift if mine else page.staff.shift
        return page.go("/")
    page.staff.shift = None if mine else page.staff.shift
    return page.render("closed.html", shift=shift)
