"""Top up a wallet from a linked bank account, and pay out to one, exactly once.

The pending row is committed before the bank is asked, a payout's money set aside by the same commit. The bank is asked
outside any transaction under the row's id, which it answers always the same. So whatever dies, and when: the bank's
word is found again by `resolve_pending`, and whoever has the row's lock and finds it pending writes status and entry
together, or gives back what was set aside (docs/decisions/0081-money-between-wallet-and-bank.md).
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
from atm_service.platform.gateway import BankOrder, BankResult, BankStatus, BankTimeout
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.registers.banks import service as banks
from atm_service.registers.banks import store as bank_links
from atm_service.registers.banks.errors import BankLinkUnknown
from atm_service.registers.banks.store import BankLink
from atm_service.registers.customers import store as customers
from atm_service.registers.customers.store import Locked
from atm_service.registers.headroom import service as headroom
from atm_service.registers.transfers import domain as transfers
from atm_service.registers.withdrawals.errors import InsufficientFunds, WalletFrozen
from atm_service.wallet import by_pin
from atm_service.wallet.bank_payments import domain, store
from atm_service.wallet.bank_payments.domain import BankPayment, Kind, Status
from atm_service.wallet.bank_payments.errors import BankPaymentPending, FeeChanged
from atm_service.wallet.bank_payments.schemas import BankPaymentView, PayoutRequest, TopUpRequest
from atm_service.wallet.bank_payments.store import End, Seen
from ledger import reading

ASKED_AT_ONCE: Final = 20


@dataclass(frozen=True)
class _Wish:
    """Which way whose money is to go, under which key."""

    customer: Caller
    body: TopUpRequest
    kind: Kind
    key: Key

    @property
    def fee(self) -> int:
        """The fee that the customer agreed to."""
        return self.body.fee if isinstance(self.body, PayoutRequest) else 0


def pay(context: Context, customer: Caller, body: TopUpRequest, key: Key, now: datetime) -> Answer:
    """Begin a top-up or a payout, once under its key, and ask the bank; give it as it is then.

    For much money that goes out the face is proved before, as for a withdrawal, unless the key is known.

    Refuses by session, PIN, wallet, account, amount, fee, an equal one that is pending, limits and funds, in this
    order.
    """
    wish = _Wish(customer, body, Kind.PAYOUT if isinstance(body, PayoutRequest) else Kind.TOP_UP, key)
    if isinstance(body, PayoutRequest) and body.amount > context.policy.withdrawal.step_up_above:
        authorising.step_up(context, customer, key, body.pin, body.face_capture, now)

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
    """Ask the bank for a pending bank payment and record its answer; False: no answer, it stays pending.

    Call it outside any transaction. Harmless for what has ended, and by any number of callers.
    """
    with context.transaction() as session:
        payment = _known(store.find(session, id))
        link = bank_links.find(session, payment.bank_link_id)
        orders = not _is_stopped(session, payment)
    if payment.status is not Status.PENDING:
        return True
    try:
        result = _answer(context, payment, link, now, orders=orders)
    except BankTimeout:
        return False
    with context.transaction() as session:
        _record(session, id, link, result, now)
    return True


def resolve_pending(context: Context, now: datetime) -> int:
    """Ask again about what has no answer, the oldest that are due; give how many got one.

    For housekeeping, in any number of processes. A round ends after twenty answers, and at the first silence,
    so that it takes little more than `bank_timeout_s` seconds.
    """
    for answered in range(ASKED_AT_ONCE):
        with context.transaction() as session:
            due = store.take_due(session, now, domain.pause)
        if due is None or context.stopping.is_set() or not ask(context, due, now):
            return answered
    return ASKED_AT_ONCE


def own(session: Connection, customer_id: UUID, id: UUID) -> Seen:
    """Give one of the customer's own. Raises `NotFound`."""
    found = store.own(session, customer_id, id)
    if found is None:
        raise NotFound
    return found


