"""A supervisor's own passkeys: made, listed, removed. The browser makes them; this app only hands on."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import members_api
from counter_app.answers import Problem
from counter_app.page import InPage, Page
from counter_app.pages.signing_in import read_answer, read_code
from counter_app.service_api import RefusedError

router = APIRouter()

_NAME_MAX = 40


@router.get("/passkeys")
async def own(page: InPage) -> Response:
    """List them, and ask what the next one is to be called."""
    return await _shown(page)


@router.post("/passkeys/options")
async def begin(page: InPage) -> Response:
    """Show the button by which the browser makes one, for the authenticator's code of now."""
    supervisor, fields = page.supervisor, await page.form()
    name = _name(fields)
    try:
        options = await page.ask(supervisor, members_api.ask_to_add_passkey, read_code(fields))
    except RefusedError as refused:
        return await _shown(page, refused.problem, name)
    return await _shown(page, None, name, options)


@router.post("/passkeys")
async def add(page: InPage) -> Response:
    """Add the one that the browser has made."""
    supervisor, fields = page.supervisor, await page.form()
    try:
        await page.ask(supervisor, members_api.add_passkey, _name(fields), read_answer(fields))
    except RefusedError as refused:
        return await _shown(page, refused.problem, _name(fields))
    return page.go("/passkeys")


@router.post("/passkeys/{id}/removal")
async def remove(page: InPage, id: UUID) -> Response:
    """Remove one."""
    supervisor, _ = page.supervisor, await page.form()
    try:
        await page.ask(supervisor, members_api.remove_passkey, str(id))
    except RefusedError as refused:
        return await _shown(page, refused.problem)
    return page.go("/passkeys")


def _name(fields: dict[str, str]) -> str:
    return " ".join(fields.get("name", "").split())[:_NAME_MAX] or "passkey"


async def _shown(
    page: Page, problem: Problem | None = None, name: str = "", options: dict[str, Any] | None = None
) -> Response:
    found = await page.ask(page.supervisor, members_api.passkeys)
    status = problem.status if problem else 200
    return page.render("passkeys.html", status, passkeys=found, problem=problem, name=name, options=options)
