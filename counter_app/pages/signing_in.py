"""Signing in and out, and choosing the language."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import qr, service_api
from counter_app.answers import Problem, Tokens
from counter_app.languages import language
from counter_app.page import LANGUAGE_COOKIE, SESSION_COOKIE, FormRefusedError, InPage, Page
from counter_app.service_api import RefusedError, UnreachableError
from counter_app.sessions import Stretched

router = APIRouter()

_TEXT_MAX: Final = 200
_PASSWORD_MAX: Final = 128
_HELD: Final = re.compile(r"([0-9a-f]{64})?")  # none: a browser without scripts
_ROLES: Final = ("clerk", "supervisor", "auditor")
_FACTOR: Final = ("second-factor-needed", "second-factor-wrong")
_CODE: Final = re.compile(r"[0-9]{6}")


@router.get("/sign-in")
async def ask_who(
    page: InPage,
    again: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    chosen: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> Response:
    """Show the sign-in form; `again` when a session has ended by itself, `chosen` after another password."""
    if page.session is not None:
        return page.go("/")
    return _form(page, Problem("session-ended", 401, {}) if again else None, chosen=chosen)


@router.post("/sign-in")
async def sign_in(page: InPage) -> Response:
    """Begin a session under a new cookie."""
    fields = await page.form()
    username, password = fields.get("username", "").strip(), fields.get("password", "")
    code = read_code(fields)
    if not (0 < len(username) <= _TEXT_MAX and 0 < len(password) <= _TEXT_MAX):
        return _form(page, Problem("wrong-credentials", 401, {}), username[:_TEXT_MAX])
    if not _HELD.fullmatch(fields.get("held", "")):
        raise FormRefusedError(HTTPStatus.FORBIDDEN)
    device = page.app.devices.sign(username)
    try:
        tokens = await service_api.sign_in(page.app.service, username, password, code, device)
    except RefusedError as refused:
        return await _refused(page, username, password, refused.problem)
    except UnreachableError:
        return _form(page, None, username, offline=True)
    stretched = await asyncio.to_thread(Stretched.of, password)
    return await _begun(page, username, tokens, fields["held"], stretched)


@router.post("/sign-in/passkey")
async def sign_in_by_passkey(page: InPage) -> Response:
    """Begin a session by what the passkey has signed, after the password was right."""
    fields = await page.form()
    username, answer = fields.get("username", "").strip()[:_TEXT_MAX], read_answer(fields)
    if not _HELD.fullmatch(fields.get("held", "")):
        raise FormRefusedError(HTTPStatus.FORBIDDEN)
    try:
        tokens = await service_api.sign_in_by_passkey(page.app.service, username, answer)
    except RefusedError as refused:
        return _form(page, refused.problem, username)
    except UnreachableError:
        return _form(page, None, username, offline=True)
    return await _begun(
        page, username, tokens, fields["held"], page.app.sessions.take_half(page.cookie, username)
    )


async def _begun(
    page: Page, username: str, tokens: Tokens, held: str, password: Stretched | None
) -> Response:
    service = page.app.service
    page.app.devices.keep(username, tokens.device)
    if tokens.role not in _ROLES:
        with suppress(RefusedError, UnreachableError):
            await service_api.end_session(service, tokens.refresh_token)
        return _form(page, Problem("forbidden", 403, {}))
    if page.session is not None:
        page.app.sessions.end(page.session)
    session = page.app.sessions.begin(username, tokens, service.now(), held)
    session.password = password
    page.app.resolver.wake()
    response = page.go("/")
    page.set_cookie(response, SESSION_COOKIE, session.cookie)
    return response


@router.get("/password")
async def ask_for_password(page: InPage) -> Response:
    """Show the form for choosing another password."""
    return _choosing(page, page.session.username if page.session else "")


@router.post("/password")
async def choose_password(page: InPage) -> Response:
    """Choose another password; then its owner signs in with it."""
    fields = await page.form()
    username, password = fields.get("username", "").strip()[:_TEXT_MAX], fields.get("password", "")
    chosen = fields.get("new_password", "")
    if not (len(username) > 0 and 0 < len(password) <= _TEXT_MAX):
        return _choosing(page, username, Problem("wrong-credentials", 401, {}))
    if chosen != fields.get("again") or not 0 < len(chosen) <= _PASSWORD_MAX:
        return _choosing(page, username, Problem("password-unfit", 409, {}))
    try:
        known = read_code(fields), page.app.devices.sign(username)
        await service_api.choose_password(page.app.service, username, password, chosen, *known)
    except RefusedError as refused:
        return _choosing(page, username, refused.problem)
    except UnreachableError:
        return _choosing(page, username, offline=True)
    if page.session is not None:
        page.app.sessions.end(page.session)
    return page.go("/sign-in?chosen=true")


@router.post("/sign-out")
async def sign_out(page: InPage) -> Response:
    """End the session here and, if the line allows, at the service."""
    await page.form()
    if page.session is not None:
        page.app.sessions.end(page.session)
        with suppress(RefusedError, UnreachableError):
            await service_api.end_session(page.app.service, page.session.tokens.refresh_token)
    return page.go("/sign-in")


@router.post("/language")
async def choose_language(page: InPage) -> Response:
    """Keep the chosen language in a cookie and go back to a page that can be shown again."""
    fields = await page.form()
    response = page.go(_shown_again(fields.get("from", "/")))
    page.set_cookie(response, LANGUAGE_COOKIE, language(fields.get("language")))
    return response


def read_answer(fields: Mapping[str, str]) -> dict[str, Any]:
    """Read what the page's script had a passkey sign or make. Raises FormRefusedError."""
    try:
        answer = json.loads(fields.get("answer", ""))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    return answer


