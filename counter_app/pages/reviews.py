"""A supervisor decides applications that the provider could not."""

import uuid
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import service_api
from counter_app.journal import Kind, Question
from counter_app.page import FormRefusedError, InPage, form_key

router = APIRouter()

_REASON: Final = range(3, 201)


@router.get("/reviews")
async def waiting(page: InPage) -> Response:
    """List the applications that wait for a decision."""
    items, more = await page.ask(page.supervisor, service_api.applications)
    keys = {item.id: str(uuid.uuid4()) for item in items}
    return page.render(
        "reviews.html", applications=items, more=more is not None, keys=keys, unknown=page.unknown()
    )


@router.post("/reviews/{id}/decision")
async def decide(page: InPage, id: UUID) -> Response:
    """Approve or reject, with a reason that stays on record."""
    supervisor, fields = page.supervisor, await page.form()
    key, decision = form_key(fields), fields.get("decision", "")
    reason = " ".join(fields.get("reason", "").split())
    if decision not in ("approve", "reject") or len(reason) not in _REASON:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    path, body = service_api.decision_request(str(id), decision, reason)
    question = Question(key, Kind.DECISION, "POST", path, body, supervisor.who, str(id))
    return await page.send(question)
