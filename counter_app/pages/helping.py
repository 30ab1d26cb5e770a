"""For a customer who lost the phone, forgot the PIN or has another number: card first, then what it takes.

Whom the card names is shown before anything is done, and what a page does is done for whom it shows: another tab may
have found somebody else meanwhile. Code and new PIN are typed by the customer, on the keypad page.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import cards, helping_api
from counter_app.answers import Problem
from counter_app.keypads import For, Found, Keypad
from counter_app.page import InPage, Page, form_key
from counter_app.pages.board import one_of
from counter_app.pages.elders import read_card
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()

WHAT: Final = ("freeze", "thaw", "pin", "phone")
_KEYPAD: Final = {"pin": For.NEW_PIN, "phone": For.NEW_NUMBER}
# What the simulated eKYC provider knows; a real counter's camera would take the picture.
SAMPLES: Final = ("sample-clear", "sample-other-face", "sample-blurred", "sample-down")
_CODE_DIGITS: Final = range(6, 9)


@router.get("/help")
async def begin(page: InPage, late: int = 0, unknown: int = 0, other: int = 0) -> Response:
    """Ask for the card, and what is to be mended."""
    page.clerk.papers.clear()
    why = "late" if late else "unknown" if unknown else "other" if other else None
    return _form(page, {}, None, why=why)


@router.post("/help")
async def find(page: InPage) -> Response:
    """Find whose card it is."""
    papers, fields = page.clerk.papers, await page.form()
    what = one_of(fields, "what", *WHAT)
    phone = "".join(filter(str.isdigit, fields.get("phone", "")))[:15]
    if what == "phone" and not phone:
        return _form(page, fields, Problem("new-number-missing", 422, {}))
    try:
        card = read_card(fields.get("card", ""))
        papers.found = Found(
            card, await page.twice(helping_api.find, card), what, phone if what == "phone" else None
        )
    except cards.CardUnreadableError as unread:
        return _form(page, fields, Problem(unread.slug, 422, {}))
    except RefusedError as refused:
        return _form(page, fields, refused.problem)
    except UnreachableError:
        return _form(page, fields, None, offline=True)
    return page.go("/help/check")


@router.get("/help/check")
async def check(page: InPage) -> Response:
    """Show whose wallet it is, to be compared with who stands there."""
    return _check(page, str(uuid.uuid4()))


@router.post("/help/check")
async def act(page: InPage) -> Response:
    """Freeze or thaw; or have a code sent, and turn to the customer. The same form again does nothing twice."""
    papers, fields = page.clerk.papers, await page.form()
    found = papers.found
    if found is None or not secrets.compare_digest(fields.get("found", "").encode(), found.token.encode()):
        return page.go("/help?other=1")
    key, body = form_key(fields), dict(found.card)
    if found.what != "freeze":
        # Each form is a picture of its own, and the same form again is the same one.
        body["face_capture"] = f"{one_of(fields, 'face', *SAMPLES)}:{key}"
    try:
        if found.what in _KEYPAD:
            return await _turn(page, key, found.what, found.phone, body)
        helped = await page.twice(helping_api.mend, found.what, key, body)
    except RefusedError as refused:
        return page.refuse(refused.problem, next_page="/help/check")
    except UnreachableError:
        return _check(page, key, offline=True)
    papers.found, papers.mended = replace(found, helped=helped), (found.what, helped)
    return page.go("/help/done")


@router.get("/help/done")
async def done(page: InPage) -> Response:
    """Say what was done, and what the customer does next."""
    mended = page.clerk.papers.mended
    if mended is None:
        return page.go("/help")
    return page.render("help_done.html", what=mended[0], helped=mended[1])


async def _turn(page: Page, key: str, what: str, phone: str | None, body: dict[str, str]) -> Response:
    """Have the code sent, and lay a keypad on the desk under this form's key: pressed twice, it is one code."""
    papers = page.clerk.papers
    if key not in papers.keypads:
        sent = await page.ask(page.clerk, helping_api.send_code, _for_code(body, phone))
        body |= {"code_id": sent.id} | ({} if phone is None else {"phone": phone})
        facts = {"what": what, "amount": None, "phone_end": sent.phone_end, "digits": sent.digits}
        now = page.app.service.clock()
        papers.put(Keypad(key, _KEYPAD[what], str(uuid.uuid4()), body, now, facts))
    return page.go(f"/keypad/{key}")


def _for_code(body: Mapping[str, str], phone: str | None) -> dict[str, str]:
    card = {name: body[name] for name in ("id_number", "checked")}
    return card if phone is None else {**card, "phone": phone}


def typed_by_customer(keypad: Keypad, fields: Mapping[str, str]) -> dict[str, str] | Problem:
    """Read the code, and the new PIN typed twice, or what is wrong with them."""
    code, pin = fields.get("code", "").strip(), fields.get("pin", "").strip()
    if not (code.isascii() and code.isdigit() and len(code) in _CODE_DIGITS):
        return Problem("code-missing", 409, {})
    if keypad.purpose is For.NEW_NUMBER:
        return {"code": code}
    if pin != fields.get("again", "").strip():
        return Problem("pins-differ", 409, {})
    return {"code": code, "new_pin": pin}


def _check(page: Page, key: str, *, offline: bool = False) -> Response:
    found = page.clerk.papers.found
    if found is None:
        return page.go("/help")
    status = HTTPStatus.SERVICE_UNAVAILABLE if offline else HTTPStatus.OK
    facts = {"found": found, "form_key": key, "offline": offline, "samples": SAMPLES}
    return page.render("help_check.html", status, what=found.what, helped=found.helped, **facts)


def _form(
    page: Page,
    typed: dict[str, str],
    problem: Problem | None,
    *,
    why: str | None = None,
    offline: bool = False,
) -> Response:
    return page.form_again("help.html", typed, problem, offline=offline, why=why)
