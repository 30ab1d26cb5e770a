"""The three steps of a payment: scan the code, check the card, pay."""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from counter_app import cards, counts, money, scanned, scanning, service_api
from counter_app.answers import Presentation, Problem
from counter_app.counts import CountUnreadableError
from counter_app.journal import About, Entry, Kind, Question, State
from counter_app.keypads import is_pin
from counter_app.page import InPage, Page, by_itself, form_key, read_body
from counter_app.service_api import RefusedError, UnreachableError
from counter_app.sessions import Presented, Session

router = APIRouter()

CODE_MAX: Final = 1_024
# Refusals after which the same card check can simply be done again while the lease runs.
_AGAIN_HERE: Final = frozenset(
    {
        "wrong-identity",
        "wrong-delegate",
        "delegate-required",
        "wrong-pin",
        "pin-required",
        "malformed-request",
        "mix-of-other-sum",
        "notes-not-there",
    }
)


@router.get("/scan")
async def scan(page: InPage) -> Response:
    """Step 1: wait for a code."""
    page.clerk  # noqa: B018 - raises for anybody else
    return page.render("scan.html", problem=None, offline=False, code="")


@router.post("/scan")
async def present(page: InPage) -> Response:
    """Claim the scanned withdrawal for this drawer and go on to the card."""
    clerk, fields = page.clerk, await page.form()
    code = scanned.cleaned(fields.get("code", ""))
    if problem := _cannot_be_sent(code):
        return page.render("scan.html", problem.status, problem=problem, offline=False, code="")
    try:
        presentation = await page.twice(service_api.present, code)  # harmless at one drawer
    except RefusedError as refused:
        if refused.problem.slug in ("code-malformed", "digits-mistyped"):
            status = refused.problem.status
            return page.render("scan.html", status, problem=refused.problem, offline=False, code=code)
        return page.refuse(refused.problem, next_page="/scan")
    except UnreachableError:
        return page.render("scan.html", 503, problem=None, offline=True, code=code)
    if unknown := page.unknown_about(presentation.withdrawal_id, Kind.PAYMENT):
        return page.go(f"/requests/{unknown.key}")
    lease_ends = presentation.lease_until - page.app.service.line.skew
    clerk.put(Presented(presentation, lease_ends))
    return page.go(f"/withdrawals/{presentation.withdrawal_id}/check")


@router.get("/withdrawals/{id}/check")
async def check(page: InPage, id: UUID) -> Response:
    """Step 2: compare the person with the card, and the card with the account."""
    presented = page.clerk.presented.get(str(id))
    if unknown := page.unknown_about(str(id), Kind.PAYMENT):
        return page.go(f"/requests/{unknown.key}")
    if presented is None:
        return page.go("/scan")
    left = presented.lease_ends - page.app.service.clock()
    return page.render(
        "check.html",
        presentation=presented.presentation,
        problem=presented.refusal,
        denominations=money.DENOMINATIONS,
        lease_s=max(0, int(left / timedelta(seconds=1))),
        form_key=str(uuid.uuid4()),
    )


@router.post("/withdrawals/{id}/payment")
async def pay(page: InPage, id: UUID) -> Response:
    """Step 3: pay. The same form again, by a double click or F5, asks nothing new."""
    clerk, fields = page.clerk, await page.form()
    key, withdrawal_id = form_key(fields), str(id)
    if asked := await page.asked_before(key, page.unknown_about(withdrawal_id, Kind.PAYMENT)):
        return asked
    presented = clerk.presented.get(withdrawal_id)
    if presented is None:
        return page.go("/scan")
    pin = fields.get("pin", "").strip() if "pin" in presented.presentation.requires else None
    if pin is not None and not is_pin(pin):
        return _check_again(page, presented, Problem("pin-required", 409, {}))
    try:
        card = cards.read(fields.get("card", ""))
        delegate = _delegate(presented.presentation, fields)
    except cards.CardUnreadableError as unread:
        return _check_again(page, presented, Problem(unread.slug, 422, {}))
    try:
        notes = _notes(presented.presentation, fields)
    except CountUnreadableError:
        return _check_again(page, presented, Problem("mix-of-other-sum", 409, {}))
    path, body = service_api.payment_request(
        withdrawal_id, card.id_number, card.checked, pin, notes, delegate
    )
    question = Question(
        key, Kind.PAYMENT, "POST", path, body, clerk.who, withdrawal_id, _about(presented.presentation)
    )
    entry = await page.app.resolver.send(question, page.app.service.clock())
    return _after(page, presented, entry)


