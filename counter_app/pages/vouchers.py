"""The office's vouchers of a day, and one voucher to look at, print again or have undone."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import service_api
from counter_app.answers import Voucher
from counter_app.page import InPage, Page
from counter_app.pages.receipts import read_day
from counter_app.resolver import VIET_NAM
from counter_app.service_api import RefusedError

router = APIRouter()

_PAGES_MAX = 10


@router.get("/vouchers")
async def of_day(page: InPage, day: str = "") -> Response:
    """List a day's deposits, transfers and reversals; today without a day."""
    page.clerk  # noqa: B018 - raises for anybody else
    today = page.today
    chosen, items, cursor = read_day(day, today), list[Voucher](), None
    for _ in range(_PAGES_MAX):
        more, cursor = await page.ask(page.clerk, service_api.vouchers, chosen, cursor=cursor)
        items += more
        if cursor is None:
            break
    return page.render("vouchers.html", day=chosen, today=today, vouchers=items, complete=cursor is None)


@router.get("/vouchers/{id}")
async def one(page: InPage, id: UUID) -> Response:
    """Show one voucher; what is printed from here is marked as a copy."""
    try:
        voucher = await find(page, str(id))
    except RefusedError as refused:
        return page.refuse(refused.problem, next_page="/vouchers")
    return page.render("voucher.html", voucher=voucher, may_undo=may_undo(page, voucher))


def may_undo(page: Page, voucher: Voucher) -> bool:
    """Tell whether to offer that it be undone: a deposit, on its day, once."""
    is_todays = voucher.made_at.astimezone(VIET_NAM).date() == page.today
    return voucher.kind == "deposit" and voucher.undone_by is None and is_todays


async def find(page: Page, id: str) -> Voucher:
    """Return one voucher of this office. Raises RefusedError, UnreachableError."""
    return await page.ask(page.clerk, service_api.voucher, id)
