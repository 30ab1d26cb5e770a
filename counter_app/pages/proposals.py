"""Deposits and assisted transfers, each in two steps: who, to whom and how much; then the customer's yes."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from counter_app import cards, counts, money, service_api
from counter_app.answers import Deposit, Problem, Transfer
from counter_app.counts import CountUnreadableError
from counter_app.journal import About, Kind, Question, State
from counter_app.keypads import is_pin
from counter_app.page import InPage, Page, form_key, read_amount
from counter_app.service_api import RefusedError, UnreachableError

# Refusals after which the same page can simply be filled in again.
_AGAIN_HERE: Final = frozenset(
    {
        "wrong-identity",
        "wrong-name",
        "wrong-pin",
        "confirmation-needed",
        "approval-needed",
        "approval-waiting",
    }
)
_PHONE_MAX: Final = 32

Fields = Mapping[str, str]


@dataclass(frozen=True)
class What:
    """What is proposed, and what its two forms hold. Each reader gives a body, or says what is wrong."""

    kind: Kind
    wish: Callable[[Fields], dict[str, object] | Problem]
    proof: Callable[[Fields], dict[str, str] | Problem]

    @property
    def path(self) -> str:
        """Its place in this app's paths, and in the service's."""
        return f"{self.kind}s"


class _NobodyNamedError(Exception):
    """The field holds neither a phone number nor a card."""


def _deposit_wish(fields: Fields) -> dict[str, object] | Problem:
    """Read whose account, and the counted notes."""
    try:
        counted = counts.read(fields)
        return {"to": _named(fields), "counts": counted}
    except CountUnreadableError:
        return Problem("malformed-request", 422, {})
    except _NobodyNamedError:
        return Problem("payee-unknown", 422, {})


def _transfer_wish(fields: Fields) -> dict[str, object] | Problem:
    """Read card, payee and amount; the first wrong one is named."""
    try:
        card = cards.read(fields.get("card", ""))
        to = _named(fields)
    except cards.CardUnreadableError as unread:
        return Problem(unread.slug, 422, {})
    except _NobodyNamedError:
        return Problem("payee-unknown", 422, {})
    amount = read_amount(fields)
    if isinstance(amount, Problem):
        return amount
    return {"id_number": card.id_number, "checked": card.checked, "to": to, "amount": amount}


def _deposit_proof(fields: Fields) -> dict[str, str] | Problem:
    """Read how the customer confirmed: a card or a PIN where one was given, else the name that was said."""
    card = fields.get("card", "").strip()
    if card:
        try:
            read = cards.read(card)
        except cards.CardUnreadableError as unread:
            return Problem(unread.slug, 422, {})
        return {"by": "card", "id_number": read.id_number, "checked": read.checked}
    if fields.get("pin", "").strip():
        pin = _pin(fields)
        return pin if isinstance(pin, Problem) else {"by": "pin", **pin}
    name = " ".join(fields.get("name", "").split())
    return {"by": "name", "name": name} if name else Problem("confirmation-needed", 409, {})


def _pin(fields: Fields) -> dict[str, str] | Problem:
    pin = fields.get("pin", "").strip()
    return {"pin": pin} if is_pin(pin) else Problem("pin-required", 409, {})


def _named(fields: Fields) -> dict[str, str]:
    """Read who gets the money: a card that was scanned or typed, else a phone number. Raises _NobodyNamedError."""
    text = fields.get("to", "").strip()
    try:
        return {"id_number": cards.read(text).id_number}
    except cards.CardUnreadableError:
        pass
    plain = text.replace(" ", "").replace("-", "").replace(".", "")
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(plain) <= _PHONE_MAX):
        raise _NobodyNamedError
    return {"phone": plain}


_KINDS: Final = {
    what.path: what
    for what in (
        What(Kind.DEPOSIT, _deposit_wish, _deposit_proof),
        What(Kind.TRANSFER, _transfer_wish, _pin),
    )
}


def _what(page: InPage) -> What:
    page.clerk  # noqa: B018 - raises for anybody else
    return _KINDS[page.request.url.path.split("/")[1]]


InWhat = Annotated[What, Depends(_what)]

router = APIRouter()


@router.get("/deposits/new")
@router.get("/transfers/new")
async def begin(page: InPage, what: InWhat) -> Response:
    """Step 1: whose account, and how much; but first what this person has asked and does not know yet."""
    if asked := page.unknown_of(what.kind):
        return page.go(f"/requests/{asked.key}")
    return _form(page, what, {}, None)


@router.post("/deposits/new")
@router.post("/transfers/new")
async def propose(page: InPage, what: InWhat) -> Response:
    """Ask for the masked names of whoever was named; nothing moves."""
    fields = await page.form()
    key = form_key(fields)
    if asked := page.unknown_of(what.kind):
        return page.go(f"/requests/{asked.key}")
    body = what.wish(fields)
    if isinstance(body, Problem):
        return _form(page, what, fields, body, key)
    if fields.get("action") == "add-up":
        return _form(page, what, fields, None, key, added=money.total(counts.read(fields)))
    try:
        made = await page.twice(service_api.propose, key, what.path, body)
    except RefusedError as refused:
        return _form(page, what, fields, refused.problem)  # under another key: a refusal stands
    except UnreachableError:
        return _form(page, what, fields, None, key, offline=True)
    return page.go(f"/{what.path}/{made.id}")


@router.get("/deposits/{id}")
@router.get("/transfers/{id}")
async def look(page: InPage, what: InWhat, id: UUID) -> Response:
    """Step 2: show the masked names, and how the customer may confirm."""
    if asked := page.unknown_about(str(id), what.kind):
        return page.go(f"/requests/{asked.key}")
    proposal = await _find(page, what, id)
    if proposal.voucher_id:
        return page.go(f"/vouchers/{proposal.voucher_id}")
    return _confirm_form(page, what, proposal, None)


@router.post("/deposits/{id}/approval")
@router.post("/transfers/{id}/approval")
async def ask(page: InPage, what: InWhat, id: UUID) -> Response:
    """Ask a supervisor, and go to the page that waits."""
    fields = await page.form()
    why = {"words": " ".join(fields.get("words", "").split())}
    made = await page.twice(service_api.ask_for_approval, form_key(fields), (what.path, str(id)), why)
    return page.go(f"/approvals/{made.id}")


@router.post("/deposits/{id}/confirm")
@router.post("/transfers/{id}/confirm")
async def confirm(page: InPage, what: InWhat, id: UUID) -> Response:
    """Let what was proposed be done. The same form again, by a double click or F5, asks nothing new."""
    fields, subject = await page.form(), str(id)
    key = form_key(fields)
    if asked := await page.asked_before(key, page.unknown_of(what.kind)):
        return asked
    proof = what.proof(fields)
    if isinstance(proof, Problem):
        return _confirm_form(page, what, await _find(page, what, id), proof)
    path, body = service_api.confirm_request(what.path, subject, proof)
    question = Question(
        key, what.kind, "POST", path, body, page.clerk.who, subject, page.clerk.about.get(subject)
    )
    entry = await page.app.resolver.send(question, page.app.service.clock())
    if entry.state is State.REFUSED and entry.answer and entry.answer["slug"] in _AGAIN_HERE:
        page.app.journal.shown(entry.key, page.app.service.clock())
        return _confirm_form(page, what, await _find(page, what, id), Problem(**entry.answer))
    return page.go(f"/requests/{entry.key}")


async def _find(page: Page, what: What, id: UUID) -> Deposit | Transfer:
    return await page.twice(service_api.proposal, what.path, str(id))


def _form(
    page: Page,
    what: What,
    typed: Fields,
    problem: Problem | None,
    key: str | None = None,
    *,
    added: int = 0,
    offline: bool = False,
) -> Response:
    return page.form_again(
        f"{what.kind}.html",
        typed,
        problem,
        offline=offline,
        added=added,
        form_key=key or str(uuid.uuid4()),
        denominations=money.DENOMINATIONS,
    )


def _confirm_form(page: Page, what: What, proposal: Deposit | Transfer, problem: Problem | None) -> Response:
    page.clerk.remember(proposal.id, About(proposal.amount, proposal.payee.masked_name))
    return page.render(
        f"{what.kind}_confirm.html",
        problem.status if problem else HTTPStatus.OK,
        proposal=proposal,
        at=f"/{what.path}/{proposal.id}",
        problem=problem,
        form_key=str(uuid.uuid4()),
        ask_key=str(uuid.uuid4()),
        denominations=money.DENOMINATIONS,
    )
