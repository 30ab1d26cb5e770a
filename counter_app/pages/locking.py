"""A locked desk: the clerk went away, and nothing is shown or done here before the password is typed.

The lock is the session's, in this process: `page` refuses every request of a locked one but those below.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from counter_app import service_api
from counter_app.page import InPage, Page
from counter_app.service_api import RefusedError, UnreachableError

router = APIRouter()


def wants_page(request: Request) -> bool:
    """Tell whether a person is to read the answer, and not a script of the page."""
    return request.headers.get("sec-fetch-mode", "navigate") == "navigate"


@router.post("/lock")
async def lock(page: InPage) -> Response:
    """Lock the desk until its password is typed."""
    await page.form()
    page.staff.locked = True
    return page.go("/locked")


@router.get("/locked")
async def locked(page: InPage) -> Response:
    """Show who has locked the desk, and ask for the password."""
    if page.session is None or not page.session.locked:
        return page.go("/")
    return _form(page)


@router.post("/unlock")
async def unlock(page: InPage) -> Response:
    """Open the desk to the password of whoever signed in; after too many others the session ends."""
    fields, session = await page.form(), page.staff
    scripted = page.request.headers.get("accept", "").startswith("application/json")
    typed, known = fields.get("password", ""), session.password
    right = known is not None and await asyncio.to_thread(known.is_of, typed)
    if not page.app.sessions.unlocked(session, page.app.service.now(), right=right):
        if page.app.sessions.find(page.cookie, page.app.service.now()) is None:
            with suppress(RefusedError, UnreachableError):
                await service_api.end_session(page.app.service, session.tokens.refresh_token)
            return JSONResponse({}, HTTPStatus.UNAUTHORIZED) if scripted else page.go("/sign-in?again=1")
        return JSONResponse({}, HTTPStatus.FORBIDDEN) if scripted else _form(page, wrong=True)
    return JSONResponse({}) if scripted else page.go("/")


def _form(page: Page, *, wrong: bool = False) -> Response:
    return page.render("locked.html", HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK, wrong=wrong)
