"""The cases that bills are for: what is due, the case as it is kept, what the biller gives back, the signed proof."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.gateway import BankTimeout, Case, Refund
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, Unavailable
from atm_service.promises.notices import store as notices
from atm_service.promises.notices.store import Notice, NoticeKind
from atm_service.registers.billers import domain as billers
from atm_service.registers.billers.domain import BILLER, Procedure
from atm_service.registers.billers.errors import BillPaid, BillUnknown
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.headroom import service as headroom
from atm_service.registers.transfers import domain as transfers
from atm_service.wallet import handed
from atm_service.wallet.bank_payments import domain, store
from atm_service.wallet.bank_payments.domain import BankPayment, Kind, Offer, Status
from atm_service.wallet.bank_payments.errors import BillOfferLapsed
from atm_service.wallet.bank_payments.schemas import BillView, CaseRequest, OfferView
from kyc import names
from kyc.errors import NameWrongCharacters, NameWrongLength, Undecryptable

ASK_AGAIN_S: Final = 5
REFUNDS_EVERY: Final = timedelta(seconds=10)
TOLD_LATE: Final = timedelta(days=1)
"""So long after a higher number a biller may tell a lower one."""

PAGES_MAX: Final = 50


def look_up(context: Context, customer: Caller, body: CaseRequest, now: datetime) -> OfferView:
    """Show what is due for a case, and the fee. Nothing moves.

    The biller is asked outside any transaction, so often a day: a number may be a guess, and the answer has a name.
    Refuses by wallet, questions, case, what is paid and amount, in this order. Raises `Unavailable` when it is silent.
    """
    rules, case = context.policy.bill, Case(body.procedure, billers.case_number(body.case_number))
    with context.transaction() as session:
        customers.refuse_frozen(session, customer.subject)
        attempts.count(session, context.policy.attempts, attempts.BILL_CASE, str(customer.subject), now)
        ledger.open_accounts(session, chart.biller_accounts(BILLER), now)
    try:
        due = context.biller.look_up(case, context.settings.bank_timeout_s)
    except BankTimeout:
        raise Unavailable(retry_after_s=ASK_AGAIN_S) from None
    if due is None:
        raise BillUnknown
    if due.is_paid:
        raise BillPaid
    transfers.check_amount(due.amount, rules)
    offer = Offer(ids.new(now), case, due.amount, rules.fee, now.replace(microsecond=0) + rules.offer)
    with context.reading() as session:
        left = headroom.left_to_send(session, context.policy, customer.subject, now)
    return OfferView(
        offer=handed.out(context, offer.to_bytes(), _offer_place(customer.subject)),
        procedure=body.procedure,
        payer=_masked(due.payer),
        amount=due.amount,
        fee=rules.fee,
        due_on=due.due_on,
        left_today=left.amount,
        renews_on=left.renews_on,
        expires_at=offer.expires_at,
    )


def opened(context: Context, customer_id: UUID, offer: str) -> Offer:
    """Read what `look_up` gave to this customer. Raises `BillOfferLapsed` for anything else."""
    try:
        return Offer.from_bytes(handed.back(context, offer, _offer_place(customer_id)))
    except (ValueError, Undecryptable):
        raise BillOfferLapsed from None


def sealed(context: Context, offer: Offer, id: UUID) -> store.Bill:
    """Write for which case a bill is, as it is kept."""
    case = json.dumps([offer.case.procedure, offer.case.number])
    return store.Bill(
        id=id,
        offer_id=offer.id,
        procedure=Procedure(offer.case.procedure),
        case_sealed=context.cipher.encrypt(offer.case.number.encode(), _case_place(id)),
        case_print=context.cipher.fingerprint(case, "bill-case"),
    )


def of(session: Connection, context: Context, id: UUID) -> Case:
    """Give for which case a bill is. Raises `NotFound` where it is no bill."""
    bill = store.bill(session, id)
    if bill is None:
        raise NotFound
    number = context.cipher.decrypt(bill.case_sealed, _case_place(id)).decode()
    return Case(bill.procedure, number)


def view(context: Context, customer_id: UUID, id: UUID, now: datetime) -> BillView:
    """Show a customer's own bill, with its signed proof while it is paid and no refund names it. Raises `NotFound`."""
    with context.reading() as session:
        seen = store.own(session, customer_id, id)
        if seen is None:
            raise NotFound
        case = of(session, context, id)
        is_named = store.is_refund_named(session, id)
    bill, receipt = seen.payment, seen.receipt if seen.payment.status is Status.SUCCEEDED else None
    proof = None
    if receipt is not None and not is_named:
        proof = domain.proof(bill, case, receipt, context.keys.at(now).signing("proof"))
    return BillView(
        id=id,
        procedure=Procedure(case.procedure),
        case_number=case.number,
        amount=bill.amount,
        fee=bill.fee,
        status=bill.status,
        reason=bill.reason,
        created_at=bill.created_at,
        ended_at=bill.ended_at,
        receipt=receipt,
        refunded_at=seen.refunded_at,
        proof=proof,
    )


