"""The bank's side: statements and their gates, breaks with totals that tie, and what a supervisor does with them.

Nothing here is written to the journal first: a wish names the breaks, and the same again finds them ended.
"""

from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from counter_app import breaks_api
from counter_app.answers import Problem
from counter_app.page import FormRefusedError, InPage, Page, read_words
from counter_app.service_api import RefusedError

router = APIRouter()

_CHOSEN: Final = "break-"  # and an id: what is ticked
KINDS: Final = ("difference", "missing", "unexpected")
BANDS: Final = ("0-1", "2-5", "6-30", "over-30")
InAfter = Annotated[str | None, Query(max_length=100)]


@router.get("/breaks")
async def listed(
    page: InPage,
    bank: Annotated[str, Query(pattern="^([0-9]{6})?$")] = "",
    kind: Literal["", "difference", "missing", "unexpected"] = "",
    age: Literal["", "0-1", "2-5", "6-30", "over-30"] = "",
    ended: Literal["", "true"] = "",
    after: InAfter = None,
) -> Response:
    """List breaks by the filters in the address, with what all of them come to."""
    filters = {"bank": bank, "kind": kind, "age": age, "ended": ended}
    return await _list(page, {name: value for name, value in filters.items() if value}, after)


@router.get("/breaks/{id}")
async def show(page: InPage, id: UUID) -> Response:
    """Show one break with its history and what may be done with it."""
    return await _show(page, str(id))


@router.post("/breaks/resolution")
async def resolve(page: InPage) -> Response:
    """Resolve what is ticked, together."""
    supervisor, fields = page.supervisor, await page.form()
    chosen = [name.removeprefix(_CHOSEN) for name in fields if name.startswith(_CHOSEN)]
    reason = read_words(fields)
    if not chosen or not all(map(_is_id, chosen)):
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        await page.ask(supervisor, breaks_api.resolve, chosen, reason)
    except RefusedError as refused:
        return await _show(page, chosen[0], refused.problem)
    return page.go(f"/breaks/{chosen[0]}")


@router.post("/breaks/{id}/{what}")
async def step(page: InPage, id: UUID, what: Literal["claim", "notes"]) -> Response:
    """Claim a break, or note something."""
    supervisor, fields = page.supervisor, await page.form()
    body = {"words": read_words(fields)} if what == "notes" else None
    try:
        await page.ask(supervisor, breaks_api.step, str(id), what, body)
    except RefusedError as refused:
        return await _show(page, str(id), refused.problem)
    return page.go(f"/breaks/{id}")


@router.get("/statements")
async def statements(page: InPage, after: InAfter = None) -> Response:
    """List the statements that were imported, each with its gates."""
    query = {"cursor": after} if after else {}
    found, more = await page.ask(page.desk, breaks_api.statements, query)
    return page.render("statements.html", statements=found, more=more)


async def _list(page: Page, filters: dict[str, str], after: str | None) -> Response:
    accounts = await page.ask(page.desk, breaks_api.accounts)
    query = filters | ({"cursor": after} if after else {})
    found = await page.ask(page.desk, breaks_api.breaks, query)
    may = page.desk.tokens.role == "supervisor" and "ended" not in filters
    return page.render(
        "breaks.html", accounts=accounts, found=found, filters=filters, may=may, kinds=KINDS, bands=BANDS
    )


async def _show(page: Page, id: str, problem: Problem | None = None) -> Response:
    one = await page.ask(page.desk, breaks_api.one, id)
    status = problem.status if problem else HTTPStatus.OK
    may = page.desk.tokens.role == "supervisor" and one.end is None
    return page.render("break.html", status, one=one, may=may, problem=problem, mine=page.desk.username)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
