"""A proposed trip of an area's cash: who gets how much, who sends back. Each delivery is ordered by itself."""

import uuid
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from counter_app import cash_api
from counter_app.page import FormRefusedError, InPage

router = APIRouter()

_MILLIONS: Final = 5  # digits


@router.get("/supervision/plan")
async def plan(
    page: InPage,
    area: Annotated[str | None, Query(pattern=r"^[0-9a-z][0-9a-z-]{0,11}$")] = None,
    millions: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Ask for an area and the cash it has; then show the trip, with a button that orders each delivery."""
    app, supervisor = page.app, page.supervisor
    millions = millions.strip()
    if millions and not (millions.isascii() and millions.isdigit() and len(millions) <= _MILLIONS):
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    cash = int(millions) * 1_000_000 if millions else None
    proposed = None
    if area:
        proposed = await page.ask(supervisor, cash_api.plan, area, cash)
    keys = {one.office: str(uuid.uuid4()) for one in proposed.proposals} if proposed else {}
    areas = await cash_api.areas(app.service)
    return page.render(
        "plan.html",
        areas=areas,
        area=area,
        millions=millions,
        plan=proposed,
        keys=keys,
        unknown=page.unknown(),
    )
