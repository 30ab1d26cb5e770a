"""For customers without a phone: cash by card and PIN, slips, delegations. The PIN is typed on the keypad page."""

import uuid
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import cards, elders_api, money, qr
from counter_app.answers import Problem
from counter_app.journal import Kind
from counter_app.keypads import For, Keypad
from counter_app.page import InPage, Page, read_amount
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()

MONTHS_MAX: Final = 12
_ASKS: Final = {"cash": For.CASH, "slip": For.SLIP, "appointment": For.SLIP, "reprint": For.REPRINT}


@router.get("/card")
async def begin(page: InPage, late: int = 0, unknown: int = 0) -> Response:
    """Ask for the card, what it is for, and how much."""
    page.clerk.papers.clear()
    return _form(page, {}, None, why="late" if late else "unknown" if unknown else None)


@router.post("/card")
async def ask(page: InPage) -> Response:
    """Lay a keypad on the desk and turn to the customer; or go to the delegations of this card."""
    clerk, fields = page.clerk, await page.form()
    try:
        card = read_card(fields.get("card", ""))
    except cards.CardUnreadableError as unread:
        return _form(page, fields, Problem(unread.slug, 422, {}))
    what = fields.get("what", "cash")
    if what == "delegations":
        return await _delegations_of(page, card)
    purpose = _ASKS.get(what, For.CASH)
    if purpose is For.CASH and (asked := page.unknown_of(Kind.CARD_PAYMENT)):
        return page.go(f"/requests/{asked.key}")
    amount = None if purpose is For.REPRINT else read_amount(fields)
    if isinstance(amount, Problem):
        return _form(page, fields, amount)
    body: dict[str, Any] = {**card, **({"amount": amount} if amount else {})}
    if what == "appointment":
        body |= {"lifetime": "scheduled", "office": clerk.who.office}
    facts = {"what": what, "amount": amount, "here": clerk.tokens.office_name}
    return turn(page, purpose, body, facts)


@router.get("/slips")
async def slips(page: InPage) -> Response:
    """Show what is to be printed."""
    found = page.clerk.papers.slips
    drawn = {slip.withdrawal_id: qr.path(slip.code) for slip in found if slip.code}
    return page.render("slips.html", slips=found, drawn=drawn)


@router.get("/delegations")
async def delegations(page: InPage) -> Response:
    """Show the delegations of the card on the counter, and the form for a new one."""
    if page.clerk.papers.card is None:
        return page.go("/card")
    return _list(page, {}, None)


@router.post("/delegations")
async def delegate(page: InPage) -> Response:
    """Read the form of a new delegation, and turn to the customer."""
    papers, fields = page.clerk.papers, await page.form()
    if papers.card is None:
        return page.go("/card")
    try:
        card = cards.read(fields.get("delegate", ""))
    except cards.CardUnreadableError as unread:
        return _list(page, fields, Problem(unread.slug, 422, {}))
    ceiling, per_month = read_amount(fields, "ceiling"), read_amount(fields, "per_month")
    for wrong in (ceiling, per_month):
        if isinstance(wrong, Problem):
            return _list(page, fields, wrong)
    ends_on = money.months_on(page.today, _months(fields))
    body = {
        **papers.card,
        "delegate_id_number": card.id_number,
        "ceiling": ceiling,
        "per_month": per_month,
        "office": page.clerk.who.office,
        "ends_on": ends_on.isoformat(),
    }
    facts = {
        "what": "delegation",
        "amount": ceiling,
        "per_month": per_month,
        "last4": card.id_number[-4:],
        "ends_on": ends_on,
        "here": page.clerk.tokens.office_name,
    }
    return turn(page, For.DELEGATION, body, facts)


@router.post("/delegations/{id}/slip")
async def slip_for_delegate(page: InPage, id: UUID) -> Response:
    """Have the two slips made for a delegate."""
    papers, fields = page.clerk.papers, await page.form()
    chosen = next((one for one in papers.delegations if one.id == str(id)), None)
    if papers.card is None or chosen is None:
        return page.go("/card")
    amount = read_amount(fields)
    if isinstance(amount, Problem):
        return _list(page, fields, amount)
    body = {**papers.card, "amount": amount, "delegation_id": chosen.id}
    facts = {"what": "delegate", "amount": amount, "last4": chosen.delegate[-4:], "here": chosen.office_name}
    return turn(page, For.SLIP, body, facts)


@router.post("/delegations/{id}/revoke")
async def revoke(page: InPage, id: UUID) -> Response:
    """Turn to the customer, whose PIN ends a delegation."""
    papers = page.clerk.papers
    await page.form()
    chosen = next((one for one in papers.delegations if one.id == str(id)), None)
    if papers.card is None or chosen is None:
        return page.go("/card")
    facts = {"what": "revocation", "amount": None, "last4": chosen.delegate[-4:]}
    return turn(page, For.REVOCATION, papers.card, facts, subject=chosen.id)


def turn(page: Page, purpose: For, body: Any, facts: dict[str, Any], subject: str = "") -> Response:
    """Lay a keypad on the desk and go to its page."""
    id, key = str(uuid.uuid4()), str(uuid.uuid4())
    now = page.app.service.clock()
    page.clerk.papers.put(Keypad(id, purpose, key, dict(body), now, facts, subject))
    return page.go(f"/keypad/{id}")


def read_card(text: str) -> dict[str, str]:
    """Read a card as the contract wants it. Raises CardUnreadableError."""
    card = cards.read(text)
    return {"id_number": card.id_number, "checked": card.checked}


async def look_at_delegations(page: Page, card: dict[str, str]) -> None:
    """Lay a customer's delegations on the desk."""
    found = await page.twice(elders_api.find_delegations, card)
    page.clerk.papers.card, page.clerk.papers.delegations = card, list(found)


async def _delegations_of(page: Page, card: dict[str, str]) -> Response:
    try:
        await look_at_delegations(page, card)
    except RefusedError as refused:
        return _form(page, {}, refused.problem)
    except UnreachableError:
        return _form(page, {}, None, offline=True)
    return page.go("/delegations")


def _months(fields: dict[str, str]) -> int:
    text = fields.get("months", "")
    return min(MONTHS_MAX, int(text)) if text in {str(n) for n in range(1, MONTHS_MAX + 1)} else MONTHS_MAX


def _form(
    page: Page,
    typed: dict[str, str],
    problem: Problem | None,
    *,
    why: str | None = None,
    offline: bool = False,
) -> Response:
    return page.form_again("card.html", typed, problem, offline=offline, why=why)


def _list(page: Page, typed: dict[str, str], problem: Problem | None) -> Response:
    return page.render(
        "delegations.html",
        problem.status if problem else HTTPStatus.OK,
        delegations=page.clerk.papers.delegations,
        typed=typed,
        problem=problem,
        months=range(1, MONTHS_MAX + 1),
    )
