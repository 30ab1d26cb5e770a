"""Paying: for all counters that ask at the same moment. Locks: docs/locking.md."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.payout import receipts, service, views
from atm_service.payout.receipts import Delegate, Receipt
from atm_service.payout.schemas import PaymentRequest, ReceiptView
from atm_service.platform import attempts, calendar, chart, idempotency, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.numbers import Run
from atm_service.platform.policy import Attempts, Policy
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts, Unavailable
from atm_service.platform.sharing import tried
from atm_service.platform.trail import Deed
from atm_service.promises.availability import store as availability
from atm_service.promises.reservations import service as reservations
from atm_service.promises.reservations.domain import Room
from atm_service.promises.shifts.domain import Shift
from atm_service.promises.shifts.errors import NoOpenShift
from atm_service.promises.shifts.service import shifts_of
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.delegations import errors as delegation_errors
from atm_service.registers.delegations import store as delegations
from atm_service.registers.delegations.store import Known
from atm_service.registers.headroom import store as headroom
from atm_service.registers.headroom.store import More, Today
from atm_service.registers.messages import domain as words
from atm_service.registers.messages import service as messages
from atm_service.registers.messages.domain import MessageKind, Told
from atm_service.registers.notes import mixing, stock
from atm_service.registers.notes.domain import Notes, written
from atm_service.registers.notes.mixing import Mix
from atm_service.registers.offices import store as office_store
from atm_service.registers.withdrawals import errors, store
from atm_service.registers.withdrawals.domain import Drawer, Withdrawal
from atm_service.registers.withdrawals.store import Found
from ledger import Capture, Entry, Posting

RETRY_AFTER_S: Final = 1


@dataclass(frozen=True)
class Payment:
    """A clerk's word that the card was checked and the cash is counted; with digits, the customer's PIN."""

    clerk: Caller
    id: UUID
    checks: PaymentRequest
    key: Key

    @property
    def subjects(self) -> tuple[UUID | str, ...]:
        """The withdrawal, which is paid once, and the clerk: a drawer gives its notes one payment at a time.

        And a delegate, whose payments of the month add up.
        """
        delegate = self.checks.delegate
        return (self.id, self.clerk.subject, *((delegate.id_number,) if delegate else ()))


@dataclass(frozen=True)
class _Ready:
    """A payment that the withdrawal's state, the card and the shift allow."""

    payment: Payment
    found: Withdrawal
    paid: Withdrawal
    shift: Shift
    receipt_id: UUID
    entry: Entry
    identity_sealed: bytes
    phone_sealed: bytes
    delegate: Delegate | None


class _Entangled(Exception):  # noqa: N818  never leaves: the batch is tried one by one
    """A payment was refused for a limit that another one has used up which then was not paid."""


async def pay(context: Context, payment: Payment) -> Answer:
    """Record that the cash may leave the drawer, together with those who ask at the same moment.

    Raises its refusal.
    """
    return views.signed(context, await context.share(pay_each, payment))


def pay_each(context: Context, payments: Sequence[Payment]) -> list[Answer | Refusal]:
    """Record that the cash may leave the drawers: states, ledger, receipts and trail, in one transaction.

    Each payment is done once under its key. What it rests on is read from the rows that this transaction has locked,
    and a wrong card, delegate or PIN is counted by its commit, though the payment is refused.
    """
    with context.transaction() as session:
        return idempotency.once_each(
            session,
            [payment.key for payment in payments],
            201,
            lambda new: _pay(session, context, [payments[n] for n in new]),
        )


