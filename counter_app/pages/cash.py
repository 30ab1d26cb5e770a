"""The office's cash for a clerk: the vault, and deliveries to and from the area."""

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from counter_app import cash_api, money
from counter_app import counts as typed_counts
from counter_app.counts import CountUnreadableError
from counter_app.journal import About, Kind, Question
from counter_app.languages import later as _
from counter_app.page import InPage, Page, form_key, read_millions, read_words
from counter_app.pages import counting
from counter_app.pages.counting import Counting

router = APIRouter()

_PARTNERS: Final = ("customer", "vault")
_MOVES: Final = {
    "drawer": Counting(
        action="/cash/to-drawer",
        title=_("From the vault into the drawer"),
        lead=_("Count what you take out of the vault, note by note."),
        button=_("Put it into the drawer"),
        back="/cash",
    ),
    "vault": Counting(
        action="/cash/to-vault",
        title=_("From the drawer into the vault"),
        lead=_("Count what you take out of the drawer, note by note."),
        button=_("Put it into the vault"),
        back="/cash",
    ),
}
_VAULT: Final = Counting(
    action="/cash/count",
    title=_("Count the vault"),
    lead=_("Count what is in the vault, note by note. What it should hold is shown after the count."),
    button=_("Send the count"),
    back="/cash",
    settled=True,
)
_STEPS: Final = {
    "receive": (
        _("Count the delivery"),
        _("Check the seal, open the bag and count it, note by note. What was sent is shown after the count."),
        _("Take it into the vault"),
    ),
    "send": (
        _("Send cash to the area"),
        _("Count the ordered sum out of the vault, note by note, and seal the bag."),
        _("Hand it to the courier"),
    ),
}


@router.get("/cash")
async def cash(page: InPage) -> Response:
    """Show the vault and what is on the road."""
    clerk = page.clerk
    vault = await page.ask(clerk, cash_api.vault)
    deliveries = await page.ask(clerk, cash_api.office_deliveries)
    asked = await page.ask(clerk, cash_api.cash_requests, "counter")
    return page.render(
        "cash.html",
        vault=vault,
        deliveries=deliveries,
        asked=asked,
        keys={delivery.id: str(uuid.uuid4()) for delivery in deliveries},
        ask_key=str(uuid.uuid4()),
        unknown=page.unknown(),
        shift=clerk.shift,
    )


@router.post("/cash/requests")
async def ask(page: InPage) -> Response:
    """Ask the area for cash; the sum is typed in millions."""
    clerk, fields = page.clerk, await page.form()
    path, body = cash_api.ask_request(read_millions(fields), read_words(fields))
    return await page.send(Question(form_key(fields), Kind.CASH_REQUEST, "POST", path, body, clerk.who))


@router.get("/cash/exchange")
async def count_to_exchange(page: InPage) -> Response:
    """Show the form on which notes are changed for others of the same sum."""
    page.clerk  # noqa: B018 - raises for anybody else
    return _exchange_form(page, {})


@router.post("/cash/exchange")
async def exchange(page: InPage) -> Response:
    """Change counted notes with a customer or the vault, or add up both sides."""
    clerk, fields = page.clerk, await page.form()
    key, partner = form_key(fields), fields.get("partner", "")
    try:
        taken, given = (typed_counts.read(fields, prefix) for prefix in ("taken", "count"))
    except CountUnreadableError:
        return _exchange_form(page, fields, wrong=True)
    if fields.get("action") == "add-up":
        return _exchange_form(page, fields, (money.total(taken), money.total(given)))
    if taken == given or partner not in _PARTNERS:
        return _exchange_form(page, fields, wrong=True)
    path, body = cash_api.exchange_request(partner, given, taken)
    about = About(money.total(given))
    return await page.send(Question(key, Kind.EXCHANGE, "POST", path, body, clerk.who, about=about))


def _exchange_form(
    page: Page, typed: dict[str, str], sums: tuple[int, int] = (0, 0), *, wrong: bool = False
) -> Response:
    return page.render(
        "exchange.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        typed=typed,
        sums=sums,
        wrong=wrong,
        form_key=typed.get("key") or str(uuid.uuid4()),
        denominations=money.DENOMINATIONS,
        count_max=money.COUNT_MAX,
    )


@router.get("/cash/to-{to}")
async def count_to_move(page: InPage, to: Literal["drawer", "vault"]) -> Response:
    """Show the form on which the moved cash is counted."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, _MOVES[to])


@router.post("/cash/to-{to}")
async def move(page: InPage, to: Literal["drawer", "vault"]) -> Response:
    """Move counted cash between vault and drawer."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        if not any(counts.values()):
            raise CountUnreadableError
        path, body = cash_api.move_request(to, counts)
        return Question(key, Kind.VAULT_MOVE, "POST", path, body, clerk.who, about=About(money.total(counts)))

    return await counting.send(page, _MOVES[to], fields, question)


@router.get("/cash/count")
async def count_vault(page: InPage, again: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    """Show the form on which the vault is counted."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, replace(_VAULT, again=again))


@router.post("/cash/count")
async def send_vault_count(page: InPage) -> Response:
    """Count the vault."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = cash_api.vault_count_request(counts)
        return Question(key, Kind.VAULT_COUNT, "POST", path, body, clerk.who)

    return await counting.send(page, _VAULT, fields, question)


@router.get("/cash/deliveries/{id}/{step}")
async def count_delivery(page: InPage, id: UUID, step: str, again: bool = False) -> Response:  # noqa: FBT001, FBT002
    """Show the form on which a delivery is counted in or out."""
    page.clerk  # noqa: B018 - raises for anybody else
    return counting.form(page, replace(_step(id, step), again=again))


@router.post("/cash/deliveries/{id}/refuse")
async def refuse(page: InPage, id: UUID) -> Response:
    """Do not take a delivery in, with the reason."""
    clerk, fields = page.clerk, await page.form()
    path, body = cash_api.delivery_request("counter", str(id), "refuse", {"reason": read_words(fields)})
    question = Question(form_key(fields), Kind.DELIVERY, "POST", path, body, clerk.who, str(id))
    return await page.send(question)


@router.post("/cash/deliveries/{id}/{step}")
async def take_step(page: InPage, id: UUID, step: str) -> Response:
    """Count a delivery in or out."""
    clerk, fields = page.clerk, await page.form()

    def question(key: str, counts: dict[str, int]) -> Question:
        path, body = cash_api.delivery_request("counter", str(id), step, {"counts": counts})
        return Question(key, Kind.DELIVERY, "POST", path, body, clerk.who, str(id))

    return await counting.send(page, _step(id, step), fields, question)


def _step(id: UUID, step: str) -> Counting:
    if step not in _STEPS:
        raise HTTPException(404)
    title, lead, button = _STEPS[step]
    return Counting(f"/cash/deliveries/{id}/{step}", title, lead, button, back="/cash")
