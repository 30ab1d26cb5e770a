"""Who works at a supervisor's offices, and whose wallet is frozen: seen and changed, each with a reason."""

import unicodedata
import uuid
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from counter_app import members_api
from counter_app.answers import Problem
from counter_app.journal import Kind, Question
from counter_app.members_api import Member, Wallet
from counter_app.page import InPage, Page, form_key, read_words
from counter_app.pages.board import InCode, one_of
from counter_app.service_api import RefusedError

router = APIRouter()

InWords = Annotated[str, Query(max_length=70)]
InDrawer = Annotated[int, Path(ge=1, le=99)]


@router.get("/members")
async def members(page: InPage, q: InWords = "") -> Response:
    """List the clerks, those that are found first by name, user name or office."""
    found = [one for one in await page.ask(page.supervisor, members_api.members) if _plain(q) in _words(one)]
    found.sort(key=lambda one: (one.office or "", one.display_name))
    own = await page.ask(page.supervisor, members_api.passkeys)
    return page.render("members.html", members=found, passkeys=own, fresh=_fresh, q=q, unknown=page.unknown())


@router.post("/members/{id}/{what}")
async def change(page: InPage, id: UUID, what: Literal["state", "office", "password"]) -> Response:
    """Switch a clerk off or on, move one, or give one a first password, which is shown once."""
    supervisor, fields = page.supervisor, await page.form()
    reason = read_words(fields)
    if what == "password":
        given = await page.ask(supervisor, members_api.reset, str(id), reason)
        return page.render("first_password.html", given=given)
    body: dict[str, Any] = {"reason": reason}
    if what == "state":
        body["active"] = one_of(fields, "active", "yes", "no") == "yes"
    else:
        body["office"] = fields.get("office", "").strip()[:9]
    return await _send(page, fields, f"members/{id}", what, body, "/members")


@router.get("/wallets")
async def ask_for_wallet(page: InPage) -> Response:
    """Ask whose wallet it is."""
    assert page.supervisor
    return _wallet(page)


@router.post("/wallets")
async def find_wallet(page: InPage) -> Response:
    """Show whether a customer's wallet is frozen."""
    supervisor, fields = page.supervisor, await page.form()
    digits = "".join(filter(str.isdigit, fields.get("number", "")))
    named = {"id_number" if len(digits) == 12 else "phone": digits}  # noqa: PLR2004  a card's digits
    if not 9 <= len(digits) <= 12:  # noqa: PLR2004  a phone's or a card's
        return _wallet(page, problem=Problem("payee-unknown", 404, {}))
    try:
        return _wallet(page, await page.ask(supervisor, members_api.find_wallet, named))
    except RefusedError as refused:
        return _wallet(page, problem=refused.problem)


@router.post("/wallets/{id}/freeze")
async def freeze_wallet(page: InPage, id: UUID) -> Response:
    """Freeze a wallet or thaw it."""
    assert page.supervisor
    fields = await page.form()
    body = _frozen(fields)
    if "customers_too" in fields:
        body["customers_too"] = one_of(fields, "customers_too", "yes", "no") == "yes"
    return await _send(page, fields, f"customers/{id}", "freeze", body, "/wallets")


@router.post("/board/{code}/drawers/{number}/freeze")
async def freeze_drawer(page: InPage, code: InCode, number: InDrawer) -> Response:
    """Freeze a drawer or thaw it."""
    assert page.supervisor
    fields = await page.form()
    of = f"offices/{code}/drawers/{number}"
    return await _send(page, fields, of, "freeze", _frozen(fields), f"/board/{code}")


async def _send(
    page: Page, fields: dict[str, str], of: str, what: str, body: dict[str, Any], back: str
) -> Response:
    path, sent = members_api.request(of, what, body)
    return await page.send(
        Question(form_key(fields), Kind.RIGHTS, "POST", path, sent, page.supervisor.who, back)
    )


def _fresh() -> str:
    """Make the key of one form."""
    return str(uuid.uuid4())


def _frozen(fields: dict[str, str]) -> dict[str, Any]:
    return {"frozen": one_of(fields, "frozen", "yes", "no") == "yes", "reason": read_words(fields)}


def _wallet(page: Page, found: Wallet | None = None, problem: Problem | None = None) -> Response:
    status = problem.status if problem else HTTPStatus.OK
    return page.render(
        "wallets.html", status, wallet=found, problem=problem, fresh=_fresh, unknown=page.unknown()
    )


def _words(one: Member) -> str:
    return _plain(f"{one.display_name} {one.username} {one.office} {one.office_name}")


def _plain(words: str) -> str:
    """Write words as people search for them: without accents and capitals."""
    letters = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()