@router.post("/withdrawals/{id}/release")
async def release(page: InPage, id: UUID) -> Response:
    """Give the claim up without paying. A lost answer does not matter: the lease lapses by itself."""
    clerk = page.clerk
    await page.form()
    if page.unknown_about(str(id), Kind.PAYMENT) is None and clerk.presented.pop(str(id), None) is not None:
        with suppress(RefusedError, UnreachableError):
            await page.ask(clerk, service_api.release, str(id))
    return page.go("/scan")


@router.post("/scan/frame")
@by_itself
async def read_frame(page: InPage, width: int, height: int) -> Response:
    """Read the QRs in one small grey camera frame of the page's own camera."""
    clerk = page.clerk
    token = page.request.headers.get("x-csrf-token", "")
    held = page.request.headers.get("x-held", "")
    if not page.app.sessions.csrf_matches(page.cookie, token) or not page.app.sessions.is_held(clerk, held):
        return JSONResponse({"texts": []}, 403)
    if not _may_send_frame(clerk, page):
        return JSONResponse({"texts": []}, 429, {"Retry-After": "1"})
    pixels = await read_body(page.request.stream(), scanning.FRAME_BYTES_MAX)
    try:
        texts = await scanning.read_frame_aside(pixels, width, height)
    except scanning.FrameMalformedError:
        return JSONResponse({"texts": []}, 400)
    return JSONResponse({"texts": texts})


def _may_send_frame(clerk: Session, page: Page) -> bool:
    now_s = page.app.service.clock().timestamp()
    clerk.frames[:] = [sent_s for sent_s in clerk.frames if 0 <= now_s - sent_s < 1]
    if len(clerk.frames) >= page.app.settings.frames_per_second:
        return False
    clerk.frames.append(now_s)
    return True


def _cannot_be_sent(code: str) -> Problem | None:
    """Tell what the service need not be asked: nothing there, a card, or letters that the keyboard has changed."""
    with suppress(cards.CardUnreadableError):
        cards.read(code)
        return Problem("card-for-code", 400, {})
    if not code or len(code) > CODE_MAX:
        return Problem("code-malformed", 400, {})
    if not code.isascii():
        return Problem("keyboard-not-plain", 400, {})
    if scanned.in_other_case(code):
        return Problem("caps-lock-on", 400, {})
    return None


def _notes(presentation: Presentation, fields: dict[str, str]) -> dict[str, int] | None:
    """Tell which notes are handed over: as proposed, in small ones, or as the clerk counted them.

    None where the drawer does not know its notes. Raises CountUnreadableError for notes of another sum.
    """
    if presentation.notes is None:
        return None
    if fields.get("mix") == "small" and presentation.small_notes is not None:
        return presentation.small_notes
    if fields.get("mix") != "own":
        return presentation.notes
    chosen = {note: number for note, number in counts.read(fields).items() if number}
    if money.total(chosen) != presentation.amount:
        raise CountUnreadableError
    return chosen


def _delegate(presentation: Presentation, fields: dict[str, str]) -> dict[str, str] | None:
    """Read the delegate's card where the cash is for one. Raises CardUnreadableError."""
    if "delegate" not in presentation.requires:
        return None
    card = cards.read(fields.get("delegate", ""))
    return {"id_number": card.id_number, "checked": card.checked}


def _check_again(page: Page, presented: Presented, problem: Problem) -> Response:
    page.clerk.put(replace(presented, refusal=problem))
    return page.go(f"/withdrawals/{presented.presentation.withdrawal_id}/check")


def _about(presentation: Presentation) -> About:
    return About(presentation.amount, presentation.payee.masked_name)


def _after(page: Page, presented: Presented, entry: Entry) -> Response:
    if entry.state is State.REFUSED and entry.answer and entry.answer["slug"] in _AGAIN_HERE:
        page.app.journal.shown(entry.key, page.app.service.clock())
        return _check_again(page, presented, Problem(**entry.answer))
    if entry.state is not State.NOT_SENT:
        page.clerk.presented.pop(entry.subject, None)
    return page.go(f"/requests/{entry.key}")
