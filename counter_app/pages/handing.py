"""A drawer from one clerk to another: handed over at noon, or taken over from a colleague who is not there."""

import uuid
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import cash_api, money
from counter_app.counts import CountUnreadableError
from counter_app.journal import About, Kind, Question
from counter_app.languages import later as _
from counter_app.page import InPage
from counter_app.pages import counting
from counter_app.pages.counting import Counting

router = APIRouter()

_USERNAME_MAX: Final = 32
_PASSWORD_MAX: Final = 128
_HAND_OVER: Final = Counting(
    action="/shift/hand-over",
    title=_("Hand the drawer over"),
    lead=_("Count together. The colleague types name and password, and goes on with this drawer."),
    button=_("Hand over"),
    settled=True,
    asks_colleague=True,
)


_GIVE: Final = Counting(
    action="/cash/to-colleague",
    title=_("Cash to a colleague's drawer"),
    lead=_(
        "Count together what leaves this drawer. The colleague types name and password, and takes it over."
    ),
    button=_("Give it"),
    back="/cash",
    asks_colleague=True,
)


@router.get("/shift/hand-over")
async def count_together(page: InPage, again: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    """Show the form on which both clerks count, and the one who comes proves who it is."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, _again(_HAND_OVER, again=again))


@router.post("/shift/hand-over")
async def hand_over(page: InPage) -> Response:
    """Close this shift and open the colleague's by one count."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = cash_api.hand_over_request(counts, *_colleague(fields))
        return Question(key, Kind.HAND_OVER, "POST", path, body, clerk.who)

    return await counting.send(page, _HAND_OVER, fields, question)


@router.get("/cash/to-colleague")
async def count_to_give(page: InPage) -> Response:
    """Show the form on which cash for a colleague's drawer is counted, by both."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, _GIVE)


@router.post("/cash/to-colleague")
async def give(page: InPage) -> Response:
    """Move counted cash to the drawer of a colleague, who takes it by name and password."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        if not any(counts.values()):
            raise CountUnreadableError
        path, body = cash_api.give_request(counts, *_colleague(fields))
        about = About(money.total(counts))
        return Question(key, Kind.DRAWER_MOVE, "POST", path, body, clerk.who, about=about)

    return await counting.send(page, _GIVE, fields, question)


def _colleague(fields: dict[str, str]) -> tuple[str, str]:
    username, password = fields.get("username", "").strip(), fields.get("password", "")
    if not (0 < len(username) <= _USERNAME_MAX and 0 < len(password) <= _PASSWORD_MAX):
        raise CountUnreadableError
    return username, password


@router.get("/shift/left")
async def left_open(page: InPage) -> Response:
    """List the open shifts of the office: whose drawer stands in the way, and which may be taken over."""
    clerk = page.clerk
    shifts = await page.ask(clerk, cash_api.office_shifts)
    return page.render("left_open.html", shifts=shifts, own=clerk.tokens.display_name)


@router.get("/shift/left/{id}")
async def count_to_take_over(page: InPage, id: UUID, again: bool = False) -> Response:  # noqa: FBT001, FBT002
    """Show the form on which an absent colleague's drawer is counted."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, _again(_taking_over(id), again=again))


@router.post("/shift/left/{id}")
async def take_over(page: InPage, id: UUID) -> Response:
    """Close the absent colleague's shift by this clerk's count."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = cash_api.take_over_request(str(id), counts)
        return Question(key, Kind.TAKE_OVER, "POST", path, body, clerk.who, str(id))

    return await counting.send(page, _taking_over(id), fields, question)


def _taking_over(id: uuid.UUID) -> Counting:
    return Counting(
        action=f"/shift/left/{id}",
        title=_("Close a colleague's shift"),
        lead=_("Count the drawer that was left open. What it should hold is shown after the count."),
        button=_("Close this shift"),
        settled=True,
        back="/shift/left",
    )


def _again(what: Counting, *, again: bool) -> Counting:
    return Counting(**{**vars(what), "again": again})
