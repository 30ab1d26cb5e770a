"""A proposed trip of a district's cash: who gets how much, who sends back. Each delivery is ordered by itself."""

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
    district: Annotated[str | None, Query(pattern=r"^[0-9]{3}$")] = None,
    millions: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Ask for a district and the cash it has; then show the trip, with a button that orders each delivery."""
    app, supervisor = page.app, page.supervisor
    millions = millions.strip()
    if millions and not (millions.isascii() and millions.isdigit() and len(millions) <= _MILLIONS):
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    cash = int(millions) * 1_000_000 if millions else None
    proposed = None
    if district:
        proposed = await page.ask(supervisor, cash_api.plan, district, cash)
    keys = {one.office: str(uuid.uuid4()) for one in proposed.proposals} if proposed else {}
    districts = await cash_api.districts(app.service)
    return page.render(
        "plan.html",
        districts=districts,
        district=district,
        millions=millions,
        plan=proposed,
        keys=keys,
        unknown=page.unknown(),
    )
