"""Offices for the wallet: near ones first, each with its answer."""

import re
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query

import ledger
from atm_service.platform import paging
from atm_service.platform.bodies import ONE_LINE
from atm_service.platform.context import InContext, InNow
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.platform.problems import refuses
from atm_service.promises.availability import store
from atm_service.promises.availability.domain import Answer, answer
from atm_service.promises.availability.schemas import OfficeView
from atm_service.promises.availability.store import Known
from atm_service.registers.offices import hours
from atm_service.registers.offices import service as offices
from atm_service.registers.units import store as units
from atm_service.registers.units.domain import AREA_FORM, UNIT_FORM
from atm_service.registers.units.store import Place

router = APIRouter()

_POSITION: Final = re.compile(r"([0-2])-([0-9]{5}-[0-9]{1,3})")
_FIRST: Final = (-1, "")


@router.get("/wallet/v1/offices", name="offices", tags=["wallet"], responses=refuses(signed_in=False))
def listed(
    context: InContext,
    now: InNow,
    q: Annotated[
        str | None,
        Query(max_length=60, pattern=ONE_LINE, description="part of a name, with or without accents"),
    ] = None,
    area: Annotated[
        str | None, Query(pattern=AREA_FORM, description="one area's offices, and of those below it")
    ] = None,
    unit: Annotated[
        str | None,
        Query(
            pattern=UNIT_FORM,
            description="where the customer is, by a code of today or earlier: its offices come first, then its area's",
        ),
    ] = None,
    amount: Annotated[
        int | None,
        Query(gt=0, le=AMOUNT_MAX, description="đồng that are wanted; default: the least that is paid"),
    ] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[OfficeView]:
    """List offices, near ones first, and whether each can pay an amount now: yes, ask, or no."""
    words = f"%{_literal(offices.plain(q))}%" if q else None
    wanted = {"unit": unit, "area": area, "words": words}
    today = ledger.business_date(now)
    with context.reading() as session:
        found = store.listed(session, today, _after(cursor), wanted, limit + 1)
        places = units.places(session, [one.code for one in found[:limit]], today)
    asked = amount or context.policy.withdrawal.amount_min
    views = [
        _view(one, places[one.code], answer(one.facts, asked, context.policy, now), now)
        for one in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=views, next_cursor=paging.write(f"{last.far}-{last.code}") if last else None)


def _after(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return _FIRST
    place = _POSITION.fullmatch(paging.read(cursor))
    if place is None:
        raise paging.foreign()
    return int(place[1]), place[2]


def _literal(words: str) -> str:
    """Keep LIKE's own signs from meaning anything."""
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _view(known: Known, place: Place, said: Answer, now: datetime) -> OfficeView:
    return OfficeView(
        code=known.code,
        name=known.name,
        address=known.address,
        phone=known.phone,
        hours=hours.write(known.facts.hours.on(ledger.business_date(now))),
        **vars(place),
        open=known.facts.is_open(now),
        can_pay=said.can_pay,
        why=said.why,
        opens_at=said.opens_at,
    )