def _pay(session: Connection, context: Context, payments: Sequence[Payment]) -> list[ReceiptView | Refusal]:
    """Decide each payment on the locked rows, post all at once, write what was posted.

    The clock is read when the withdrawals are locked, and again when the office and its notes are: whoever waited for
    them, or stood still, is judged by what the time is then.
    """
    results: dict[UUID, ReceiptView | Refusal] = {}
    _lock_for_delegates(session, payments)
    found = store.find_each(session, [payment.id for payment in payments])
    shifts = shifts_of(session, [payment.clerk for payment in payments])
    now = context.clock()
    delegated = _delegated(session, found.values(), now)
    shut = attempts.shut(session, attempts.IDENTITY, [str(payment.id) for payment in payments], now)
    ready: list[_Ready] = []
    for payment in payments:
        one = tried(
            _ready,
            context,
            payment,
            found.get(payment.id),
            shifts.get(payment.clerk.subject),
            shut,
            delegated,
            now,
        )
        if isinstance(one, Refusal):
            results[payment.id] = _counted(session, context.policy.attempts, payment, one, now)
            if (shift := shifts.get(payment.clerk.subject)) and payment.id in found:
                amount = found[payment.id].withdrawal.amount
                service.tell_elsewhere(session, context.policy, one, shift, amount, now)
        else:
            ready.append(one)
    results |= _wrong_pins(session, context, ready, found, now)
    ready = [one for one in ready if one.payment.id not in results]
    today = ledger.business_date(now)
    so_far = headroom.lock_today(session, [one.shift.office for one in ready], today)
    reservations.lock(session, [one.found for one in ready], now)
    known = stock.lock(session, *sorted(one.shift.place for one in ready)) if ready else {}
    now = context.clock()
    now = max([now, *(before.not_before(now) for before in so_far.values())])
    ready = _judged_again(ready, today, results, now)
    allowed = _within_limits(context.policy, _rooms(session, so_far, ready, today), ready, today, results)
    mixes = _chosen(known, allowed, results)
    paid = _capture(session, [one for one in allowed if one.paid.id in mixes], results, now)
    if len(paid) < len(allowed) < len(ready):
        raise _Entangled
    for one in paid:
        mixing.take(session, one.entry.id, mixes[one.paid.id], now)
    made = _written(session, paid, mixes, so_far, now)
    messages.tell(session, context.cipher, [_told(context, one, receipt) for one, receipt in made], now)
    for one, receipt in made:
        results[one.payment.id] = views.receipt(context, receipt, unsigned=True)
    return [results[payment.id] for payment in payments]


def _ready(
    context: Context,
    payment: Payment,
    found: Found | None,
    shift: Shift | None,
    shut: dict[str, TooManyAttempts],
    delegated: dict[UUID, Known],
    now: datetime,
) -> _Ready:
    if found is None:
        raise NotFound
    if shift is None:
        raise NoOpenShift
    receipt_id = ids.new(now)
    paid = found.withdrawal.pay(Drawer(shift.office, shift.drawer), receipt_id, now)
    shift.refuse_stopped()
    if _needs_pin(paid) and payment.checks.pin is None:
        raise errors.PinRequired
    if str(payment.id) in shut:
        raise shut[str(payment.id)]
    card = context.cipher.fingerprint(payment.checks.id_number, "id-number")
    if not secrets.compare_digest(card, found.id_print):
        raise errors.WrongIdentity
    delegate = _checked_delegate(context, payment.checks, paid, shift.office, delegated, now)
    entry = _payment_entry(paid, shift, now)
    return _Ready(
        payment,
        found.withdrawal,
        paid,
        shift,
        receipt_id,
        entry,
        found.identity_sealed,
        found.phone_sealed,
        delegate,
    )


def _judged_again(
    ready: Sequence[_Ready], today: date, results: dict[UUID, ReceiptView | Refusal], now: datetime
) -> list[_Ready]:
    """Judge deadline and lease by the time at which the payment is recorded, and date it so.

    Raises `Unavailable` where midnight has passed meanwhile: the locked day is not today any more.
    """
    if ready and ledger.business_date(now) != today:
        raise Unavailable(retry_after_s=RETRY_AFTER_S)
    still: list[_Ready] = []
    for one in ready:
        receipt_id = ids.new(now)
        paid = tried(one.found.pay, Drawer(one.shift.office, one.shift.drawer), receipt_id, now)
        if isinstance(paid, Refusal):
            results[one.payment.id] = paid
        else:
            entry = _payment_entry(paid, one.shift, now)
            still.append(replace(one, paid=paid, receipt_id=receipt_id, entry=entry))
    return still


def _needs_pin(paid: Withdrawal) -> bool:
    """Digits can be heard and guessed: they pay only with the PIN. A delegate has the halves and no PIN."""
    return paid.by_digits and paid.delegation_id is None


def _counted(
    session: Connection, rules: Attempts, payment: Payment, refused: Refusal, now: datetime
) -> Refusal:
    """Count a card that is another person's. The lock on the withdrawal makes guesses at it take turns."""
    if isinstance(refused, errors.WrongIdentity | delegation_errors.WrongDelegate):
        left = attempts.wrong(session, rules, attempts.IDENTITY, str(payment.id), now)
        return type(refused)(remaining_attempts=left)
    return refused


