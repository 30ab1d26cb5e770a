"""Undoing a payment or a deposit: ask with a reason, and when it is approved, count the cash back."""

import uuid
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from counter_app import counts, money, service_api
from counter_app.answers import Approval, Problem
from counter_app.counts import CountUnreadableError
from counter_app.journal import About, Kind, Question
from counter_app.page import FormRefusedError, InPage, Page, form_key, read_words
from counter_app.pages import approvals, receipts, vouchers
from counter_app.service_api import RefusedError

router = APIRouter()

REASONS: Final = ("cash-not-taken", "wrong-amount", "wrong-person", "changed-mind", "bad-notes", "other")
_PATHS: Final = {"withdrawal-reversal": "withdrawals", "deposit-reversal": "deposits"}


@router.get("/receipts/{id}/undo")
async def about_payment(page: InPage, id: UUID) -> Response:
    """Show what is to be undone, and ask why."""
    receipt = await page.ask(page.clerk, service_api.receipt, str(id))
    if not receipts.may_undo(page, receipt):
        return page.go(f"/receipts/{id}")
    return _why(page, f"/receipts/{id}", receipt.number, receipt.amount, receipt.payee.masked_name)


@router.post("/receipts/{id}/undo")
async def ask_for_payment(page: InPage, id: UUID) -> Response:
    """Ask a supervisor to let a payment be undone."""
    fields = await page.form()
    receipt = await page.ask(page.clerk, service_api.receipt, str(id))
    return await _ask(page, fields, ("withdrawals", receipt.withdrawal_id), f"/receipts/{id}")


@router.get("/vouchers/{id}/undo")
async def about_deposit(page: InPage, id: UUID) -> Response:
    """Show what is to be undone, and ask why."""
    voucher = await vouchers.find(page, str(id))
    if not vouchers.may_undo(page, voucher):
        return page.go(f"/vouchers/{id}")
    return _why(page, f"/vouchers/{id}", voucher.number, voucher.amount, voucher.customer.masked_name)


@router.post("/vouchers/{id}/undo")
async def ask_for_deposit(page: InPage, id: UUID) -> Response:
    """Ask a supervisor to let a deposit be undone."""
    fields = await page.form()
    voucher = await vouchers.find(page, str(id))
    return await _ask(page, fields, ("deposits", voucher.subject), f"/vouchers/{id}")


@router.get("/approvals/{id}/count")
async def count(page: InPage, id: UUID) -> Response:
    """Show the form for the cash that goes back."""
    approval = await approvals.find(page, str(id))
    if asked := page.unknown_about(approval.subject, Kind.REVERSAL):
        return page.go(f"/requests/{asked.key}")
    if approval.status != "approved" or approval.kind not in _PATHS:
        return page.go(f"/approvals/{id}")
    return _count_form(page, approval, {}, None)


@router.post("/approvals/{id}/count")
async def undo(page: InPage, id: UUID) -> Response:
    """Undo it by the counted cash. The same form again, by a double click or F5, asks nothing new."""
    clerk, fields = page.clerk, await page.form()
    key = form_key(fields)
    approval = await approvals.find(page, str(id))
    if approval.kind not in _PATHS:
        return page.go(f"/approvals/{id}")
    if asked := await page.asked_before(key, page.unknown_about(approval.subject, Kind.REVERSAL)):
        return asked
    try:
        counted = counts.read(fields)
    except CountUnreadableError:
        return _count_form(page, approval, fields, Problem("malformed-request", 422, {}))
    if (total := money.total(counted)) != approval.amount or fields.get("action") == "add-up":
        differs = None if fields.get("action") == "add-up" else Problem("count-differs", 409, {})
        return _count_form(page, approval, fields, differs, added=total)
    path, body = service_api.reversal_request(_PATHS[approval.kind], approval.subject, counted)
    question = Question(key, Kind.REVERSAL, "POST", path, body, clerk.who, approval.subject, About(total))
    return await page.send(question)


async def _ask(page: Page, fields: dict[str, str], subject: tuple[str, str], back: str) -> Response:
    key, reason = form_key(fields), fields.get("reason", "")
    why = {"reason": reason, "words": read_words(fields, "words")}
    if reason not in REASONS:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = await page.twice(service_api.ask_for_approval, key, subject, why)
    except RefusedError as refused:
        if earlier := refused.problem.members.get("approval_id"):
            return page.go(f"/approvals/{UUID(str(earlier))}")
        return page.refuse(refused.problem, next_page=back)
    return page.go(f"/approvals/{made.id}")


def _why(page: Page, back: str, number: str, amount: int, name: str) -> Response:
    return page.render(
        "undo.html",
        back=back,
        number=number,
        amount=amount,
        name=name,
        reasons=REASONS,
        form_key=str(uuid.uuid4()),
    )


def _count_form(
    page: Page, approval: Approval, typed: dict[str, str], problem: Problem | None, *, added: int = 0
) -> Response:
    return page.render(
        "undo_count.html",
        problem.status if problem else HTTPStatus.OK,
        approval=approval,
        typed=typed,
        problem=problem,
        added=added,
        form_key=str(uuid.uuid4()),
        denominations=money.DENOMINATIONS,
    )
