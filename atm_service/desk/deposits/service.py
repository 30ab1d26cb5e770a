"""The use cases of a deposit: propose it, let the customer confirm it, and only then take the cash in.

Each runs inside one transaction of its caller, but `prove_pin` and `count_wrong_card`, which have their own.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.deposits import domain, store
from atm_service.desk.deposits.domain import Deposit
from atm_service.desk.deposits.schemas import ConfirmedByCard, DepositConfirmation, DepositRequest
from atm_service.desk.vouchers import service as vouchers
from atm_service.desk.vouchers.domain import Confirmed, Draft, Voucher, VoucherKind
from atm_service.payout import service as withdrawals
from atm_service.platform import attempts, chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import service as approvals
from atm_service.promises.approvals.domain import ApprovalKind as Asked
from atm_service.promises.approvals.domain import Reason
from atm_service.promises.approvals.errors import ApprovalNeeded
from atm_service.promises.approvals.store import Shown
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts.domain import Shift
from atm_service.registers.customers import service as customers
from atm_service.registers.headroom import service as headroom
from atm_service.registers.notes.domain import counted_total
from atm_service.registers.withdrawals.errors import WrongIdentity
from ledger import Entry, Posting


def propose(
    session: Connection, context: Context, clerk: Caller, wish: DepositRequest, now: datetime
) -> Deposit:
    """Write down whose account the counted cash is to go to; nothing moves.

    Refuses by shift, amount, payee and the customer's limits, in this order.
    """
    shift = shifts.shift_of(session, clerk)
    amount = counted_total(wish.counts)
    domain.check_amount(amount, context.policy.deposit)
    attempts.refuse_when_shut(session, attempts.PAYEE, str(clerk.subject), now)
    customer_id = customers.named(session, context, **wish.to.model_dump())
    headroom.refuse_customer(session, context.policy, customer_id, amount, now)
    deposit = Deposit(
        id=ids.new(now),
        customer_id=customer_id,
        amount=amount,
        counts={note: number for note, number in wish.counts.items() if number},
        office=shift.office,
        drawer=shift.drawer,
        shift_id=shift.id,
        clerk_id=clerk.subject,
        proposed_at=now,
    )
    store.insert(session, deposit)
    trail.record(session, now, "deposit.proposed", deposit.id, clerk, {"amount": amount})
    return deposit


def own(session: Connection, clerk: Caller, id: UUID) -> Deposit:
    """Give a deposit that this clerk proposed. Raises `NotFound`."""
    deposit = store.find(session, id)
    if deposit is None or (deposit.clerk_id, deposit.office) != (clerk.subject, clerk.office):
        raise NotFound
    return deposit


def ask(session: Connection, clerk: Caller, id: UUID, words: str, now: datetime) -> Shown:
    """Ask a supervisor for a deposit above the threshold."""
    deposit = own(session, clerk, id)
    vouchers.refuse_if_done(session, VoucherKind.DEPOSIT, id)
    deposit.proposal.check(clerk.subject, shifts.shift_of(session, clerk).id, now)
    why = Reason.ABOVE_THRESHOLD, words
    return approvals.request(session, clerk, Asked.DEPOSIT, id, deposit.amount, why, now)


def needs_approval(policy: Policy, amount: int) -> bool:
    """Tell whether the clerk alone must not take this in."""
    return amount > policy.approval.deposit_above


def prove_pin(context: Context, clerk: Caller, id: UUID, pin: str, now: datetime) -> None:
    """Check the account holder's PIN. Raises `WrongPin` or `TooManyAttempts`."""
    with context.transaction() as session:
        customer_id = own(session, clerk, id).customer_id
    customers.prove_pin(context, customer_id, pin, now)


def confirm(
    session: Connection,
    context: Context,
    clerk: Caller,
    id: UUID,
    proof: DepositConfirmation,
    now: datetime,
) -> Voucher:
    """Take the cash in: ledger, voucher and trail in one transaction. A PIN was proved before.

    Refuses by owner, what was done, shift, way, card, limits and approval, in this order.
    """
    deposit = own(session, clerk, id)
    customers.lock(session, deposit.customer_id)
    vouchers.refuse_if_done(session, VoucherKind.DEPOSIT, id)
    shift = shifts.shift_of(session, clerk)
    deposit.proposal.check(clerk.subject, shift.id, now)
    domain.check_confirmation(deposit.amount, Confirmed(proof.by), context.policy.deposit)
    if isinstance(proof, ConfirmedByCard):
        attempts.refuse_when_shut(session, attempts.IDENTITY, str(id), now)
        if not customers.identity_matches(session, context, deposit.customer_id, proof.id_number):
            raise WrongIdentity
    headroom.refuse_customer(session, context.policy, deposit.customer_id, deposit.amount, now)
    voucher_id = ids.new(now)
    if needs_approval(context.policy, deposit.amount):
        _use_approval(session, context.policy, clerk, deposit, voucher_id, now)
    place = vouchers.count(session, context.policy, VoucherKind.DEPOSIT, shift.office, deposit.amount, now)
    entry = _entry(deposit, now)
    drawer = shift.place
    withdrawals.must(vouchers.post(session, entry, drawer, deposit.counts, now, into=True))
    draft = _draft(deposit, shift, voucher_id, entry.id, Confirmed(proof.by), now)
    return vouchers.write(session, draft, place, clerk, now)


def _use_approval(
    session: Connection, policy: Policy, clerk: Caller, deposit: Deposit, voucher_id: UUID, now: datetime
) -> None:
    try:
        approvals.use(session, clerk, Asked.DEPOSIT, deposit.id, deposit.amount, voucher_id, now)
    except ApprovalNeeded:
        raise ApprovalNeeded(above=policy.approval.deposit_above) from None


def _entry(deposit: Deposit, now: datetime) -> Entry:
    drawer, customer = chart.drawer(deposit.office, deposit.drawer), chart.customer(deposit.customer_id)
    return Entry(
        id=ids.new(now),
        reference=f"deposit/{deposit.id}",
        kind=VoucherKind.DEPOSIT,
        business_date=ledger.business_date(now),
        narration=f"cash received at {deposit.office}",
        postings=(Posting(drawer, customer, deposit.amount),),
    )


def _draft(
    deposit: Deposit, shift: Shift, voucher_id: UUID, entry_id: UUID, by: Confirmed, now: datetime
) -> Draft:
    return Draft(
        id=voucher_id,
        kind=VoucherKind.DEPOSIT,
        subject=deposit.id,
        entry_id=entry_id,
        shift_id=shift.id,
        customer_id=deposit.customer_id,
        amount=deposit.amount,
        fee=0,
        counts=deposit.counts,
        office=shift.office,
        drawer=shift.drawer,
        clerk_id=deposit.clerk_id,
        confirmed=by,
        made_at=now,
    )
