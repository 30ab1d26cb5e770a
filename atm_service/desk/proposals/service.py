"""The use cases of a deposit or an assisted transfer: propose it, let the customer confirm it, and only then do it.

Each runs inside one transaction of its caller, which commits also when a refusal is given back: a guess was counted.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.proposals import domain, store
from atm_service.desk.proposals.domain import Proposal
from atm_service.desk.proposals.errors import ConfirmationNeeded, PayerUnknown, WrongName
from atm_service.desk.proposals.schemas import (
    ConfirmedByCard,
    ConfirmedByPin,
    DepositConfirmation,
    DepositRequest,
    TransferConfirmation,
    TransferRequest,
)
from atm_service.desk.vouchers import service as vouchers
from atm_service.desk.vouchers.domain import Confirmed, Draft, Voucher, VoucherKind
from atm_service.platform import attempts, chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import NotFound, Refusal
from atm_service.promises.approvals import service as approvals
from atm_service.promises.approvals.domain import ApprovalKind, Reason
from atm_service.promises.approvals.errors import ApprovalNeeded
from atm_service.promises.approvals.store import Shown
from atm_service.promises.shifts import service as shifts
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.headroom import service as headroom
from atm_service.registers.transfers import domain as transfers
from atm_service.registers.withdrawals.errors import InsufficientFunds, WrongIdentity
from ledger import Entry, Posting


def propose(
    session: Connection,
    context: Context,
    clerk: Caller,
    wish: DepositRequest | TransferRequest,
    now: datetime,
) -> Proposal | Refusal:
    """Write down what is to move, and to whom; nothing moves.

    Refuses by shift, amount, payer, payee, frozen wallets and limits, in this order. Gives the refusal of a name that
    is nobody's.
    """
    shift, policy = shifts.shift_of(session, clerk), context.policy
    payer_id, counts, checked = None, None, None
    if isinstance(wish, DepositRequest):
        counts = {note: number for note, number in wish.counts.items() if number}
    transfers.check_amount(wish.amount, policy.transfer if counts is None else policy.deposit)
    if isinstance(wish, TransferRequest):
        payer = customers.named(session, context, clerk, now, PayerUnknown(), id_number=wish.id_number)
        if isinstance(payer, Refusal):
            return payer
        payer_id, checked = payer, wish.checked
    payee_id = customers.named(session, context, clerk, now, PayeeUnknown(), **wish.to.model_dump())
    if isinstance(payee_id, Refusal):
        return payee_id
    transfers.check_people(payer_id, payee_id)
    proposal = Proposal(
        id=ids.new(now),
        payer_id=payer_id,
        payee_id=payee_id,
        amount=wish.amount,
        counts=counts,
        identity_checked=checked,
        office=shift.office,
        drawer=shift.drawer,
        shift_id=shift.id,
        clerk_id=clerk.subject,
        proposed_at=now,
    )
    customers.refuse_frozen(session, *proposal.people)
    check_limits(session, policy, proposal, now)
    store.insert(session, proposal)
    trail.record(session, now, f"{proposal.kind}.proposed", proposal.id, clerk, {"amount": proposal.amount})
    return proposal


def own(session: Connection, clerk: Caller, kind: VoucherKind, id: UUID) -> Proposal:
    """Give a deposit or a transfer that this clerk proposed. Raises `NotFound`."""
    proposal = store.find(session, kind, id)
    if proposal is None or (proposal.clerk_id, proposal.office) != (clerk.subject, clerk.office):
        raise NotFound
    return proposal


def ask(session: Connection, clerk: Caller, kind: VoucherKind, id: UUID, words: str, now: datetime) -> Shown:
    """Ask a supervisor for what is above the threshold."""
    proposal = own(session, clerk, kind, id)
    vouchers.refuse_if_done(session, kind, id)
    proposal.check(clerk.subject, shifts.shift_of(session, clerk).id, now)
    why = Reason.ABOVE_THRESHOLD, words
    return approvals.request(session, clerk, ApprovalKind(kind), id, proposal.amount, why, now)


def confirm(
    session: Connection,
    context: Context,
    clerk: Caller,
    kind: VoucherKind,
    id: UUID,
    proof: DepositConfirmation | TransferConfirmation,
    now: datetime,
) -> Voucher | Refusal:
    """Do what was proposed: proof, ledger, voucher and trail in one transaction.

    Refuses by owner, frozen wallets, what was done, shift, way, PIN, card or name, limits, approval and funds, in this
    order. Gives the refusal of a wrong PIN, card or name.
    """
    proposal, policy = own(session, clerk, kind, id), context.policy
    pins = customers.lock_unfrozen(session, *proposal.people)
    vouchers.refuse_if_done(session, kind, id)
    shift = shifts.shift_of(session, clerk)
    proposal.check(clerk.subject, shift.id, now)
    by = Confirmed.PIN if isinstance(proof, TransferConfirmation) else Confirmed(proof.by)
    domain.check_confirmation(by, proposal, policy)
    if wrong := _proved(session, context, proposal, pins, proof, now):
        return wrong
    check_limits(session, policy, proposal, now)
    voucher_id = ids.new(now)
    if domain.needs_approval(proposal, policy):
        _use_approval(session, policy, clerk, proposal, voucher_id, now)
    place, now = vouchers.count(session, policy, kind, shift.office, proposal.amount, now)
    entry = _entry(proposal, now)
    if proposal.counts is not None:
        vouchers.post(session, entry, shift.place, proposal.counts, now, into=True)
    else:
        # What the payer has is not for the clerk to read.
        ledger.must(ledger.post(session, [entry], now), short=InsufficientFunds())
    draft = Draft(
        id=voucher_id,
        kind=kind,
        subject=id,
        entry_id=entry.id,
        shift_id=shift.id,
        customer_id=proposal.customer_id,
        amount=proposal.amount,
        fee=0,
        counts=proposal.counts,
        office=shift.office,
        drawer=shift.drawer,
        clerk_id=clerk.subject,
        confirmed=by,
    )
    return vouchers.write(session, draft, place, clerk, now)


def check_limits(session: Connection, policy: Policy, proposal: Proposal, now: datetime) -> None:
    """Refuse what is above the customer's day or month. A transfer has a day of its own: it moves no cash."""
    refuse = headroom.refuse_deposit if proposal.kind is VoucherKind.DEPOSIT else headroom.refuse_transfer
    refuse(session, policy, proposal.customer_id, proposal.amount, now)


