"""What takes two: what colleagues have proposed, and a supervisor's word on it, with the second factor of now."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
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
async def waiting(page: InPage) -> Response:
    """List what waits, each with all its figures."""
    return page.render("instructions.html", instructions=await _found(page), problem=None)


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


async def _found(page: Page) -> list[Instruction]:
    return await page.ask(page.supervisor, instructions_api.waiting)


def _wanted(fields: dict[str, str]) -> dict[str, Any]:
    again = "".join(filter(str.isdecimal, fields.get("again", "")))[:_COUNT_DIGITS_MAX]
    decision = "approve" if one_of(fields, "decision", "approve", "refuse") == "approve" else "refuse"
    return {"decision": decision, "reason": read_words(fields), "again": int(again or 0)}


async def _confirm(page: Page, id: str, wanted: dict[str, Any], problem: Problem | None = None) -> Response:
    """Ask for the factor; what is not in the list any more is told there."""
    one = next((one for one in await _found(page) if one.id == id), None)
    status = problem.status if problem else 200
    if one is None or one.status != "waiting":
        gone = problem or Problem("instruction-decided", 409, {})
        return page.render("instructions.html", gone.status, instructions=await _found(page), problem=gone)
    asked = await page.ask(page.supervisor, instructions_api.challenge, id)
    return page.render(
        "instruction_confirm.html", status, one=one, wanted=wanted, asked=asked, problem=problem
    )
