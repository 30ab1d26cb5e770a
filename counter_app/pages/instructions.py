"""What takes two: what colleagues have proposed, and a supervisor's word on it, with the second factor of now."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from counter_app import instructions_api
from counter_app.answers import Problem
from counter_app.instructions_api import Instruction
from counter_app.page import InPage, Page, read_words
from counter_app.pages.board import one_of
from counter_app.pages.signing_in import read_answer, read_code
from counter_app.service_api import RefusedError

router = APIRouter()

_COUNT_DIGITS_MAX = 6


@router.get("/instructions")
async def waiting(page: InPage, after: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """List what waits, each with all its figures."""
    return await _listed(page, after=after)


@router.post("/instructions/{id}")
async def ask_for_factor(page: InPage, id: UUID) -> Response:
    """Show once more what is about to be decided, and ask for the second factor."""
    assert page.supervisor
    fields = await page.form()
    return await _confirm(page, str(id), _wanted(fields))


@router.post("/instructions/{id}/decision")
async def decide(page: InPage, id: UUID) -> Response:
    """Approve or refuse."""
    supervisor, fields = page.supervisor, await page.form()
    wanted = _wanted(fields)
    proof = {"passkey": read_answer(fields)} if fields.get("answer") else {"code": read_code(fields)}
    try:
        await page.ask(supervisor, instructions_api.decide, str(id), wanted | proof)
    except RefusedError as refused:
        return await _confirm(page, str(id), wanted, refused.problem)
    return page.go("/instructions")


async def _listed(page: Page, problem: Problem | None = None, after: str | None = None) -> Response:
    found, more = await page.ask(page.supervisor, instructions_api.waiting, after)
    status = problem.status if problem else HTTPStatus.OK
    return page.render("instructions.html", status, instructions=found, more=more, problem=problem)


async def _find(page: Page, id: str) -> Instruction | None:
    """Look for one on all pages of the list."""
    after: str | None = None
    while True:
        found, after = await page.ask(page.supervisor, instructions_api.waiting, after)
        one = next((one for one in found if one.id == id), None)
        if one is not None or after is None:
            return one


def _wanted(fields: dict[str, str]) -> dict[str, Any]:
    again = "".join(filter(str.isdecimal, fields.get("again", "")))[:_COUNT_DIGITS_MAX]
    decision = "approve" if one_of(fields, "decision", "approve", "refuse") == "approve" else "refuse"
    return {"decision": decision, "reason": read_words(fields), "again": int(again or 0)}


async def _confirm(page: Page, id: str, wanted: dict[str, Any], problem: Problem | None = None) -> Response:
    """Ask for the factor; what is not in the list any more is told there."""
    one = await _find(page, id)
    status = problem.status if problem else HTTPStatus.OK
    if one is None or one.status != "waiting":
        return await _listed(page, problem or Problem("instruction-decided", HTTPStatus.CONFLICT, {}))
    word = {name: wanted[name] for name in ("decision", "again")}
    asked = await page.ask(page.supervisor, instructions_api.challenge, id, word)
    return page.render(
        "instruction_confirm.html", status, one=one, wanted=wanted, asked=asked, problem=problem
    )
