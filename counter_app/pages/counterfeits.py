"""Counterfeit notes: put one on record, and print the paper that its bearer is given."""

import re
import uuid
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from counter_app import cards, money, service_api
from counter_app.answers import Counterfeit, Problem
from counter_app.journal import Kind, Question
from counter_app.page import InPage, Page, form_key

router = APIRouter()

_SERIAL: Final = re.compile(r"[A-Z0-9]{4,16}")
_NAME: Final = range(2, 71)


@router.get("/counterfeits")
async def of_today(page: InPage) -> Response:
    """Show the form, and what was kept back today."""
    return await _form(page, {}, None)


@router.post("/counterfeits")
async def keep(page: InPage) -> Response:
    """Put a note on record."""
    clerk, fields = page.clerk, await page.form()
    key = form_key(fields)
    note, serial = fields.get("note", ""), fields.get("serial", "").replace(" ", "").upper()
    name = " ".join(fields.get("bearer_name", "").split())
    if note not in map(str, money.DENOMINATIONS) or not _SERIAL.fullmatch(serial) or len(name) not in _NAME:
        return await _form(page, fields, Problem("malformed-request", 422, {}))
    try:
        card = cards.read(fields.get("card", ""))
    except cards.CardUnreadableError as unread:
        return await _form(page, fields, Problem(unread.slug, 422, {}))
    path, body = service_api.counterfeit_request(note, serial, name, card.id_number)
    question = Question(key, Kind.COUNTERFEIT, "POST", path, body, clerk.who)
    return await page.send(question)


@router.get("/counterfeits/{id}")
async def paper(page: InPage, id: UUID) -> Response:
    """Show a record of today; what is printed from here is marked as a copy."""
    found = next((note for note in await _of_today(page) if note.id == str(id)), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return page.render("counterfeit_paper.html", note=found, copy=True)


async def _of_today(page: Page) -> list[Counterfeit]:
    today = page.today
    return await page.ask(page.clerk, service_api.counterfeits, today)


async def _form(page: Page, typed: dict[str, str], problem: Problem | None) -> Response:
    return page.render(
        "counterfeits.html",
        problem.status if problem else HTTPStatus.OK,
        notes=await _of_today(page),
        typed=typed,
        problem=problem,
        form_key=str(uuid.uuid4()),
        denominations=money.DENOMINATIONS,
    )
