"""The board of offices for a supervisor, and each office from close by, with what a supervisor may change there."""

import uuid
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from itertools import groupby
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response

from counter_app import board_api, members_api
from counter_app.journal import Kind, Question
from counter_app.page import FormRefusedError, InPage, by_itself, form_key, read_words

router = APIRouter()

InCode = Annotated[str, Path(pattern=r"^[0-9]{5}-[0-9]{1,3}$")]
Show = Literal["all", "attention"]
What = Literal["state", "checks", "hours", "days", "line"]
_DAY_MAX: Final = 47


@router.get("/board")
async def board(page: InPage, show: Show = "all") -> Response:
    """Show all offices by area, the worst first, or only those that need somebody."""
    supervisor = page.supervisor
    found = await page.ask(supervisor, board_api.board)
    shown = [one for one in found.offices if show == "all" or one.mark in ("act", "look")]
    areas = [(name, list(desks)) for name, desks in groupby(shown, lambda one: one.area)]
    marks = {name: sum(one.mark == name for one in found.offices) for name in ("act", "look", "well", "rest")}
    return page.render("board.html", board=found, areas=areas, marks=marks, show=show)


@router.get("/board/live")
@by_itself
async def live(page: InPage, show: Show = "all") -> Response:
    """Show it anew, for the page that stands open."""
    return await board(page, show)


@router.get("/board/{code}")
async def office(page: InPage, code: InCode) -> Response:
    """Show one office from close by."""
    supervisor = page.supervisor
    found = await page.ask(supervisor, board_api.office, code)
    drawers = await page.ask(supervisor, members_api.drawers, code)
    forms = ["state", "hours", "days", "line", *(f"check-{check.item}" for check in found.life.checks)]
    forms += [f"drawer-{one.number}" for one in drawers]
    keys = {form: str(uuid.uuid4()) for form in forms}
    return page.render(
        "office.html", office=found, life=found.life, drawers=drawers, keys=keys, unknown=page.unknown()
    )


@router.post("/board/{code}/{what}")
async def change(page: InPage, code: InCode, what: What) -> Response:
    """Suspend or resume, check an item off, or set hours or the line's quality."""
    supervisor, fields = page.supervisor, await page.form()
    path, body = board_api.request(code, what, _BODIES[what](fields))
    question = Question(form_key(fields), Kind.OFFICE, "POST", path, body, supervisor.who, code)
    return await page.send(question)


def _state(fields: dict[str, str]) -> dict[str, Any]:
    return {"state": one_of(fields, "state", "active", "suspended"), "reason": read_words(fields, "reason")}


def _check(fields: dict[str, str]) -> dict[str, Any]:
    item = one_of(fields, "item", "staff", "line", "equipment", "training")
    passed = one_of(fields, "passed", "yes", "no") == "yes"
    return {"item": item, "passed": passed, "words": read_words(fields, "words")}


def _hours(fields: dict[str, str]) -> dict[str, Any]:
    return {"week": [_day(fields.get(f"day-{number}", "")) for number in range(7)]}


def _other_day(fields: dict[str, str]) -> dict[str, Any]:
    try:
        day = date.fromisoformat(fields.get("day", ""))
    except ValueError:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY) from None
    how = one_of(fields, "how", "set", "usual")
    hours = None if how == "usual" else _day(fields.get("hours", ""))
    return {"day": day.isoformat(), "hours": hours, "reason": read_words(fields, "reason")}


def _line(fields: dict[str, str]) -> dict[str, Any]:
    return {"line": one_of(fields, "line", "good", "weak", "none")}


_BODIES: Final[dict[What, Callable[[dict[str, str]], dict[str, Any]]]] = {
    "state": _state,
    "checks": _check,
    "hours": _hours,
    "days": _other_day,
    "line": _line,
}


def one_of(fields: dict[str, str], name: str, *known: str) -> str:
    """Read one of a few words. Raises FormRefusedError for any other."""
    if (value := fields.get(name, "")) not in known:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    return value


def _day(typed: str) -> str:
    """Read a day's hours as people type them; the service says what it cannot read."""
    written = " ".join(typed.replace("–", "-").replace(",", " ").split())
    if len(written) > _DAY_MAX or not set(written) <= set("0123456789: -"):
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    return written
