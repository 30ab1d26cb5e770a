"""Top up a wallet from a linked bank account, exactly once.

The pending row is committed before the bank is asked, and the bank is asked outside any transaction under the
row's id, which it answers always the same. So whatever dies, and when: the bank's yes is found again by
`resolve_pending`, and whoever has the row's lock and finds it pending writes status and entry together.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.gateway import BankTimeout, DebitRequest, DebitResult, DebitStatus
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.registers.banks import service as banks
from atm_service.registers.banks import store as bank_links
from atm_service.registers.banks.store import BankLink
from atm_service.registers.customers import service as customers
from atm_service.registers.payments import domain, store
from atm_service.registers.payments.domain import TopUpStatus
from atm_service.registers.payments.errors import BankLinkUnknown
from atm_service.registers.payments.store import End, TopUp

ASKED_AT_ONCE: Final = 20
KIND: Final = "top-up"


def begin(
    session: Connection, context: Context, customer: Caller, bank_link_id: UUID, amount: int, now: datetime
) -> TopUp:
    """Write a pending top-up down. Commit it, then `ask`. Raises its refusal."""
    domain.check_amount(amount, context.policy.top_up)
    customers.lock_unfrozen(session, customer.subject)
    if bank_links.find(session, customer.subject, bank_link_id) is None:
        raise BankLinkUnknown
    top_up = TopUp(ids.new(now), customer.subject, bank_link_id, amount, TopUpStatus.PENDING, None, now)
    # Housekeeping keeps off until the request that began it must have the bank's answer.
    patience = timedelta(seconds=context.settings.bank_timeout_s)
    store.add(session, top_up, now + patience + domain.pause(1))
    trail.record(session, now, "top-up.begun", top_up.id, customer, {"amount": amount})
    return top_up


def ask(context: Context, id: UUID, now: datetime) -> bool:
    """Ask the bank for a pending top-up and record its answer; False: no answer, it stays pending.

    Call it outside any transaction. Harmless for a top-up that has ended, and by any number of callers.
    """
    with context.transaction() as session:
        top_up = _known(store.find(session, id))
        link = bank_links.find(session, top_up.customer_id, top_up.bank_link_id)
    if top_up.status is not TopUpStatus.PENDING or link is None:
        return True
    try:
        result = _answer(context, top_up, link, now)
    except BankTimeout:
        return False
    with context.transaction() as session:
        _record(session, id, link, result, now)
    return True


def resolve_pending(context: Context, now: datetime) -> int:
    """Ask again about top-ups without an answer, the oldest that are due; give how many got one.

    For housekeeping, in any number of processes. A round ends after twenty answers, and at the first silence,
    so that it takes little more than `bank_timeout_s` seconds.
    """
    for answered in range(ASKED_AT_ONCE):
        with context.transaction() as session:
            due = store.take_due(session, now, domain.pause)
        if due is None or context.stopping.is_set() or not ask(context, due, now):
            return answered
    return ASKED_AT_ONCE


def own(session: Connection, customer_id: UUID, id: UUID) -> TopUp:
    """Give one of the customer's own top-ups. Raises `NotFound`."""
    top_up = _known(store.find(session, id))
    if top_up.customer_id != customer_id:
        raise NotFound
    return top_up


def _known(top_up: TopUp | None) -> TopUp:
    if top_up is None:
        raise NotFound
    return top_up


def _answer(context: Context, top_up: TopUp, link: BankLink, now: datetime) -> DebitResult:
    """Get the bank's word. Raises `BankTimeout`."""
    timeout_s = context.settings.bank_timeout_s
    # An old one the bank is only asked about; if it has not heard of it, nothing was taken and nothing will be.
    if now - top_up.created_at >= context.policy.top_up.given_up_after:
        known = context.bank.status(top_up.id, timeout_s)
        return known or DebitResult(DebitStatus.DECLINED, domain.NOT_REACHED, "")
    request = DebitRequest(top_up.id, link.bin, banks.account_number(context, link), top_up.amount)
    return context.bank.debit(request, timeout_s)


def _record(session: Connection, id: UUID, link: BankLink, result: DebitResult, now: datetime) -> None:
    top_up = _known(store.lock(session, id))
    if top_up.status is not TopUpStatus.PENDING:
        return  # somebody else had the answer first
    if result.status is DebitStatus.APPROVED:
        entry_id = _post(session, top_up, link, now)
        end = End(TopUpStatus.SUCCEEDED, None, result.bank_reference, entry_id)
    else:
        end = End(TopUpStatus.DECLINED, result.reason, result.bank_reference, None)
    store.end(session, id, end, now)
    trail.record(
        session, now, f"top-up.{end.status}", id, None, {"amount": top_up.amount, "reason": end.reason}
    )


def _post(session: Connection, top_up: TopUp, link: BankLink, now: datetime) -> UUID:
    posting = ledger.Posting(chart.settlement(link.bin), chart.customer(top_up.customer_id), top_up.amount)
    entry = ledger.Entry(
        id=ids.new(now),
        reference=f"top-up/{top_up.id}",
        kind=KIND,
        business_date=ledger.business_date(now),
        narration=f"Top-up from bank {link.bin}",
        postings=(posting,),
    )
    # Both accounts were opened before, and a credit to a customer has no floor. Should it be refused all the same, the
    # top-up stays pending, and the bank's yes will be asked for again.
    ledger.must(ledger.post(session, [entry], now))
    return entry.id