def are_refunds_due(context: Context, now: datetime) -> bool:
    """Tell whether this process is to ask the biller what it gave back, which it does every ten seconds."""
    asked_at = context.paces.get("refunds")
    if asked_at is not None and timedelta() <= now - asked_at < REFUNDS_EVERY:
        return False
    context.paces["refunds"] = now
    return True


def new_refunds(context: Context, now: datetime) -> list[Refund]:
    """Ask the biller, outside any transaction, what it gave back that was not taken; of silence, what came before.

    It is asked from some way behind the last that was taken: numbers are told late, and bills wait for their answer.
    """
    told: list[Refund] = []
    with context.transaction() as session:
        after = store.refunds_settled(session, now, TOLD_LATE)
    with suppress(BankTimeout):
        for _ in range(PAGES_MAX):
            page = context.biller.refunds(after, context.settings.bank_timeout_s)
            told += page
            last = max((refund.number for refund in page), default=after)
            if last <= after:
                break
            after = last
    with context.transaction() as session:
        return store.not_taken(session, told)


def give_back(session: Connection, refund: Refund, now: datetime) -> bool:
    """Give back what the biller gave back, once a bill; tell whether it was taken now.

    A bill that waits gets its answer first. What names no paid bill, or one of a wallet that is closed, is written
    down for an auditor and moves nothing.
    """
    bill = store.lock(session, refund.order_id)
    is_taken, is_given_back = store.refunded(session, refund)
    if is_taken:
        return False
    if bill is not None and (bill.kind, bill.status) == (Kind.BILL, Status.PENDING):
        return False
    if bill is None or is_given_back or not _is_whole(bill, refund) or not _can_take(session, bill):
        store.add_refund(session, refund, None, now)
        trail.record(session, now, "bill.refund-unknown", refund.order_id, None, {"amount": refund.amount})
        return True
    entry = bill.refund(ids.new(now), BILLER, now)
    ledger.must(ledger.post(session, [entry], now))
    store.add_refund(session, refund, entry.id, now)
    tell(session, bill, NoticeKind.BILL_REFUNDED, now)
    trail.record(session, now, "bill.refunded", bill.id, None, {"amount": bill.amount})
    return True


def tell(session: Connection, bill: BankPayment, kind: NoticeKind, now: datetime) -> None:
    """Tell a customer what became of a bill."""
    told = Notice(bill.customer_id, None, kind, {"amount": bill.amount}, bill_id=bill.id)
    notices.insert_each(session, [told], now)


def _is_whole(bill: BankPayment, refund: Refund) -> bool:
    return (bill.kind, bill.status, bill.amount) == (Kind.BILL, Status.SUCCEEDED, refund.amount)


def _can_take(session: Connection, bill: BankPayment) -> bool:
    return bool(customer_store.lock_each(session, [bill.customer_id]))


def _masked(payer: str) -> str:
    """Mask a name; what is none is not shown at all, and its case is paid all the same."""
    try:
        return names.mask(names.normalise(payer))
    except (NameWrongLength, NameWrongCharacters):
        return ""


def _offer_place(customer_id: UUID) -> bytes:
    return f"bill offer {customer_id}".encode()


def _case_place(id: UUID) -> bytes:
    return f"bill case {id}".encode()
