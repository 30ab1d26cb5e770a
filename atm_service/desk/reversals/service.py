"""Undo a payment or a deposit: asked for with a reason, approved elsewhere, then done by counted cash.

The entry mirrors the first one and names it. What was undone is given back to the customer's and the office's
limits. Each runs inside one transaction of its caller. Locks: docs/locking.md.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
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
from atm_service.platform import chart, ids
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import service as approvals
from atm_service.promises.approvals.domain import ApprovalKind, Reason
from atm_service.promises.approvals.store import Shown
from atm_service.promises.shifts import service as shifts
from atm_service.registers.customers import service as customers
from atm_service.registers.notes.domain import Counts
from atm_service.registers.withdrawals import errors
from atm_service.registers.withdrawals import store as withdrawals
from atm_service.registers.withdrawals.domain import Withdrawal
from ledger import Entry, Posting, reading

Done = TypeVar("Done", Payment, Voucher)


def ask_for_withdrawal(
    session: Connection, clerk: Caller, id: UUID, why: tuple[Reason, str], now: datetime
) -> Shown:
    """Ask a supervisor to let a payment of this clerk be undone.

    Raises `NotFound`, `NotYours`, and what `Withdrawal.reverse` refuses.
    """
    payment = _own(store.payment(session, id), clerk)
    _reversed(session, id, now)
    return approvals.request(session, clerk, ApprovalKind.WITHDRAWAL_REVERSAL, id, payment.amount, why, now)


def withdrawal(
    session: Connection, context: Context, clerk: Caller, id: UUID, counts: Counts, now: datetime
) -> Voucher:
    """Undo a payment: the counted cash goes into the clerk's drawer, the money back to the customer, fee included.

    Refuses by owner, state and day, shift, count, and approval, in this order.
    """
    payment = _own(store.payment(session, id), clerk)
    customers.lock(session, payment.customer_id)
    after = _reversed(session, id, now)
    draft = _approved(session, clerk, VoucherKind.WITHDRAWAL_REVERSAL, id, payment, counts, now)
    place, now = vouchers.count(session, context.policy, draft.kind, draft.office, draft.amount, now)
    drawer, customer = chart.drawer(draft.office, draft.drawer), chart.customer(draft.customer_id)
    postings = [Posting(drawer, customer, payment.amount)]
    if payment.fee:
        postings.append(Posting(chart.fees(payment.office), customer, payment.fee))
    mirror = _mirror(draft, payment.entry_id, f"payment undone at {draft.office}", postings, now)
    vouchers.post(session, mirror, drawer, counts, now, into=True)
    withdrawals.save(session, [after])
    return vouchers.write(session, draft, place, clerk, now)


def ask_for_deposit(
    session: Connection, clerk: Caller, id: UUID, why: tuple[Reason, str], now: datetime
) -> Shown:
    """Ask a supervisor to let a deposit that this clerk received be undone."""
    received = _own_deposit(session, clerk, id)
    _check_deposit(received, now)
    return approvals.request(session, clerk, ApprovalKind.DEPOSIT_REVERSAL, id, received.amount, why, now)


def deposit(
    session: Connection, context: Context, clerk: Caller, id: UUID, counts: Counts, now: datetime
) -> Voucher:
    """Undo a deposit: the counted cash leaves the clerk's drawer.

    Raises `WalletFrozen`, and `MoneySpent` at the customer's floor.
    """
    received = _own_deposit(session, clerk, id)
    try:
        customers.lock_unfrozen(session, received.customer_id)
    except NotFound:  # the wallet is closed, empty
        raise MoneySpent from None
    _check_deposit(_own_deposit(session, clerk, id), now)
    draft = _approved(session, clerk, VoucherKind.DEPOSIT_REVERSAL, id, received, counts, now)
    drawer, customer = chart.drawer(draft.office, draft.drawer), chart.customer(draft.customer_id)
    if reading.balance(session, drawer).available < received.amount:
        raise errors.DrawerShort
    place, now = vouchers.count(session, context.policy, draft.kind, draft.office, draft.amount, now)
    postings = [Posting(customer, drawer, received.amount)]
    mirror = _mirror(draft, received.entry_id, f"deposit undone at {draft.office}", postings, now)
    vouchers.post(session, mirror, drawer, counts, now, into=False, short=MoneySpent())
    return vouchers.write(session, draft, place, clerk, now)


def _own(done: Done | None, clerk: Caller) -> Done:
    """Give what is to be undone. An office that did not do it learns nothing of it."""
    if done is None or done.office != clerk.office:
        raise NotFound
    if done.clerk_id != clerk.subject:
        raise NotYours
    return done


def _own_deposit(session: Connection, clerk: Caller, id: UUID) -> Voucher:
    return _own(voucher_store.of(session, VoucherKind.DEPOSIT, id), clerk)


def _reversed(session: Connection, id: UUID, now: datetime) -> Withdrawal:
    found = withdrawals.find(session, id)
    assert found is not None
    return found.withdrawal.reverse(ledger.business_date(now))


def _check_deposit(received: Voucher, now: datetime) -> None:
    if received.undone_by is not None:
        raise errors.AlreadyReversed
    if ledger.business_date(received.made_at) != ledger.business_date(now):
        raise errors.NotToday(paid_at=received.made_at)


def _approved(
    session: Connection,
    clerk: Caller,
    kind: VoucherKind,
    id: UUID,
    done: Payment | Voucher,
    counts: Counts,
    now: datetime,
) -> Draft:
    """Draw the voucher up, once shift and count are right, and use the approval for it."""
    shift = shifts.shift_of(session, clerk)
    check_count(counts, done.amount)
    draft = Draft(
        id=ids.new(now),
        kind=kind,
        subject=id,
        entry_id=ids.new(now),
        shift_id=shift.id,
        customer_id=done.customer_id,
        amount=done.amount,
        fee=done.fee,
        counts=counts,
        office=shift.office,
        drawer=shift.drawer,
        clerk_id=clerk.subject,
        confirmed=Confirmed.APPROVAL,
    )
    approvals.use(session, clerk, ApprovalKind(kind), id, done.amount, draft.id, now)
    return draft


def _mirror(draft: Draft, first: UUID, narration: str, postings: Sequence[Posting], now: datetime) -> Entry:
    return Entry(
        id=draft.entry_id,
        reference=f"{draft.kind.removesuffix('-reversal')}/{draft.subject}/reversed",
        kind=draft.kind,
        business_date=ledger.business_date(now),
        narration=narration,
        postings=tuple(postings),
        corrects=first,
    )
