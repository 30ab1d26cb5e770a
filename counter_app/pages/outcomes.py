"""What became of a request that moves money: one address per request, whatever is known of it."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final, TypeVar

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from counter_app import service_api
from counter_app.answers import Counterfeit, Problem, Receipt, Shift, Voucher, read
from counter_app.asked import ASKED
from counter_app.cash_answers import Count, Delivery, Exchange, HandOver, Move
from counter_app.journal import Entry, Kind, State
from counter_app.page import InPage, Page, by_itself
from counter_app.resolver import VOUCHED
from counter_app.service_api import RefusedError, Service, UnreachableError

Proof = TypeVar("Proof", Receipt, Voucher)

JUST: Final = timedelta(seconds=30)

router = APIRouter()


@router.get("/requests/{key}")
async def outcome(page: InPage, key: str) -> Response:
    """Show paid, refused, not sent, or *unknown – do not pay again*."""
    entry = _find(page, key)
    if entry.unresolved:
        return page.render("unknown.html", entry=entry, mine=entry.who.username == page.staff.username)
    if entry.state is State.NOT_SENT:
        return page.render("not_sent.html", entry=entry, back=ASKED[entry.kind].back)
    page.app.journal.shown(key, page.app.service.clock())
    if entry.answer is None:  # the key file was lost; the service's own list is all there is
        lists = {
            Kind.PAYMENT: "/receipts",
            Kind.CARD_PAYMENT: "/receipts",
            **dict.fromkeys(VOUCHED, "/vouchers"),
        }
        return page.go(lists.get(entry.kind, "/"))
    if entry.state is State.REFUSED:
        return _refused(page, Problem(**entry.answer), ASKED[entry.kind].back)
    return _SHOWN[entry.kind](page, entry) if entry.kind in _SHOWN else await _answered(page, entry)


@router.post("/requests/{key}/retry")
async def ask_again(page: InPage, key: str) -> Response:
    """Ask once more, with the same key and body."""
    await page.form()
    await page.app.resolver.send_again(_find(page, key).key)
    return page.go(f"/requests/{key}")


@router.get("/unknown/{key}")
@by_itself
async def is_it_known(page: InPage, key: str) -> Response:
    """Say in one word what is known, for the page that waits."""
    return JSONResponse({"state": _find(page, key).state})


def _refused(page: Page, problem: Problem, back: str) -> Response:
    """Say why not; what is done about it next has a page of its own where it is more than to go back."""
    if problem.slug == "count-again":
        return page.go(f"{back}?again=1")
    if problem.slug == "withdrawals-still-presented":
        return page.render("still_presented.html", problem.status, problem=problem)
    if problem.slug == "count-needs-word":
        values = {"count_id": problem.members["count_id"], "form_key": str(uuid.uuid4())}
        return page.render("count_word.html", problem.status, **values)
    return page.refuse(problem, next_page=back)


def _find(page: Page, key: str) -> Entry:
    """Return a request of this person, or of this office. Raises HTTPException (404)."""
    staff, entry = page.staff, page.app.journal.find(key)
    if entry is None or (entry.who.username != staff.username and entry.who.office != staff.who.office):
        raise HTTPException(404)
    return entry


async def _answered(page: Page, entry: Entry) -> Response:
    if entry.kind in (Kind.PAYMENT, Kind.CARD_PAYMENT):
        return await _paid(page, entry, read(Receipt, entry.answer))
    if entry.kind in VOUCHED:
        return await _done(page, entry, read(Voucher, entry.answer))
    if entry.kind is Kind.COUNTERFEIT:
        return page.render("counterfeit_paper.html", note=read(Counterfeit, entry.answer), copy=False)
    if entry.kind is Kind.DECISION:
        return page.go("/reviews")
    return page.go("/queue")


async def _paid(page: Page, entry: Entry, receipt: Receipt) -> Response:
    """Say PAID, once; of what was undone since, here or elsewhere, show the marked copy: that cash is handed over."""
    now = await _as_it_is_now(page, entry, service_api.receipt, receipt)
    if page.app.journal.undone(receipt.withdrawal_id) or (now and now.undone_by):
        return page.go(f"/receipts/{receipt.id}")
    return page.render("paid.html", receipt=receipt, seen_at=entry.shown_at, unsure=now is None)


async def _done(page: Page, entry: Entry, voucher: Voucher) -> Response:
    """Say what was done, once; of a deposit that was undone since, show the marked copy."""
    now = await _as_it_is_now(page, entry, service_api.voucher, voucher)
    if (voucher.kind == "deposit" and page.app.journal.undone(voucher.subject)) or (now and now.undone_by):
        return page.go(f"/vouchers/{voucher.id}")
    return page.render("done.html", voucher=voucher, seen_at=entry.shown_at, unsure=now is None)


async def _as_it_is_now(
    page: Page, entry: Entry, look: Callable[[Service, str, str], Awaitable[Proof]], told: Proof
) -> Proof | None:
    """Ask for what was told some time ago, for it may have been undone from another machine; None if nobody answers."""
    now = page.app.service.clock()
    if entry.shown_at is None and entry.resolved_at and timedelta() <= now - entry.resolved_at < JUST:
        return told
    try:
        return await page.ask(page.staff, look, told.id)
    except (RefusedError, UnreachableError):
        return None


def _opened(page: Page, entry: Entry) -> Response:
    if entry.who.username == page.staff.username:
        page.staff.shift = read(Shift, entry.answer)
    return page.go("/")


def _closed(page: Page, entry: Entry) -> Response:
    """Show the difference; a first count that differs leads back to the form."""
    shift = read(Shift, entry.answer)
    if shift.recount:
        return page.go("/shift/close?again=1")
    if entry.who.username == page.staff.username:
        page.staff.shift = None
    return page.render("closed.html", shift=shift)


def _handed_over(page: Page, entry: Entry) -> Response:
    done = read(HandOver, entry.answer)
    if done.closed.recount:
        return page.go("/shift/hand-over?again=1")
    if entry.who.username == page.staff.username:
        page.staff.shift = None
    return page.render("closed.html", shift=done.closed, next_shift=done.opened)


def _taken_over(page: Page, entry: Entry) -> Response:
    shift = read(Shift, entry.answer)
    if shift.recount:
        return page.go(f"/shift/left/{shift.id}?again=1")
    return page.render("closed.html", shift=shift)


def _counted(page: Page, entry: Entry) -> Response:
    count = read(Count, entry.answer)
    if count.recount:
        return page.go(f"{ASKED[entry.kind].back}?again=1")
    return page.render("counted.html", count=count, of_vault=entry.kind is Kind.VAULT_COUNT)


def _moved(page: Page, entry: Entry) -> Response:
    return page.render("moved.html", move=read(Move, entry.answer))


def _delivered(page: Page, entry: Entry) -> Response:
    delivery = read(Delivery, entry.answer)
    room = "/supervision" if page.staff.tokens.role == "supervisor" else "/cash"
    if delivery.recount:
        return page.go(f"{room}/deliveries/{delivery.id}/receive?again=1")
    return page.render("delivered.html", delivery=delivery, back=room)


_SHOWN: Final[Mapping[Kind, Callable[[Page, Entry], Response]]] = {
    Kind.OPEN_SHIFT: _opened,
    Kind.CLOSE_SHIFT: _closed,
    Kind.HAND_OVER: _handed_over,
    Kind.TAKE_OVER: _taken_over,
    Kind.VAULT_MOVE: _moved,
    Kind.DRAWER_MOVE: _moved,
    Kind.EXCHANGE: lambda page, entry: page.render("exchanged.html", exchange=read(Exchange, entry.answer)),
    Kind.VAULT_COUNT: _counted,
    Kind.RECOUNT: _counted,
    Kind.DELIVERY: _delivered,
    Kind.CASH_REQUEST: lambda page, _: page.go(
        "/supervision" if page.staff.tokens.role == "supervisor" else "/cash"
    ),
    Kind.OFFICE: lambda page, entry: page.go(f"/board/{entry.subject}"),
    Kind.RIGHTS: lambda page, entry: page.go(entry.subject or "/members"),
    Kind.COMPLAINT: lambda page, _: page.go("/complaints"),
    Kind.LEAVE: lambda page, _: page.go("/supervision"),
}