def read_code(fields: Mapping[str, str]) -> str | None:
    """Read the authenticator's code, which people type in two groups; None where none was typed.

    What cannot be one is sent as zeros, and refused and counted as any other wrong code.
    """
    typed = fields.get("code", "").replace(" ", "")
    return (typed if _CODE.fullmatch(typed) else "000000") if typed else None


async def _refused(page: Page, username: str, password: str, problem: Problem) -> Response:
    """Lead on to what is to be done before this person can sign in."""
    if problem.slug == "password-must-be-changed":
        return _choosing(page, username, problem)
    if problem.slug in _FACTOR:
        page.app.sessions.keep_half(page.cookie, username, await asyncio.to_thread(Stretched.of, password))
    if problem.slug == "second-factor-to-enrol":
        return await _enrolling(page, username, password)
    return _form(page, problem, username)


async def _enrolling(page: Page, username: str, password: str) -> Response:
    """Show what the authenticator is to have, and ask for its first code."""
    try:
        device = page.app.devices.sign(username)
        offer = await service_api.offer_second_factor(page.app.service, username, password, device)
    except RefusedError as refused:
        return _form(page, refused.problem, username)
    except UnreachableError:
        return _form(page, None, username, offline=True)
    size, dark = qr.path(offer.uri)
    groups = [offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)]
    return page.render("second_factor.html", 200, username=username, size=size, dark=dark, groups=groups)


def _shown_again(path: str) -> str:
    """Allow only paths of this app: one slash, then letters of a path."""
    plain = path.startswith("/") and not path.startswith("//")
    return path if plain and all(c.isascii() and (c.isalnum() or c in "/-") for c in path) else "/"


def _choosing(
    page: Page, username: str, problem: Problem | None = None, *, offline: bool = False
) -> Response:
    status = problem.status if problem else 503 if offline else 200
    asks_code = problem is not None and problem.slug in _FACTOR
    return page.render(
        "password.html", status, problem=problem, asks_code=asks_code, username=username, offline=offline
    )


def _form(
    page: Page, problem: Problem | None, username: str = "", *, offline: bool = False, chosen: bool = False
) -> Response:
    status = problem.status if problem else 503 if offline else 200
    unknown = len(page.app.journal.unresolved())
    return page.render(
        "sign_in.html",
        status,
        problem=problem,
        asks_code=problem is not None and problem.slug in _FACTOR,
        username=username,
        offline=offline,
        chosen=chosen,
        unknown_count=unknown,
    )