def _proved(
    session: Connection,
    context: Context,
    proposal: Proposal,
    pins: Mapping[UUID, bytes],
    proof: DepositConfirmation | TransferConfirmation,
    now: datetime,
) -> Refusal | None:
    """Compare the PIN, the card or the name that was said, and count a wrong one; give its refusal.

    Cards and names are counted for this clerk and customer and for this clerk, not for the proposal, of which a clerk
    makes as many as they like. A right one clears nothing: it may be of another kind than the wrong ones.
    """
    customer_id = proposal.customer_id
    if isinstance(proof, ConfirmedByPin | TransferConfirmation):
        return customers.prove_pins(session, context, pins, {customer_id: proof.pin}, now).get(customer_id)
    wrong: type[Refusal] = WrongIdentity
    if isinstance(proof, ConfirmedByCard):
        same = partial(customers.identity_matches, session, context, customer_id, proof.id_number)
    elif proof.name is None:
        raise ConfirmationNeeded(ways=domain.ways(proposal, context.policy))
    else:
        wrong = WrongName
        same = partial(customers.name_matches, session, context, customer_id, proof.name)
    clerk = str(proposal.clerk_id)
    attempts.take_turns(session, attempts.CONFIRMING_CLERK, [clerk])
    doors = ((attempts.CONFIRMATION, f"{clerk} {customer_id}"), (attempts.CONFIRMING_CLERK, clerk))
    for door, subject in doors:
        if refusal := attempts.shut(session, door, [subject], now).get(subject):
            return refusal
    if same():
        return None
    rules = context.policy.attempts
    left = [attempts.wrong(session, rules, door, subject, now) for door, subject in doors]
    return wrong(remaining_attempts=min(left))


def _use_approval(
    session: Connection, policy: Policy, clerk: Caller, proposal: Proposal, voucher_id: UUID, now: datetime
) -> None:
    asked = ApprovalKind(proposal.kind)
    try:
        approvals.use(session, clerk, asked, proposal.id, proposal.amount, voucher_id, now)
    except ApprovalNeeded:
        raise ApprovalNeeded(above=domain.threshold(proposal.kind, policy)) from None


def _entry(proposal: Proposal, now: datetime) -> Entry:
    office, reference = proposal.office, f"{proposal.kind}/{proposal.id}"
    if proposal.payer_id is not None:
        narration = f"transfer assisted at {office}"
        return transfers.entry(
            ids.new(now), reference, proposal.payer_id, proposal.payee_id, proposal.amount, narration, now
        )
    drawer = chart.drawer(office, proposal.drawer)
    return Entry(
        id=ids.new(now),
        reference=reference,
        kind=proposal.kind,
        business_date=ledger.business_date(now),
        narration=f"cash received at {office}",
        postings=(Posting(drawer, chart.customer(proposal.payee_id), proposal.amount),),
    )
