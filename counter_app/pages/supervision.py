"""Cash and shifts for a supervisor: deliveries from order to explanation, and leave to close what was left open."""

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import cash_api
from counter_app.cash_answers import Delivery
from counter_app.journal import Kind, Question
from counter_app.languages import later as _
from counter_app.page import FormRefusedError, InPage, Page, form_key, read_millions, read_words
from counter_app.pages import counting
from counter_app.pages.counting import Counting

router = APIRouter()

_OFFICE_MAX: Final = 9
_STEPS: Final = {
    "send": (
        _("Send a delivery"),
        _("Count the ordered sum, note by note, and seal the bag."),
        _("Hand it to the courier"),
    ),
    "receive": (
        _("Count what came back"),
        _("Count the bag, note by note."),
        _("Take it in"),
    ),
}


@router.get("/supervision")
async def supervision(page: InPage) -> Response:
    """Show what is on the road, what was over or short, and every open shift."""
    open_ones, more = await _deliveries(page, "open")
    unexplained, more_unexplained = await _deliveries(page, "unexplained")
    shifts, more_shifts = await page.ask(page.supervisor, cash_api.open_shifts)
    asked = await page.ask(page.supervisor, cash_api.cash_requests, "staff")
    made = (
        [f"{one.id}{way}" for one in asked for way in ("", "/refuse")]
        + [one.id for one in open_ones]
        + [one.id for one in unexplained]
        + [one.id for one in shifts]
    )
    return page.render(
        "supervision.html",
        deliveries=open_ones,
        unexplained=unexplained,
        shifts=shifts,
        asked=asked,
        more=bool(more or more_unexplained or more_shifts),
        keys={id: str(uuid.uuid4()) for id in made},
        order_key=str(uuid.uuid4()),
        unknown=page.unknown(),
    )


@router.post("/supervision/orders")
async def order(page: InPage) -> Response:
    """Order cash to an office or back from it; the sum is typed in millions."""
    supervisor, fields = page.supervisor, await page.form()
    key, office, direction = form_key(fields), fields.get("office", "").strip(), fields.get("direction", "")
    amount = read_millions(fields)
    if direction not in {"to-office", "to-area"} or not 0 < len(office) <= _OFFICE_MAX:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    path, body = cash_api.order_request(office, direction, amount)
    return await page.send(Question(key, Kind.DELIVERY, "POST", path, body, supervisor.who))


@router.post("/supervision/requests/{id}/{word}")
async def answer(page: InPage, id: UUID, word: Literal["order", "refuse"]) -> Response:
    """Order a delivery for what an office asked for, or say why not."""
    supervisor, fields = page.supervisor, await page.form()
    decision = {"amount": read_millions(fields)} if word == "order" else {"reason": read_words(fields)}
    path, body = cash_api.decide_request(str(id), decision)
    question = Question(form_key(fields), Kind.CASH_REQUEST, "POST", path, body, supervisor.who, str(id))
    return await page.send(question)


@router.get("/supervision/deliveries/{id}/{step}")
async def count_delivery(
    page: InPage,
    id: UUID,
    step: Literal["send", "receive"],
    again: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> Response:
    """Show the form on which a delivery is counted in or out."""
    page.supervisor  # noqa: B018 - raises for anybody else
    return counting.form(page, replace(_step(id, step), again=again))


@router.post("/supervision/deliveries/{id}/count/{step}")
async def take_step(page: InPage, id: UUID, step: Literal["send", "receive"]) -> Response:
    """Count a delivery in or out."""
    supervisor, fields = page.supervisor, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = cash_api.delivery_request("staff", str(id), step, {"counts": counts})
        return Question(key, Kind.DELIVERY, "POST", path, body, supervisor.who, str(id))

    return await counting.send(page, _step(id, step), fields, question)


@router.post("/supervision/deliveries/{id}/{step}")
async def say_why(page: InPage, id: UUID, step: Literal["cancel", "refuse", "explain"]) -> Response:
    """Call a delivery off, send it back, or explain its difference, with the reason."""
    supervisor, fields = page.supervisor, await page.form()
    path, body = cash_api.delivery_request("staff", str(id), step, {"reason": read_words(fields)})
    question = Question(form_key(fields), Kind.DELIVERY, "POST", path, body, supervisor.who, str(id))
    return await page.send(question)


@router.post("/supervision/shifts/{id}")
async def grant(page: InPage, id: UUID) -> Response:
    """Let another clerk close a shift, with the reason."""
    supervisor, fields = page.supervisor, await page.form()
    path, body = cash_api.leave_request(str(id), read_words(fields))
    return await page.send(
        Question(form_key(fields), Kind.LEAVE, "POST", path, body, supervisor.who, str(id))
    )


async def _deliveries(page: Page, which: str) -> tuple[list[Delivery], str | None]:
    return await page.ask(page.supervisor, cash_api.deliveries, which)


def _step(id: UUID, step: str) -> Counting:
    title, lead, button = _STEPS[step]
    return Counting(f"/supervision/deliveries/{id}/count/{step}", title, lead, button, back="/supervision")