def _wrong_pins(
    session: Connection,
    context: Context,
    ready: Sequence[_Ready],
    found: Mapping[UUID, Found],
    now: datetime,
) -> dict[UUID, ReceiptView | Refusal]:
    """Compare the PINs of those who were presented by digits; give the refusals.

    One customer after another in the order of ids, so that two transactions do not wait in a circle.
    """
    refused: dict[UUID, ReceiptView | Refusal] = {}
    asked = [one for one in ready if _needs_pin(one.paid)]
    for one in sorted(asked, key=lambda one: (one.paid.customer_id, one.paid.id)):
        customer, pin = one.paid.customer_id, one.payment.checks.pin
        assert pin is not None
        known = {customer: found[one.paid.id].pin_print}
        wrong = customers.prove_pins(session, context, known, {customer: pin}, now)
        if customer in wrong:
            refused[one.payment.id] = wrong[customer]
    return refused


def _lock_for_delegates(session: Connection, payments: Sequence[Payment]) -> None:
    """Lock the customers for whom a delegate collects: a revocation at the same moment comes before or after."""
    for_delegates = [payment.id for payment in payments if payment.checks.delegate is not None]
    if for_delegates:
        customer_store.lock_each(session, delegations.customers_of(session, for_delegates))


def _delegated(session: Connection, found: Iterable[Found], now: datetime) -> dict[UUID, Known]:
    ids = {one.withdrawal.delegation_id for one in found if one.withdrawal.delegation_id is not None}
    return delegations.find_each(session, sorted(ids), calendar.month_start(ledger.business_date(now)))


def _checked_delegate(
    context: Context,
    checks: PaymentRequest,
    paid: Withdrawal,
    office: str,
    delegated: dict[UUID, Known],
    now: datetime,
) -> Delegate | None:
    """Refuse where customer and delegate are not as the withdrawal says, then by the delegation's own rules."""
    if paid.delegation_id is None:
        if checks.delegate is not None:
            raise delegation_errors.DelegateNotAsked
        return None
    if checks.delegate is None:
        raise delegation_errors.DelegateRequired
    known = delegated[paid.delegation_id]
    card = context.cipher.fingerprint(checks.delegate.id_number, "id-number")
    if not secrets.compare_digest(card, known.delegation.delegate_print):
        raise delegation_errors.WrongDelegate
    known.delegation.check(paid.amount, known.paid, office, now)
    return Delegate(known.delegation.id, known.delegation.delegate_sealed, checks.delegate.checked)


def _payment_entry(withdrawal: Withdrawal, shift: Shift, now: datetime) -> Entry:
    customer = chart.customer(withdrawal.customer_id)
    postings = [Posting(customer, shift.place, withdrawal.amount)]
    if withdrawal.fee:
        postings.append(Posting(customer, chart.fees(shift.office), withdrawal.fee))
    return Entry(
        id=ids.new(now),
        reference=f"withdrawal/{withdrawal.id}/paid",
        kind="withdrawal",
        business_date=ledger.business_date(now),
        narration=f"cash paid {'to delegate ' if withdrawal.delegation_id else ''}at {shift.office}",
        postings=tuple(postings),
    )


def _rooms(
    session: Connection, so_far: Mapping[str, Today], ready: Sequence[_Ready], today: date
) -> dict[str, Room]:
    """Give what each office has left; its cash is looked at only where it could run into what is reserved."""
    wanted = {one.shift.office for one in ready if not one.found.is_reserved_on(today)}
    asked = sorted(office for office in wanted if so_far[office].moved.reserved_from)
    cash = availability.cash_of(session, asked) if asked else {}
    return {office: Room(before.moved, cash.get(office)) for office, before in so_far.items()}


def _within_limits(
    policy: Policy,
    rooms: dict[str, Room],
    ready: Sequence[_Ready],
    today: date,
    results: dict[UUID, ReceiptView | Refusal],
) -> list[_Ready]:
    """Keep what the legal limits of the offices, and what is reserved there, leave room for, in order."""
    allowed: list[_Ready] = []
    for one in ready:
        office, reserved = one.shift.office, one.found.is_reserved_on(today)
        left = tried(rooms[office].pay, one.paid.amount, policy, reserved)
        if isinstance(left, Refusal):
            results[one.payment.id] = left
        else:
            rooms[office] = left
            allowed.append(one)
    return allowed


