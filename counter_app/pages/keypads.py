"""The page that is turned to the customer: what for, how much, and a keypad for the PIN. The clerk sees none of it."""

import uuid
from collections.abc import Awaitable, Callable
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
    """Send what was waiting, with the PIN. The same form again, by a double press or F5, asks nothing new."""
    fields = await page.form()
    keypad = _lying(page, str(id))
    if keypad is None:
        return _late(page, page.clerk.papers.keypads.get(str(id)))
    if keypad.purpose in _MENDS:
        return await _mend(page, keypad, fields)
    pin = fields.get("pin", "").strip()
    if not is_pin(pin):
        return _again(page, keypad, Problem("pin-required", 409, {}))
    if keypad.purpose is For.CASH:
        return await _pay(page, keypad, pin)
    return await _ask(page, keypad, pin)


async def _mend(page: Page, keypad: Keypad, fields: dict[str, str]) -> Response:
    typed = typed_by_customer(keypad, fields)
    if isinstance(typed, Problem):
        return _again(page, keypad, typed)
    if "new_pin" in typed and not is_pin(typed["new_pin"]):
        return _again(page, keypad, Problem("pin-required", 409, {}))

    async def mended() -> str:
        what, body = _MENDS[keypad.purpose], {**keypad.body, **typed}
        page.clerk.papers.mended = what, await page.twice(helping_api.mend, what, keypad.key, body)
        return "/help/done"

    return await _asked(page, keypad, mended())


async def _ask(page: Page, keypad: Keypad, pin: str) -> Response:
    return await _asked(page, keypad, _ASK[keypad.purpose](page, keypad, pin))


async def _asked(page: Page, keypad: Keypad, asking: Awaitable[str]) -> Response:
    """Ask for what moves no cash; a lost answer is asked for again from this page, with the same key."""
    try:
        where = await asking
    except RefusedError as refused:
        if refused.problem.slug == "request-in-progress":
            return _again(page, keypad, None, offline=True)
        if refused.problem.slug in _MISTYPED and refused.problem.members.get("remaining_attempts", 1):
            return _again(page, keypad, refused.problem)
        page.clerk.papers.keypads.pop(keypad.id, None)
        return page.refuse(refused.problem, next_page=_BACK.get(keypad.purpose, "/card"))
    except UnreachableError:
        return _again(page, keypad, None, offline=True)
    page.clerk.papers.keypads.pop(keypad.id, None)
    return page.go(where)


@router.post("/keypad/{id}/back")
async def back(page: InPage, id: UUID) -> Response:
    """Turn back to the clerk: the customer does not want to, or nobody typed."""
    fields = await page.form()
    keypad = page.clerk.papers.keypads.pop(str(id), None)
    if keypad is None or fields.get("late"):
        return _late(page, keypad)
    return page.go(_BACK.get(keypad.purpose, "/card"))


def _lying(page: Page, id: str) -> Keypad | None:
    keypad = page.clerk.papers.keypads.get(id)
    return None if keypad is None or keypad.is_over(page.app.service.clock()) else keypad


def _late(page: Page, keypad: Keypad | None) -> Response:
    helping = keypad is not None and keypad.purpose in _MENDS
    return page.go(f"{'/help' if helping else '/card'}?late=1")


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


async def _slip(page: Page, keypad: Keypad, pin: str) -> str:
    papers = page.clerk.papers
    made = await page.twice(elders_api.make_slip, keypad.key, {**keypad.body, "pin": pin})
    papers.slips = [made]
    return "/slips"


async def _reprint(page: Page, keypad: Keypad, pin: str) -> str:
    papers = page.clerk.papers
    papers.slips = list(await page.twice(elders_api.reprint, {**keypad.body, "pin": pin}))
    return "/slips"


async def _delegate(page: Page, keypad: Keypad, pin: str) -> str:
    body = {**keypad.body, "pin": pin}
    await page.twice(elders_api.make_delegation, keypad.key, body)
    card = {name: str(keypad.body[name]) for name in ("id_number", "checked")}
    await look_at_delegations(page, card)
    return "/delegations"


async def _revoke(page: Page, keypad: Keypad, pin: str) -> str:
    body = {**keypad.body, "pin": pin}
    await page.twice(elders_api.revoke_delegation, keypad.subject, body)
    await look_at_delegations(page, {name: str(keypad.body[name]) for name in ("id_number", "checked")})
    return "/delegations"


_ASK: Final[dict[For, Callable[[Page, Keypad, str], Awaitable[str]]]] = {
    For.SLIP: _slip,
    For.REPRINT: _reprint,
    For.DELEGATION: _delegate,
    For.REVOCATION: _revoke,
}


def _again(page: Page, keypad: Keypad, problem: Problem | None, *, offline: bool = False) -> Response:
    """Show the keypad once more: the customer mistyped, or the line failed. What was refused is asked for anew."""
    key = keypad.key if problem is None else str(uuid.uuid4())
    again = replace(keypad, key=key, refusal=problem, facts={**keypad.facts, "offline": offline})
    page.clerk.papers.put(again)
    return page.go(f"/keypad/{keypad.id}")
