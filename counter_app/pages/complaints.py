"""A supervisor answers complaints: the first due first, what was contested left to another."""

import uuid
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from counter_app import complaints_api
from counter_app.journal import Kind, Question
from counter_app.page import FormRefusedError, InPage, form_key
from counter_app.pages.board import one_of

router = APIRouter()

_WORDS: Final = range(3, 501)  # letters


@router.get("/complaints")
async def waiting(page: InPage, after: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """List what waits for an answer."""
    found, more = await page.ask(page.supervisor, complaints_api.waiting, after)
    keys = {one.id: str(uuid.uuid4()) for one in found}
    return page.render("complaints.html", complaints=found, more=more, keys=keys, unknown=page.unknown())


@router.post("/complaints/{id}/answer")
async def answer(page: InPage, id: UUID) -> Response:
    """Answer one: right or not, and in words that the customer reads."""
    supervisor, fields = page.supervisor, await page.form()
    words = " ".join(fields.get("words", "").split())
    if len(words) not in _WORDS:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    body = {"upheld": one_of(fields, "upheld", "yes", "no") == "yes", "words": words}
    path, sent = complaints_api.answer_request(str(id), body)
    return await page.send(
        Question(form_key(fields), Kind.COMPLAINT, "POST", path, sent, supervisor.who, str(id))
    )