def _begin(
    session: Connection, context: Context, wish: _Wish, mine: Locked, now: datetime
) -> BankPaymentView:
    id, body, rules = wish.customer.subject, wish.body, domain.rules_of(wish.kind, context.policy)
    if mine.frozen:
        raise WalletFrozen
    link = bank_links.find_live(session, id, body.bank_link_id)
    if link is None:
        raise BankLinkUnknown
    transfers.check_amount(body.amount, rules)
    if wish.fee != rules.fee:
        raise FeeChanged(fee=rules.fee)
    equal = store.equal_pending(session, id, wish.kind, link.id, body.amount)
    if equal is not None and not body.again:
        raise BankPaymentPending(
            bank_payment_id=str(equal.id), amount=equal.amount, created_at=equal.created_at
        )
    payment = BankPayment(
        id=ids.new(now),
        customer_id=id,
        bank_link_id=link.id,
        kind=wish.kind,
        amount=body.amount,
        fee=rules.fee,
        status=Status.PENDING,
        reason=None,
        created_at=now,
        key=wish.key.key,
    )
    if wish.kind is Kind.PAYOUT:
        headroom.refuse_transfer(session, context.policy, id, body.amount, now)
        _set_aside(session, payment, now)
    # Housekeeping keeps off until the request that began it must have the bank's answer.
    patience = timedelta(seconds=context.settings.bank_timeout_s)
    store.add(session, payment, now + patience + domain.pause(1))
    detail = {"amount": payment.amount, "fee": payment.fee}
    trail.record(session, now, f"{wish.kind}.begun", payment.id, wish.customer, detail)
    return BankPaymentView.of(Seen(payment, link.bin, link.masked_account))


def _set_aside(session: Connection, payment: BankPayment, now: datetime) -> None:
    wallet = chart.customer(payment.customer_id)
    reference, whole = f"{payment.kind}/{payment.id}", payment.amount + payment.fee
    hold = ledger.Hold(payment.id, reference, wallet, whole, now + domain.HELD_FOR)
    outcomes = ledger.post(session, [hold], now)
    if outcomes[0].reason is ledger.Reason.INSUFFICIENT_FUNDS:
        raise InsufficientFunds(available=reading.balance(session, wallet).available)
    ledger.must(outcomes)


def _known(payment: BankPayment | None) -> BankPayment:
    if payment is None:
        raise NotFound
    return payment


def _is_stopped(session: Connection, payment: BankPayment) -> bool:
    """Tell whether a payout's customer is frozen, by the locked row: a freeze that is answered comes before it.

    What was ordered a moment before the freeze is on its way, and nobody calls it back.
    """
    if payment.kind is not Kind.PAYOUT:
        return False
    return customers.lock_each(session, [payment.customer_id])[payment.customer_id].frozen


def _answer(
    context: Context, payment: BankPayment, link: BankLink, now: datetime, *, orders: bool
) -> BankResult:
    """Get the bank's word; `orders`: it may be told to move the money, and is not asked alone.

    Raises `BankTimeout` where there is none that can be believed yet.
    """
    bank, timeout_s = context.bank, context.settings.bank_timeout_s
    rules, age = domain.rules_of(payment.kind, context.policy), now - payment.created_at
    if not orders or not domain.is_ordered(age, rules):
        known = bank.status(payment.id, timeout_s)
        if known is None and not domain.is_given_up(age, rules):
            raise BankTimeout("an order may still be on its way")
        return known or BankResult(BankStatus.DECLINED, domain.NOT_REACHED, "")
    order = BankOrder(payment.id, link.bin, banks.account_number(context, link), payment.amount)
    return bank.debit(order, timeout_s) if payment.kind is Kind.TOP_UP else bank.credit(order, timeout_s)


def _record(session: Connection, id: UUID, link: BankLink, result: BankResult, now: datetime) -> None:
    payment = _known(store.lock(session, id))
    if payment.status is not Status.PENDING:
        return  # somebody else had the answer first
    if result.status is BankStatus.APPROVED:
        entry = payment.entry(ids.new(now), link.bin, now)
        end = End(Status.SUCCEEDED, None, result.bank_reference, entry.id)
        command: ledger.Command = entry if payment.kind is Kind.TOP_UP else ledger.Capture(payment.id, entry)
        # The accounts are there, a credit to a customer has no floor, and a payout's money is in its hold. Should it
        # be refused all the same, it stays pending, and the bank's yes will be asked for again.
        ledger.must(ledger.post(session, [command], now))
    else:
        end = End(Status.DECLINED, result.reason, result.bank_reference, None)
        if payment.kind is Kind.PAYOUT:
            ledger.must(ledger.post(session, [ledger.Void(payment.id, f"payout/{payment.id}")], now))
    store.end(session, id, end, now)
    detail = {"amount": payment.amount, "reason": end.reason}
    trail.record(session, now, f"{payment.kind}.{end.status}", id, None, detail)
