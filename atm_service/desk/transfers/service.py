"""The use cases of an assisted transfer: propose it by card, confirm it by PIN.

Each runs inside one transaction of its caller, but `prove_pin`, which has its own.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.transfers import domain, store
from atm_service.desk.transfers.domain import Transfer
from atm_service.desk.transfers.errors import PayerUnknown
from atm_service.desk.transfers.schemas import TransferRequest
from atm_service.desk.vouchers import service as vouchers
from atm_service.desk.vouchers import store as voucher_store
from atm_service.desk.vouchers.domain import Confirmed, Draft, Voucher, VoucherKind
from atm_service.payout import service as withdrawals
from atm_service.platform import attempts, calendar, chart, ids, trail
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
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.headroom import service as headroom
from atm_service.registers.withdrawals.errors import InsufficientFunds
from ledger import Entry, Posting


def propose(
    session: Connection, context: Context, clerk: Caller, wish: TransferRequest, now: datetime
) -> Transfer:
    """Write down who wants to send how much to whom; nothing moves.

    Refuses by shift, amount, payer, payee and the day's limit, in this order.
    """
    shift = shifts.shift_of(session, clerk)
    domain.check_amount(wish.amount, context.policy.transfer)
    attempts.refuse_when_shut(session, attempts.PAYEE, str(clerk.subject), now)
    payer_id = _payer(session, context, wish.id_number)
    payee_id = customers.named(session, context, **wish.to.model_dump())
    domain.check_people(payer_id, payee_id)
    check_limits(session, context.policy, payer_id, wish.amount, now)
    transfer = Transfer(
        id=ids.new(now),
        payer_id=payer_id,
        payee_id=payee_id,
        amount=wish.amount,
        identity_checked=wish.checked,
        office=shift.office,
        drawer=shift.drawer,
        shift_id=shift.id,
        clerk_id=clerk.subject,
        proposed_at=now,
    )
    store.insert(session, transfer)
    trail.record(session, now, "transfer.proposed", transfer.id, clerk, {"amount": wish.amount})
    return transfer


def own(session: Connection, clerk: Caller, id: UUID) -> Transfer:
    """Give a transfer that this clerk proposed. Raises `NotFound`."""
    transfer = store.find(session, id)
    if transfer is None or (transfer.clerk_id, transfer.office) != (clerk.subject, clerk.office):
        raise NotFound
    return transfer


def ask(session: Connection, clerk: Caller, id: UUID, words: str, now: datetime) -> Shown:
    """Ask a supervisor for a transfer above the threshold."""
    transfer = own(session, clerk, id)
    vouchers.refuse_if_done(session, VoucherKind.TRANSFER, id)
    transfer.proposal.check(clerk.subject, shifts.shift_of(session, clerk).id, now)
    why = Reason.ABOVE_THRESHOLD, words
    return approvals.request(session, clerk, Asked.TRANSFER, id, transfer.amount, why, now)


def needs_approval(policy: Policy, amount: int) -> bool:
    """Tell whether a supervisor must approve this first."""
    return amount > policy.approval.transfer_above


def prove_pin(context: Context, clerk: Caller, id: UUID, pin: str, now: datetime) -> None:
    """Check the payer's PIN. Raises `WrongPin` or `TooManyAttempts`."""
    with context.transaction() as session:
        payer_id = own(session, clerk, id).payer_id
    customers.prove_pin(context, payer_id, pin, now)


def confirm(session: Connection, context: Context, clerk: Caller, id: UUID, now: datetime) -> Voucher:
    """Move the money: ledger, voucher and trail in one transaction. The payer's PIN was proved before.

    Refuses by owner, what was done, shift, limits, approval and funds, in this order.
    """
    transfer = own(session, clerk, id)
    customers.lock(session, transfer.payer_id)
    vouchers.refuse_if_done(session, VoucherKind.TRANSFER, id)
    shift = shifts.shift_of(session, clerk)
    transfer.proposal.check(clerk.subject, shift.id, now)
    check_limits(session, context.policy, transfer.payer_id, transfer.amount, now)
    voucher_id = ids.new(now)
    if needs_approval(context.policy, transfer.amount):
        _use_approval(session, context.policy, clerk, transfer, voucher_id, now)
    place = vouchers.count(session, context.policy, VoucherKind.TRANSFER, shift.office, transfer.amount, now)
    entry = _entry(transfer, now)
    (outcome,) = ledger.post(session, [entry], now)
    if outcome.reason is ledger.Reason.INSUFFICIENT_FUNDS:
        raise InsufficientFunds  # what the payer has is not for the clerk to read
    withdrawals.must(outcome)
    draft = _draft(transfer, shift, voucher_id, entry.id, now)
    return vouchers.write(session, draft, place, clerk, now)


def check_limits(session: Connection, policy: Policy, payer_id: UUID, amount: int, now: datetime) -> None:
    """Refuse what is above the payer's transfers of a day, or above the month of all kinds."""
    since = calendar.day_start(ledger.business_date(now))
    domain.check_day(amount, voucher_store.transferred(session, payer_id, since), policy.transfer)
    headroom.refuse_customer(session, policy, payer_id, amount, now, is_cash=False)


def _payer(session: Connection, context: Context, id_number: str) -> UUID:
    try:
        return customers.named(session, context, id_number=id_number)
    except PayeeUnknown:
        raise PayerUnknown from None


def _use_approval(
    session: Connection, policy: Policy, clerk: Caller, transfer: Transfer, voucher_id: UUID, now: datetime
) -> None:
    try:
        approvals.use(session, clerk, Asked.TRANSFER, transfer.id, transfer.amount, voucher_id, now)
    except ApprovalNeeded:
        raise ApprovalNeeded(above=policy.approval.transfer_above) from None


def _entry(transfer: Transfer, now: datetime) -> Entry:
    payer, payee = chart.customer(transfer.payer_id), chart.customer(transfer.payee_id)
    return Entry(
        id=ids.new(now),
        reference=f"transfer/{transfer.id}",
        kind=VoucherKind.TRANSFER,
        business_date=ledger.business_date(now),
        narration=f"transfer assisted at {transfer.office}",
        postings=(Posting(payer, payee, transfer.amount),),
    )


def _draft(transfer: Transfer, shift: Shift, voucher_id: UUID, entry_id: UUID, now: datetime) -> Draft:
    return Draft(
        id=voucher_id,
        kind=VoucherKind.TRANSFER,
        subject=transfer.id,
        entry_id=entry_id,
        shift_id=shift.id,
        customer_id=transfer.payer_id,
        amount=transfer.amount,
        fee=0,
        counts=None,
        office=shift.office,
        drawer=shift.drawer,
        clerk_id=transfer.clerk_id,
        confirmed=Confirmed.PIN,
        made_at=now,
    )
