"""Top up a wallet from a linked bank account, pay out to one, and pay a bill, exactly once.

The pending row is committed before the other side is asked, money that goes out set aside by the same commit. Bank or
biller is asked outside any transaction under the row's id, which it answers always the same. So whatever dies, and
when: the word is found again by `resolve_pending`, and whoever has the row's lock and finds it pending writes status
and entry together, or gives back what was set aside (docs/decisions/0081-money-between-wallet-and-bank.md,
docs/decisions/0093-a-bill-is-a-payout.md).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.payout import authorising
from atm_service.platform import chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.gateway import BankOrder, BankResult, BankStatus, BankTimeout, BillOrder
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.promises.notices.store import NoticeKind
from atm_service.registers.banks import service as banks
from atm_service.registers.banks import store as bank_links
from atm_service.registers.banks.errors import BankLinkUnknown
from atm_service.registers.billers.domain import BILLER
from atm_service.registers.customers import store as customers
from atm_service.registers.customers.store import Locked
from atm_service.registers.headroom import service as headroom
from atm_service.registers.transfers import domain as transfers
from atm_service.registers.withdrawals.errors import InsufficientFunds, WalletFrozen
from atm_service.wallet import by_pin
from atm_service.wallet.bank_payments import cases, domain, store
from atm_service.wallet.bank_payments.domain import BankPayment, Kind, Offer, Status
from atm_service.wallet.bank_payments.errors import BankPaymentPending, BillBegun, FeeChanged
from atm_service.wallet.bank_payments.schemas import BankPaymentView, BillRequest, PayoutRequest, TopUpRequest
from atm_service.wallet.bank_payments.store import End, Seen
from ledger import reading

ASKED_AT_ONCE: Final = 20


@dataclass(frozen=True)
class _Wish:
    """Which way whose money is to go, under which key."""

    customer: Caller
    key: Key
    kind: Kind
    amount: int
    fee: int
    of: TopUpRequest | Offer
    face_capture: str | None = None


def pay(
    context: Context, customer: Caller, body: TopUpRequest | BillRequest, key: Key, now: datetime
) -> Answer:
    """Begin a top-up, a payout or a bill, once under its key, and ask the other side; give it as it is then.

    For much money that goes out the face is proved before, as for a withdrawal, unless the key is known.

    Refuses by session, PIN, wallet, account or offer, amount, fee, an equal one that is pending, limits and funds, in
    this order.
    """
    wish = _wish(context, customer, body, key)
    if wish.kind.is_out and wish.amount > context.policy.withdrawal.step_up_above:
        authorising.step_up(context, customer, key, body.pin, wish.face_capture, now)

    def work(session: Connection, known: dict[UUID, Locked], now: datetime) -> BankPaymentView:
        return _begin(session, context, wish, known[customer.subject], now)

    done = by_pin.once(context, customer, body.pin, key, work, fee=wish.fee)
    begun = BankPaymentView.model_validate_json(done.body)
    if not done.replayed:
        ask(context, begun.id, begun.created_at)
    with context.reading() as session:
        shown = BankPaymentView.of(own(session, customer.subject, begun.id))
    return replace(done, body=shown.model_dump_json().encode())


def ask(context: Context, id: UUID, now: datetime) -> bool:
    """Ask the other side of a pending bank payment and record its answer; False: no answer, it stays pending.

    Call it outside any transaction. Harmless for what has ended, and by any number of callers.
    """
    with context.transaction() as session:
        payment = _known(store.find(session, id))
        order = _order(session, context, payment)
        orders = not _is_stopped(session, payment)
    if payment.status is not Status.PENDING:
        return True
    try:
        result = _answer(context, payment, order, now, orders=orders)
    except BankTimeout:
        return False
    with context.transaction() as session:
        _record(session, id, order, result, now)
    return True


def resolve_pending(context: Context, now: datetime, *, bills: bool = False) -> int:
    """Ask the banks again about what has no answer, or the biller: the oldest that are due; give how many got one.

    For housekeeping, in any number of processes. A round ends after twenty answers, and at the first silence,
    so that it takes little more than `bank_timeout_s` seconds; neither side waits for the other.
    """
    for answered in range(ASKED_AT_ONCE):
        with context.transaction() as session:
            due = store.take_due(session, now, domain.pause, bills=bills)
        if due is None or context.stopping.is_set() or not ask(context, due, now):
            return answered
    return ASKED_AT_ONCE


def take_refunds(context: Context, now: datetime) -> int:
    """Take what the biller gave back, each on its own; give how many.

    Those that fail are told of at the end (`ExceptionGroup`), when all others are taken.
    """
    if not cases.are_refunds_due(context, now):
        return 0
    taken, failed = 0, []
    for refund in cases.new_refunds(context, now):
        if context.stopping.is_set():
            break
        try:
            with context.transaction() as session:
                taken += cases.give_back(session, refund, context.clock())
        except Exception as error:  # noqa: BLE001  one that fails must not stop the others
            failed.append(error)
    if failed:
        raise ExceptionGroup("refunds were not taken", failed)
    return taken


def own(session: Connection, customer_id: UUID, id: UUID) -> Seen:
    """Give one of the customer's own. Raises `NotFound`."""
    found = store.own(session, customer_id, id)
    if found is None:
        raise NotFound
    return found


