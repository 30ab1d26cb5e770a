"""Approvals: the page on which a clerk waits, and the queue in which a supervisor decides."""

import uuid
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from counter_app import service_api
from counter_app.answers import Approval
from counter_app.journal import Kind, Question
from counter_app.page import FormRefusedError, InPage, Page, by_itself, form_key, read_words
from counter_app.service_api import RefusedError

router = APIRouter()

_OPEN: Final = frozenset({"waiting", "approved", "refused"})


@router.get("/approvals/{id}")
async def wait(page: InPage, id: UUID) -> Response:
    """Show where a request stands; the page changes by itself when it is decided."""
    try:
        approval = await find(page, str(id))
    except RefusedError as refused:
        return page.refuse(refused.problem, next_page="/")
    return page.render("approval.html", approval=approval)


@router.post("/counts/{id}/word")
async def ask_for_count(page: InPage, id: UUID) -> Response:
    """Ask a supervisor for a word on a count, and go to the page that waits."""
    fields = await page.form()
    why = {"words": " ".join(fields.get("words", "").split())}
    made = await page.twice(service_api.ask_for_approval, form_key(fields), ("counts", str(id)), why)
    return page.go(f"/approvals/{made.id}")


@router.get("/approvals/{id}/state")
@by_itself
async def state(page: InPage, id: UUID) -> Response:
    """Say in one word where a request stands, for the page that waits."""
    return JSONResponse({"state": (await find(page, str(id))).status})


@router.get("/queue")
async def queue(page: InPage) -> Response:
    """List what waits for the supervisor's decision."""
    items, more = await _waiting(page)
    return page.render(
        "queue.html",
        approvals=items,
        more=more is not None,
        keys={item.id: str(uuid.uuid4()) for item in items},
        unknown=page.unknown(),
    )


@router.get("/queue/state")
@by_itself
async def queue_state(page: InPage) -> Response:
    """Say which requests wait, for the page that watches."""
    items, _ = await _waiting(page)
    return JSONResponse({"state": " ".join(item.id for item in items)})


@router.post("/queue/{id}/decision")
async def decide(page: InPage, id: UUID) -> Response:
    """Approve or refuse, with a reason that stays on record."""
    supervisor, fields = page.supervisor, await page.form()
    key, decision = form_key(fields), fields.get("decision", "")
    if decision not in ("approve", "refuse"):
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    path, body = service_api.approval_request(str(id), decision, read_words(fields))
    question = Question(key, Kind.APPROVAL, "POST", path, body, supervisor.who, str(id))
    return await page.send(question)


async def find(page: Page, id: str) -> Approval:
    """Return a request of this office. Raises RefusedError, UnreachableError."""
    return await page.ask(page.clerk, service_api.approval, id)


async def open_requests(page: Page) -> list[Approval]:
    """Return today's requests of this office that wait, can be acted on, or were refused."""
    items = await page.ask(page.clerk, service_api.approvals_of_today)
    return [item for item in items if item.status in _OPEN]


async def _waiting(page: Page) -> tuple[list[Approval], str | None]:
    return await page.ask(page.supervisor, service_api.approvals_waiting)
