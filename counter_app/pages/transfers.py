"""An assisted transfer in two steps: the payer's card and the payee, then the payer's PIN."""

import uuid
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import cards, money, service_api
from counter_app.answers import Problem, Transfer
from counter_app.journal import Kind
from counter_app.page import InPage, Page, form_key
from counter_app.pages.proposing import NobodyNamedError, Proposals, is_pin, named, twice, unknown
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()


@router.get("/transfers/new")
async def begin(page: InPage) -> Response:
    """Step 1: who sends, to whom, how much."""
    page.clerk  # noqa: B018 - raises for anybody else
    return _form(page, {}, None)


@router.post("/transfers/new")
async def propose(page: InPage) -> Response:
    """Ask for both masked names; nothing moves."""
    page.clerk  # noqa: B018 - raises for anybody else
    fields = await page.form()
    key = form_key(fields)
    body = _wish(fields)
    if isinstance(body, Problem):
        return _form(page, fields, body, key)
    service = page.app.service
    try:
        made = await twice(page, lambda token: service_api.propose_transfer(service, token, key, body))
    except RefusedError as refused:
        return _form(page, fields, refused.problem, key)
    except UnreachableError:
        return _form(page, fields, None, key, offline=True)
    return page.go(f"/transfers/{made.id}")


@router.get("/transfers/{id}")
async def look(page: InPage, id: UUID) -> Response:
    """Step 2: show both masked names, and wait for the payer's PIN."""
    if asked := unknown(page, str(id), Kind.TRANSFER):
        return page.go(f"/requests/{asked.key}")
    transfer = await _transfer(page, str(id))
    if transfer.voucher_id:
        return page.go(f"/vouchers/{transfer.voucher_id}")
    return _confirm_form(page, transfer, None)


@router.post("/transfers/{id}/approval")
async def ask(page: InPage, id: UUID) -> Response:
    """Ask a supervisor, and go to the page that waits."""
    return await _TRANSFERS.ask_supervisor(page, id)


@router.post("/transfers/{id}/confirm")
async def confirm(page: InPage, id: UUID) -> Response:
    """Move the money."""
    return await _TRANSFERS.confirm(page, id)


def _pin(fields: dict[str, str]) -> dict[str, str] | Problem:
    pin = fields.get("pin", "").strip()
    return {"pin": pin} if is_pin(pin) else Problem("pin-required", 409, {})


def _wish(fields: dict[str, str]) -> dict[str, object] | Problem:
    """Read the form: card, payee and amount, the first wrong one named."""
    try:
        card = cards.read(fields.get("card", ""))
    except cards.CardUnreadableError:
        return Problem("card-unreadable", 422, {})
    try:
        to = named(fields.get("to", ""))
    except NobodyNamedError:
        return Problem("payee-unknown", 422, {})
    amount = money.read(fields.get("amount", ""))
    if amount is None:
        return Problem("amount-out-of-range", 422, {})
    return {"id_number": card.id_number, "checked": card.checked, "to": to, "amount": amount}


async def _transfer(page: Page, id: str) -> Transfer:
    page.clerk  # noqa: B018 - raises for anybody else
    service = page.app.service
    return await twice(page, lambda token: service_api.transfer(service, token, id))


def _form(
    page: Page,
    typed: dict[str, str],
    problem: Problem | None,
    key: str | None = None,
    *,
    offline: bool = False,
) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if offline else problem.status if problem else HTTPStatus.OK
    return page.render(
        "transfer.html",
        status,
        typed=typed,
        problem=problem,
        offline=offline,
        form_key=key or str(uuid.uuid4()),
    )


def _confirm_form(page: Page, transfer: Transfer, problem: Problem | None) -> Response:
    return page.render(
        "transfer_confirm.html",
        problem.status if problem else HTTPStatus.OK,
        transfer=transfer,
        problem=problem,
        form_key=str(uuid.uuid4()),
        ask_key=str(uuid.uuid4()),
    )


async def _again(page: Page, id: str, problem: Problem) -> Response:
    return _confirm_form(page, await _transfer(page, id), problem)


_TRANSFERS = Proposals(Kind.TRANSFER, "transfers", _pin, _again)
