"""A deposit in two steps: count and name, then let the customer confirm."""

import uuid
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import cards, counts, money, service_api
from counter_app.answers import Deposit, Problem
from counter_app.counts import CountUnreadableError
from counter_app.journal import Kind
from counter_app.page import InPage, Page, form_key
from counter_app.pages.proposing import NobodyNamedError, Proposals, is_pin, named, twice, unknown
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()


@router.get("/deposits/new")
async def begin(page: InPage) -> Response:
    """Step 1: whose account, and the counted notes."""
    page.clerk  # noqa: B018 - raises for anybody else
    return _form(page, {}, None)


@router.post("/deposits/new")
async def propose(page: InPage) -> Response:
    """Ask for the masked name of whoever was named; nothing moves."""
    page.clerk  # noqa: B018 - raises for anybody else
    fields = await page.form()
    key = form_key(fields)
    try:
        counted = counts.read(fields)
        body = {"to": named(fields.get("to", "")), "counts": counted}
    except CountUnreadableError:
        return _form(page, fields, Problem("malformed-request", 422, {}), key)
    except NobodyNamedError:
        return _form(page, fields, Problem("payee-unknown", 422, {}), key)
    if fields.get("action") == "add-up":
        return _form(page, fields, None, key, added=money.total(counted))
    service = page.app.service
    try:
        made = await twice(page, lambda token: service_api.propose_deposit(service, token, key, body))
    except RefusedError as refused:
        return _form(page, fields, refused.problem, key)
    except UnreachableError:
        return _form(page, fields, None, key, offline=True)
    return page.go(f"/deposits/{made.id}")


@router.get("/deposits/{id}")
async def look(page: InPage, id: UUID) -> Response:
    """Step 2: show the masked name, and how the customer may confirm."""
    if asked := unknown(page, str(id), Kind.DEPOSIT):
        return page.go(f"/requests/{asked.key}")
    deposit = await _deposit(page, str(id))
    if deposit.voucher_id:
        return page.go(f"/vouchers/{deposit.voucher_id}")
    return _confirm_form(page, deposit, None)


@router.post("/deposits/{id}/approval")
async def ask(page: InPage, id: UUID) -> Response:
    """Ask a supervisor, and go to the page that waits."""
    return await _DEPOSITS.ask_supervisor(page, id)


@router.post("/deposits/{id}/confirm")
async def confirm(page: InPage, id: UUID) -> Response:
    """Take the cash in."""
    return await _DEPOSITS.confirm(page, id)


def _proof(fields: dict[str, str]) -> dict[str, str] | Problem:
    """Read how the customer confirmed: a card or a PIN where one was given, else the name read aloud."""
    card, pin = fields.get("card", "").strip(), fields.get("pin", "").strip()
    if card:
        try:
            read = cards.read(card)
        except cards.CardUnreadableError:
            return Problem("card-unreadable", 422, {})
        return {"by": "card", "id_number": read.id_number, "checked": read.checked}
    if pin:
        return {"by": "pin", "pin": pin} if is_pin(pin) else Problem("pin-required", 409, {})
    return {"by": "name"} if fields.get("named") else Problem("confirmation-needed", 409, {})


async def _deposit(page: Page, id: str) -> Deposit:
    page.clerk  # noqa: B018 - raises for anybody else
    service = page.app.service
    return await twice(page, lambda token: service_api.deposit(service, token, id))


def _form(
    page: Page,
    typed: dict[str, str],
    problem: Problem | None,
    key: str | None = None,
    *,
    added: int = 0,
    offline: bool = False,
) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if offline else problem.status if problem else HTTPStatus.OK
    return page.render(
        "deposit.html",
        status,
        typed=typed,
        problem=problem,
        offline=offline,
        added=added,
        form_key=key or str(uuid.uuid4()),
        denominations=money.DENOMINATIONS,
    )


def _confirm_form(page: Page, deposit: Deposit, problem: Problem | None) -> Response:
    return page.render(
        "deposit_confirm.html",
        problem.status if problem else HTTPStatus.OK,
        deposit=deposit,
        notes=[
            (note, deposit.counts[str(note)]) for note in money.DENOMINATIONS if str(note) in deposit.counts
        ],
        problem=problem,
        form_key=str(uuid.uuid4()),
        ask_key=str(uuid.uuid4()),
    )


async def _again(page: Page, id: str, problem: Problem) -> Response:
    return _confirm_form(page, await _deposit(page, id), problem)


_DEPOSITS = Proposals(Kind.DEPOSIT, "deposits", _proof, _again)