def _chosen(
    known: Mapping[str, Notes | None], allowed: Sequence[_Ready], results: dict[UUID, ReceiptView | Refusal]
) -> dict[UUID, Mix]:
    """Choose the notes for each payment; a batch has one payment of a drawer."""
    mixes: dict[UUID, Mix] = {}
    for one in allowed:
        place, wished = one.shift.place, one.payment.checks.notes
        mix = tried(mixing.choose, place, known[place], one.paid.amount, wished)
        if isinstance(mix, Refusal):
            results[one.payment.id] = mix
        else:
            mixes[one.paid.id] = mix
    return mixes


def _capture(
    session: Connection,
    allowed: Sequence[_Ready],
    results: dict[UUID, ReceiptView | Refusal],
    now: datetime,
) -> list[_Ready]:
    paid: list[_Ready] = []
    captures = [Capture(one.paid.id, one.entry) for one in allowed]
    for one, outcome in zip(allowed, ledger.post(session, captures, now), strict=True):
        if outcome.reason is ledger.Reason.INSUFFICIENT_FUNDS:
            results[one.payment.id] = errors.DrawerShort()
        else:
            ledger.must([outcome])
            paid.append(one)
    return paid


def _written(
    session: Connection,
    paid: Sequence[_Ready],
    mixes: Mapping[UUID, Mix],
    so_far: Mapping[str, Today],
    now: datetime,
) -> list[tuple[_Ready, Receipt]]:
    """Write the receipts, with an office's numbers running on, the withdrawals and the trail."""
    if not paid:
        return []
    today = ledger.business_date(now)
    names = office_store.names(session, [one.shift.office for one in paid])
    last = {office: before.receipts for office, before in so_far.items()}
    made: list[tuple[_Ready, Receipt]] = []
    for one in paid:
        office = one.shift.office
        last[office] += 1
        number = Run(office, today).number(last[office])
        made.append((one, _receipt(one, number, names[office], mixes[one.paid.id], now)))
    receipts.insert(session, [(receipt, one.shift.id, one.payment.clerk.subject) for one, receipt in made])
    headroom.count(session, _counted_by_office(made), now)
    store.save(session, [one.paid for one in paid])
    reservations.give_back_locked(session, [one.found for one in paid], now)
    deeds = [
        Deed(
            "pay",
            one.paid.id,
            one.payment.clerk,
            {
                "receipt": receipt.number,
                "checked": one.payment.checks.checked,
                **({"paid_to_delegate": str(one.delegate.delegation_id)} if one.delegate else {}),
            },
        )
        for one, receipt in made
    ]
    trail.record_each(session, now, deeds)
    return made


def _told(context: Context, one: _Ready, receipt: Receipt) -> Told:
    said = words.paid(
        receipt.amount,
        receipt.office_name,
        receipt.number,
        receipt.paid_at,
        context.settings.hotline,
        by_delegate=one.delegate is not None,
    )
    phone = customers.open_phone(context, receipt.customer_id, one.phone_sealed)
    return Told(MessageKind.PAID, receipt.customer_id, phone, said)


def _counted_by_office(made: Sequence[tuple[_Ready, Receipt]]) -> dict[str, More]:
    counted: dict[str, More] = {}
    for _, receipt in made:
        before = counted.get(receipt.office, More())
        counted[receipt.office] = More(paid=before.paid + receipt.amount, receipts=before.receipts + 1)
    return counted


def _receipt(one: _Ready, number: str, office_name: str, mix: Mix, now: datetime) -> Receipt:
    return Receipt(
        id=one.receipt_id,
        number=number,
        withdrawal_id=one.paid.id,
        customer_id=one.paid.customer_id,
        amount=one.paid.amount,
        fee=one.paid.fee,
        office=one.shift.office,
        office_name=office_name,
        drawer=one.shift.drawer,
        clerk=one.shift.clerk,
        identity_checked=one.payment.checks.checked,
        paid_at=now,
        entry_id=one.entry.id,
        identity_sealed=one.identity_sealed,
        notes=None if mix.notes is None else written(mix.notes),
        delegate=one.delegate,
    )
