"""Undo a payment or a deposit: asked for with a reason, approved elsewhere, then done by counted cash.

The entry mirrors the first one and names it. What was undone is given back to the customer's and the office's
limits. Each runs inside one transaction of its caller; locks as for a payment: customer, withdrawal, shift, the
office's day, ledger accounts.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.reversals import store
from atm_service.desk.reversals.errors import MoneySpent
from atm_service.desk.reversals.store import Payment
from atm_service.desk.vouchers import service as vouchers
from atm_service.desk.vouchers import store as voucher_store
from atm_service.desk.vouchers.domain import Confirmed, Draft, Voucher, VoucherKind, check_count
from atm_service.desk.vouchers.errors import NotYours
from atm_service.payout.service import must
from atm_service.platform import chart, ids
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import service as approvals
from atm_service.promises.approvals.domain import ApprovalKind as Asked
from atm_service.promises.approvals.domain import Reason
from atm_service.promises.approvals.store import Shown
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts.domain import Shift
from atm_service.registers.customers import service as customers
from atm_service.registers.notes.domain import Counts
from atm_service.registers.withdrawals import errors
from atm_service.registers.withdrawals import store as withdrawals
from ledger import Entry, Posting, reading


def ask_for_withdrawal(
    session: Connection, clerk: Caller, id: UUID, why: tuple[Reason, str], now: datetime
) -> Shown:
    """Ask a supervisor to let a payment of this clerk be undone.

    Raises `NotFound`, `NotYours`, and what `Withdrawal.reverse` refuses.
    """
    payment = _own_payment(session, clerk, id)
    found = withdrawals.find(session, id)
    assert found is not None
    found.withdrawal.reverse(ledger.business_date(now))
    return approvals.request(session, clerk, Asked.WITHDRAWAL_REVERSAL, id, payment.amount, why, now)


def withdrawal(
    session: Connection, context: Context, clerk: Caller, id: UUID, counts: Counts, now: datetime
) -> Voucher:
    """Undo a payment: the counted cash goes into the clerk's drawer, the money back to the customer, fee included.

    Refuses by owner, state and day, shift, count, and approval, in this order.
    """
    payment = _own_payment(session, clerk, id)
    customers.lock(session, payment.customer_id)
    found = withdrawals.find(session, id)
    assert found is not None
    after = found.withdrawal.reverse(ledger.business_date(now))
    shift = shifts.shift_of(session, clerk)
    check_count(counts, payment.amount)
    voucher_id = ids.new(now)
    approvals.use(session, clerk, Asked.WITHDRAWAL_REVERSAL, id, payment.amount, voucher_id, now)
    place = vouchers.count(
        session, context.policy, VoucherKind.WITHDRAWAL_REVERSAL, shift.office, payment.amount, now
    )
    entry = _mirror_of_payment(id, payment, shift, now)
    drawer = shift.place
    must(vouchers.post(session, entry, drawer, counts, now, into=True))
    withdrawals.save(session, [after])
    draft = Draft(
        id=voucher_id,
        kind=VoucherKind.WITHDRAWAL_REVERSAL,
        subject=id,
        entry_id=entry.id,
        shift_id=shift.id,
        customer_id=payment.customer_id,
        amount=payment.amount,
        fee=payment.fee,
        counts=counts,
        office=shift.office,
        drawer=shift.drawer,
        clerk_id=clerk.subject,
        confirmed=Confirmed.APPROVAL,
        made_at=now,
    )
    return vouchers.write(session, draft, place, clerk, now)


def ask_for_deposit(
    session: Connection, clerk: Caller, id: UUID, why: tuple[Reason, str], now: datetime
) -> Shown:
    """Ask a supervisor to let a deposit that this clerk received be undone."""
    received = _own_deposit(session, clerk, id)
    _check_deposit(received, now)
    return approvals.request(session, clerk, Asked.DEPOSIT_REVERSAL, id, received.amount, why, now)


def deposit(
    session: Connection, context: Context, clerk: Caller, id: UUID, counts: Counts, now: datetime
) -> Voucher:
    """Undo a deposit: the counted cash leaves the clerk's drawer. Raises `MoneySpent` at the customer's floor."""
    received = _own_deposit(session, clerk, id)
    customers.lock(session, received.customer_id)
    _check_deposit(_own_deposit(session, clerk, id), now)
    shift = shifts.shift_of(session, clerk)
    check_count(counts, received.amount)
    voucher_id = ids.new(now)
    approvals.use(session, clerk, Asked.DEPOSIT_REVERSAL, id, received.amount, voucher_id, now)
    drawer = shift.place
    if reading.balance(session, drawer).available < received.amount:
        raise errors.DrawerShort
    place = vouchers.count(
        session, context.policy, VoucherKind.DEPOSIT_REVERSAL, shift.office, received.amount, now
    )
    entry = _mirror_of_deposit(received, shift, now)
    outcome = vouchers.post(session, entry, drawer, counts, now, into=False)
    if outcome.reason is ledger.Reason.INSUFFICIENT_FUNDS:
        raise MoneySpent
    must(outcome)
    draft = Draft(
        id=voucher_id,
        kind=VoucherKind.DEPOSIT_REVERSAL,
        subject=id,
        entry_id=entry.id,
        shift_id=shift.id,
        customer_id=received.customer_id,
        amount=received.amount,
        fee=received.fee,
        counts=counts,
        office=shift.office,
        drawer=shift.drawer,
        clerk_id=clerk.subject,
        confirmed=Confirmed.APPROVAL,
        made_at=now,
    )
    return vouchers.write(session, draft, place, clerk, now)


def _own_payment(session: Connection, clerk: Caller, id: UUID) -> Payment:
    """Give the payment. An office that did not make it learns nothing of it."""
    payment = store.payment(session, id)
    if payment is None or payment.office != clerk.office:
        raise NotFound
    if payment.clerk_id != clerk.subject:
        raise NotYours
    return payment


def _own_deposit(session: Connection, clerk: Caller, id: UUID) -> Voucher:
    received = voucher_store.of(session, VoucherKind.DEPOSIT, id)
    if received is None or received.office != clerk.office:
        raise NotFound
    if received.clerk_id != clerk.subject:
        raise NotYours
    return received


def _check_deposit(received: Voucher, now: datetime) -> None:
    if received.undone_by is not None:
        raise errors.AlreadyReversed
    if ledger.business_date(received.made_at) != ledger.business_date(now):
        raise errors.NotToday(paid_at=received.made_at)


def _mirror_of_payment(id: UUID, payment: Payment, shift: Shift, now: datetime) -> Entry:
    customer = chart.customer(payment.customer_id)
    postings = [Posting(shift.place, customer, payment.amount)]
    if payment.fee:
        postings.append(Posting(chart.fees(payment.office), customer, payment.fee))
    return Entry(
        id=ids.new(now),
        reference=f"withdrawal/{id}/reversed",
        kind=VoucherKind.WITHDRAWAL_REVERSAL,
        business_date=ledger.business_date(now),
        narration=f"payment undone at {shift.office}",
        postings=tuple(postings),
        corrects=payment.entry_id,
    )


def _mirror_of_deposit(received: Voucher, shift: Shift, now: datetime) -> Entry:
    drawer, customer = shift.place, chart.customer(received.customer_id)
    return Entry(
        id=ids.new(now),
        reference=f"deposit/{received.subject}/reversed",
        kind=VoucherKind.DEPOSIT_REVERSAL,
        business_date=ledger.business_date(now),
        narration=f"deposit undone at {shift.office}",
        postings=(Posting(customer, drawer, received.amount),),
        corrects=received.entry_id,
    )
