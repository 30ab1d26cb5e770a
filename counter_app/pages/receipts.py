"""The office's receipts of a day, and one receipt to look at or print again."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import service_api
from counter_app.answers import Receipt
from counter_app.page import InPage, Page
from counter_app.resolver import VIET_NAM
from counter_app.service_api import RefusedError

router = APIRouter()

_PAGES_MAX: Final = 10
_FIND_MAX: Final = 40
_YEARS: Final = timedelta(days=3660)


@router.get("/receipts")
async def of_today(page: InPage) -> Response:
    """List the day's receipts with their totals."""
    return await _list(page, "", "")


@router.post("/receipts")
async def looked_for(page: InPage) -> Response:
    """List those of a day's receipts that hold what is looked for, which may be a name: so no address holds it."""
    page.clerk  # noqa: B018 - raises for anybody else
    fields = await page.form()
    return await _list(page, fields.get("day", ""), fields.get("find", ""))


async def _list(page: Page, day: str, find: str) -> Response:
    today = page.today
    chosen = read_day(day, today)
    items, complete = await _all(page, chosen)
    stand = [receipt for receipt in items if receipt.undone_by is None]
    return page.render(
        "receipts.html",
        day=chosen,
        today=today,
        receipts=[receipt for receipt in items if holds(receipt, find)],
        find=find[:_FIND_MAX],
        complete=complete,
        drawers={
            drawer: [one for one in stand if one.drawer == drawer]
            for drawer in sorted({receipt.drawer for receipt in items})
        },
        stand=stand,
        undone=[receipt for receipt in items if receipt.undone_by is not None],
    )


@router.get("/receipts/{id}")
async def one(page: InPage, id: UUID) -> Response:
    """Show one receipt; what is printed from here is marked as a copy."""
    try:
        receipt = await page.ask(page.clerk, service_api.receipt, str(id))
    except RefusedError as refused:
        return page.refuse(refused.problem, next_page="/receipts")
    return page.render("receipt.html", receipt=receipt, may_undo=may_undo(page, receipt))


def holds(receipt: Receipt, find: str) -> bool:
    """Tell whether a receipt's number, amount or masked name holds what was typed, dots in an amount or not."""
    wanted = find.strip()[:_FIND_MAX].casefold()
    shown = f"{receipt.number} {receipt.payee.masked_name}".casefold()
    plain = wanted.replace(".", "").replace(",", "")
    return wanted in shown or (plain.isdigit() and plain in str(receipt.amount))


def may_undo(page: Page, receipt: Receipt) -> bool:
    """Tell whether to offer that a payment be undone: on its day, once."""
    return receipt.undone_by is None and receipt.paid_at.astimezone(VIET_NAM).date() == page.today


def read_day(text: str, today: date) -> date:
    """Read a day of the last ten years; today for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if today - _YEARS <= day <= today else today


async def _all(page: Page, day: date) -> tuple[list[Receipt], bool]:
    """Return a day's receipts, and whether that is all of them: a thousand is the most."""
    receipts, cursor = list[Receipt](), None
    for _ in range(_PAGES_MAX):
        items, cursor = await page.ask(page.clerk, service_api.receipts, day, cursor=cursor)
        receipts += items
        if cursor is None:
            return receipts, True
    return receipts, False