def _begin(
    session: Connection, context: Context, wish: _Wish, mine: Locked, now: datetime
) -> BankPaymentView:
    id = wish.customer.subject
    if mine.frozen:
        raise WalletFrozen
    offer = wish.of if isinstance(wish.of, Offer) else None
    link_id = _checked_link(session, context, wish, wish.of) if isinstance(wish.of, TopUpRequest) else None
    bill = _checked_bill(session, context, wish, offer, now) if offer else None
    payment = BankPayment(
        id=bill.id if bill else ids.new(now),
        customer_id=id,
        bank_link_id=link_id,
        kind=wish.kind,
        amount=wish.amount,
        fee=wish.fee,
        status=Status.PENDING,
        reason=None,
        created_at=now,
        key=wish.key.key,
    )
    if wish.kind.is_out:
        headroom.refuse_transfer(session, context.policy, id, wish.amount, now)
        _set_aside(session, payment, now)
    # Housekeeping keeps off until the request that began it must have the other side's answer.
    patience = timedelta(seconds=context.settings.bank_timeout_s)
    store.add(session, payment, now + patience + domain.pause(1))
    if bill:
        store.add_bill(session, bill)
    detail = {"amount": payment.amount, "fee": payment.fee}
    trail.record(session, now, f"{wish.kind}.begun", payment.id, wish.customer, detail)
    return BankPaymentView.of(own(session, id, payment.id))


def _wish(context: Context, customer: Caller, body: TopUpRequest | BillRequest, key: Key) -> _Wish:
    if isinstance(body, BillRequest):
        offer = cases.opened(context, customer.subject, body.offer)
        return _Wish(customer, key, Kind.BILL, offer.amount, offer.fee, offer, body.face_capture)
    if isinstance(body, PayoutRequest):
        return _Wish(customer, key, Kind.PAYOUT, body.amount, body.fee, body, body.face_capture)
    return _Wish(customer, key, Kind.TOP_UP, body.amount, 0, body)


def _checked_link(session: Connection, context: Context, wish: _Wish, body: TopUpRequest) -> UUID:
    """Give the account over which a top-up or payout of this amount and fee may go."""
    id, rules = wish.customer.subject, domain.rules_of(wish.kind, context.policy)
    link = bank_links.find_live(session, id, body.bank_link_id)
    if link is None:
        raise BankLinkUnknown
    # The whole rest goes out however small it is, and free where the fee would eat it: a wallet is closed empty.
    whole = wish.amount + wish.fee
    is_rest = wish.kind is Kind.PAYOUT and whole == _all_of(session, id)
    transfers.check_amount(max(wish.amount, rules.amount_min) if is_rest else wish.amount, rules)
    fee = 0 if is_rest and whole <= rules.fee else rules.fee
    if wish.fee != fee:
        raise FeeChanged(fee=fee)
    equal = store.equal_pending(session, id, wish.kind, link.id, wish.amount)
    if equal is not None and not body.again:
        raise _pending(equal)
    return link.id


def _checked_bill(
    session: Connection, context: Context, wish: _Wish, offer: Offer, now: datetime
) -> store.Bill:
    """Give the bill that an offer becomes, if it has not and nothing of its case waits for the biller."""
    rules = context.policy.bill
    before = store.of_offer(session, offer.id)
    if before is not None:
        raise BillBegun(bank_payment_id=str(before))
    offer.check(rules.fee, now)
    transfers.check_amount(offer.amount, rules)
    bill = cases.sealed(context, offer, ids.new(now))
    equal = store.pending_of_case(session, wish.customer.subject, bill.case_print)
    if equal is not None:
        raise _pending(equal)
    return bill


