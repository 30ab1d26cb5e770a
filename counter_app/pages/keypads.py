"""The page that is turned to the customer: what for, how much, and a keypad for the PIN. The clerk sees none of it."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import elders_api, helping_api
from counter_app.answers import Problem
from counter_app.journal import About, Kind, Question, State
from counter_app.keypads import For, Keypad, is_pin
from counter_app.page import InPage, Page
from counter_app.pages.elders import look_at_delegations
from counter_app.pages.helping import typed_by_customer
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()

_MENDS: Final = {For.NEW_PIN: "pin", For.NEW_NUMBER: "phone"}
_BACK: Final[dict[For, str]] = {
    For.DELEGATION: "/delegations",
    For.REVOCATION: "/delegations",
    **dict.fromkeys(_MENDS, "/help/check"),
}
# What the customer types once more, by the refusal's name.
_MISTYPED: Final = frozenset({"wrong-pin", "phone-code-wrong", "pin-weak"})


@router.get("/keypad/{id}")
async def look(page: InPage, id: UUID) -> Response:
    """Show the customer what the PIN is for."""
    keypad = _lying(page, str(id))
    if keypad is None:
        return _late(page, page.clerk.papers.keypads.get(str(id)))
    left = keypad.purpose.time - (page.app.service.clock() - keypad.begun_at)
    return page.render("keypad.html", keypad=keypad, left_s=max(0, int(left / timedelta(seconds=1))))


@router.post("/keypad/{id}")
async def confirm(page: InPage, id: UUID) -> Response:
    """Send what was waiting, with the PIN. The same form again, by a double press or F5, asks nothing new.

    Nor does another PIN, before what became of the first is known: the service compares no PIN under a known key, and
    its answer would be of the one that was sent.
    """
    fields = await page.form()
    keypad = _lying(page, str(id))
    if keypad is None:
        return _late(page, page.clerk.papers.keypads.get(str(id)))
    typed = keypad.sent or _typed(keypad, fields)
    if isinstance(typed, Problem):
        return _again(page, keypad, typed)
    if keypad.purpose is For.CASH:
        return await _pay(page, keypad, typed["pin"])
    return await _ask(page, keypad, typed)


def _typed(keypad: Keypad, fields: Mapping[str, str]) -> Mapping[str, str] | Problem:
    typed = (
        typed_by_customer(keypad, fields)
        if keypad.purpose in _MENDS
        else {"pin": fields.get("pin", "").strip()}
    )
    if isinstance(typed, Problem) or all(is_pin(typed[name]) for name in ("pin", "new_pin") if name in typed):
        return typed
    return Problem("pin-required", 409, {})


async def _ask(page: Page, keypad: Keypad, typed: Mapping[str, str]) -> Response:
    """Ask for what moves no cash; a lost answer is asked for again from this page, with the same key and words."""
    keypad = replace(keypad, sent=typed, refusal=None)
    page.clerk.papers.put(keypad)
    try:
        where = await _ASK[keypad.purpose](page, keypad, typed)
    except RefusedError as refused:
        if refused.problem.slug in _MISTYPED and refused.problem.members.get("remaining_attempts", 1):
            return _again(page, keypad, refused.problem)
        page.clerk.papers.keypads.pop(keypad.id, None)
        return page.refuse(refused.problem, next_page=_BACK.get(keypad.purpose, "/card"))
    except UnreachableError:
        return page.go(f"/keypad/{keypad.id}")
    page.clerk.papers.keypads.pop(keypad.id, None)
    return page.go(where)


@router.post("/keypad/{id}/back")
async def back(page: InPage, id: UUID) -> Response:
    """Turn back to the clerk: the customer does not want to, or nobody typed."""
    fields = await page.form()
    keypad = page.clerk.papers.keypads.pop(str(id), None)
    if keypad is None or keypad.sent or fields.get("late"):
        return _late(page, keypad)
    return page.go(_BACK.get(keypad.purpose, "/card"))


def _lying(page: Page, id: str) -> Keypad | None:
    keypad = page.clerk.papers.keypads.get(id)
    return None if keypad is None or keypad.is_over(page.app.service.clock()) else keypad


def _late(page: Page, keypad: Keypad | None) -> Response:
    """Turn back to the clerk, and say whether something was sent of which it is not known what became."""
    helping = keypad is not None and keypad.purpose in _MENDS
    unknown = keypad is not None and keypad.sent
    return page.go(f"{'/help' if helping else '/card'}?{'unknown' if unknown else 'late'}=1")


async def _pay(page: Page, keypad: Keypad, pin: str) -> Response:
    """Ask for the cash: the one purpose that moves money over the counter, so it goes by the journal."""
    if asked := await page.asked_before(keypad.key, page.unknown_of(Kind.CARD_PAYMENT)):
        return asked
    path, body = elders_api.cash_request(keypad.body, pin)
    about = About(keypad.facts["amount"], f"••••••••{keypad.body['id_number'][-4:]}")
    question = Question(keypad.key, Kind.CARD_PAYMENT, "POST", path, body, page.clerk.who, about=about)
    entry = await page.app.resolver.send(question, page.app.service.clock())
    if entry.state is State.REFUSED and entry.answer and entry.answer["slug"] == "wrong-pin":
        problem = Problem(**entry.answer)
        if problem.members.get("remaining_attempts"):
            page.app.journal.shown(entry.key, page.app.service.clock())
            return _again(page, keypad, problem)
    return page.go(f"/requests/{entry.key}")


async def _mend(page: Page, keypad: Keypad, typed: Mapping[str, str]) -> str:
    what, body = _MENDS[keypad.purpose], {**keypad.body, **typed}
    page.clerk.papers.mended = what, await page.twice(helping_api.mend, what, keypad.key, body)
    return "/help/done"


async def _slip(page: Page, keypad: Keypad, typed: Mapping[str, str]) -> str:
    papers = page.clerk.papers
    made = await page.twice(elders_api.make_slip, keypad.key, {**keypad.body, **typed})
    papers.slips = [made]
    return "/slips"


async def _reprint(page: Page, keypad: Keypad, typed: Mapping[str, str]) -> str:
    papers = page.clerk.papers
    papers.slips = list(await page.twice(elders_api.reprint, {**keypad.body, **typed}))
    return "/slips"


async def _delegate(page: Page, keypad: Keypad, typed: Mapping[str, str]) -> str:
    await page.twice(elders_api.make_delegation, keypad.key, {**keypad.body, **typed})
    card = {name: str(keypad.body[name]) for name in ("id_number", "checked")}
    await look_at_delegations(page, card)
    return "/delegations"


async def _revoke(page: Page, keypad: Keypad, typed: Mapping[str, str]) -> str:
    await page.twice(elders_api.revoke_delegation, keypad.subject, {**keypad.body, **typed})
    await look_at_delegations(page, {name: str(keypad.body[name]) for name in ("id_number", "checked")})
    return "/delegations"


_ASK: Final[dict[For, Callable[[Page, Keypad, Mapping[str, str]], Awaitable[str]]]] = {
    **dict.fromkeys(_MENDS, _mend),
    For.SLIP: _slip,
    For.REPRINT: _reprint,
    For.DELEGATION: _delegate,
    For.REVOCATION: _revoke,
}


def _again(page: Page, keypad: Keypad, problem: Problem) -> Response:
    """Show the keypad once more: the customer mistyped. What was refused is asked for anew."""
    page.clerk.papers.put(replace(keypad, key=str(uuid.uuid4()), refusal=problem, sent=None))
    return page.go(f"/keypad/{keypad.id}")