def _pending(equal: BankPayment) -> BankPaymentPending:
    return BankPaymentPending(bank_payment_id=str(equal.id), amount=equal.amount, created_at=equal.created_at)


def _set_aside(session: Connection, payment: BankPayment, now: datetime) -> None:
    wallet = chart.customer(payment.customer_id)
    reference, whole = f"{payment.kind}/{payment.id}", payment.amount + payment.fee
    hold = ledger.Hold(payment.id, reference, wallet, whole, now + domain.HELD_FOR)
    outcomes = ledger.post(session, [hold], now)
    if outcomes[0].reason is ledger.Reason.INSUFFICIENT_FUNDS:
        raise InsufficientFunds(available=_available(session, payment.customer_id))
    ledger.must(outcomes)


def _available(session: Connection, customer_id: UUID) -> int:
    return reading.balance(session, chart.customer(customer_id)).available


def _all_of(session: Connection, customer_id: UUID) -> int | None:
    """Give what is in a wallet; None while some is set aside, which may come back."""
    balance = reading.balance(session, chart.customer(customer_id))
    return None if balance.held else balance.available


def _known(payment: BankPayment | None) -> BankPayment:
    if payment is None:
        raise NotFound
    return payment


def _is_stopped(session: Connection, payment: BankPayment) -> bool:
    """Tell whether the customer whose money goes out is frozen, or has left, by the locked row.

    A freeze that is answered comes before it; what was ordered a moment before that is on its way, and nobody calls
    it back.
    """
    if not payment.kind.is_out:
        return False
    mine = customers.lock_each(session, [payment.customer_id]).get(payment.customer_id)
    return mine is None or mine.frozen


def _order(session: Connection, context: Context, payment: BankPayment) -> BankOrder | BillOrder:
    """Write what the other side is asked for."""
    if payment.bank_link_id is None:
        return BillOrder(payment.id, cases.of(session, context, payment.id), payment.amount)
    link = bank_links.find(session, payment.bank_link_id)
    return BankOrder(payment.id, link.bin, banks.account_number(context, link), payment.amount)


def _answer(
    context: Context, payment: BankPayment, order: BankOrder | BillOrder, now: datetime, *, orders: bool
) -> BankResult:
    """Get the other side's word; `orders`: it may be told to move the money, and is not asked alone.

    Raises `BankTimeout` where there is none that can be believed yet.
    """
    timeout_s = context.settings.bank_timeout_s
    rules, age = domain.rules_of(payment.kind, context.policy), now - payment.created_at
    if not orders or not domain.is_ordered(age, rules):
        side = context.biller if payment.kind is Kind.BILL else context.bank
        known = side.status(payment.id, timeout_s)
        if known is None and not domain.is_given_up(age, rules):
            raise BankTimeout("an order may still be on its way")
        return known or BankResult(BankStatus.DECLINED, payment.kind.not_reached, "")
    if isinstance(order, BillOrder):
        return context.biller.pay(order, timeout_s)
    move = context.bank.debit if payment.kind is Kind.TOP_UP else context.bank.credit
    return move(order, timeout_s)


def _record(
    session: Connection, id: UUID, order: BankOrder | BillOrder, result: BankResult, now: datetime
) -> None:
    payment = _known(store.lock(session, id))
    if payment.status is not Status.PENDING:
        return  # somebody else had the answer first
    if result.status is BankStatus.APPROVED:
        entry = payment.entry(ids.new(now), BILLER if isinstance(order, BillOrder) else order.bin, now)
        end = End(Status.SUCCEEDED, None, result.bank_reference, entry.id)
        command: ledger.Command = entry if payment.kind is Kind.TOP_UP else ledger.Capture(payment.id, entry)
        # The accounts are there, a credit to a customer has no floor, and what goes out is in its hold. Should it
        # be refused all the same, it stays pending, and the yes will be asked for again.
        ledger.must(ledger.post(session, [command], now))
    else:
        end = End(Status.DECLINED, result.reason, result.bank_reference, None)
        if payment.kind.is_out:
            ledger.must(ledger.post(session, [ledger.Void(payment.id, f"{payment.kind}/{payment.id}")], now))
    store.end(session, id, end, now)
    if payment.kind is Kind.BILL and now > payment.created_at:  # nobody looks at the page any more
        is_paid = end.status is Status.SUCCEEDED
        cases.tell(session, payment, NoticeKind.BILL_PAID if is_paid else NoticeKind.BILL_DECLINED, now)
    detail = {"amount": payment.amount, "reason": end.reason}
    trail.record(session, now, f"{payment.kind}.{end.status}", id, None, detail)
