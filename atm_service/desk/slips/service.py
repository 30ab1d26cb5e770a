"""The use cases for a customer with card and PIN and no phone: be paid now, have a slip made, have it printed again.

No road of money is new here: a withdrawal is authorised, presented and paid as any other. Each step has its own
transaction, so nothing here is called inside one, but `prove`, which works in its caller's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.proposals.errors import PayerUnknown
from atm_service.desk.slips.schemas import CardWithdrawalRequest, CustomerProof, SlipRequest, SlipView
from atm_service.payout import authorising, paying, presenting, service, views
from atm_service.payout.schemas import Payee, PaymentRequest, WithdrawalRequest, WithdrawalView
from atm_service.platform import calendar, trail
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import NotFound, Refusal, RequestInProgress, Unavailable
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts.domain import Shift
from atm_service.registers.customers import service as customers
from atm_service.registers.delegations import store as delegations
from atm_service.registers.offices import service as offices
from atm_service.registers.withdrawals import digits
from atm_service.registers.withdrawals import slips as store
from atm_service.registers.withdrawals import store as withdrawals
from atm_service.registers.withdrawals.domain import Drawer, Lifetime, WithdrawalStatus
from atm_service.registers.withdrawals.errors import AlreadyEnded, AmountOutOfRange
from atm_service.registers.withdrawals.slips import Made


@dataclass(frozen=True)
class Here:
    """A customer whose card is on the counter, and the shift in which that is."""

    customer_id: UUID
    shift: Shift

    @property
    def customer(self) -> Caller:
        """Give the customer as one who asks."""
        return Caller(self.customer_id, "wallet", "customer", None)


def here(context: Context, clerk: Caller, id_number: str, now: datetime) -> Here:
    """Find the customer whose card is on the counter: a card is one customer's for good, and a wrong one is counted.

    Raises `NoOpenShift`, `PayerUnknown` and `TooManyAttempts`.
    """
    with context.transaction() as session:
        shift = shifts.shift_of(session, clerk)
        found = customers.named(session, context, clerk, now, PayerUnknown(), id_number=id_number)
    if isinstance(found, Refusal):
        raise found
    return Here(found, shift)


def prove(
    session: Connection,
    context: Context,
    clerk: Caller,
    pins: Mapping[UUID, bytes],
    customer_id: UUID,
    pin: str,
    now: datetime,
) -> Shift | Refusal:
    """Compare the PIN of a locked customer (`pins`), in the clerk's open shift, for the transaction that needs both.

    Raises `NoOpenShift`. Gives `WrongPin`, which is counted, or `TooManyAttempts`: the caller must commit.
    """
    shift = shifts.shift_of(session, clerk)
    return customers.prove_pins(session, context, pins, {customer_id: pin}, now).get(customer_id, shift)


def pay(context: Context, clerk: Caller, wish: CardWithdrawalRequest, key: Key) -> Answer:
    """Authorise, present and pay, out of this clerk's drawer: a chain that is safe to repeat under one key.

    The receipt is remembered under `key` with the payment; before it, the code under a key of its own. What is refused
    on the way is given up, so that the customer's money does not wait for a code that nobody has.
    """
    if known := _paid_before(context, key):
        return known
    check_amount(context.policy, wish.amount)
    at = here(context, clerk, wish.id_number, key.now)
    body = WithdrawalRequest(
        amount=wish.amount, pin=wish.pin, lifetime=Lifetime.COUNTER, office=at.shift.office
    )
    made = Made(clerk, at.shift.id, wish.checked)
    code = _authorised(context, authorising.Wish(at.customer, body, key.part("code"), made))
    try:
        return _present_and_pay(context, clerk, wish, code, key)
    except (RequestInProgress, Unavailable):
        raise  # it is not known yet whether it is paid
    except Refusal:
        if _given_up(context, clerk, at.shift, code.id, key.now):
            raise
    # Another request with this key was paid first.
    paid = _paid_before(context, key)
    assert paid is not None
    return paid


def make(context: Context, clerk: Caller, wish: SlipRequest, key: Key) -> SlipView:
    """Set the money aside and give what is printed. Safe to repeat with the same key, while it can be paid.

    Repeated, it is on record as a reprint. Raises `AlreadyEnded` for what cannot be paid any more, and more.
    """
    with context.transaction() as session:
        known = key.known(session)
        if known is not None:  # what is remembered is the code; the slip is written anew, as at a reprint
            customer_id = customers.by_number(session, context, id_number=wish.id_number)
            if customer_id is None:  # the wallet has been closed since
                raise AlreadyEnded(ended_as=None)
            made = WithdrawalView.model_validate_json(known.body).id
            if made not in store.live(session, customer_id, key.now):
                found = withdrawals.of_customer(session, customer_id, made)
                raise AlreadyEnded(ended_as=found[0].status if found else None)
            trail.record(session, key.now, "slip.reprinted", made, clerk)
            return _slip(session, context, customer_id, made, key.now)
    check_amount(context.policy, wish.amount)
    at = here(context, clerk, wish.id_number, key.now)
    office = wish.office
    if wish.delegation_id is not None:
        with context.transaction() as session:
            office = _office_of(session, at.customer_id, wish.delegation_id, key.now)
    body = WithdrawalRequest(
        amount=wish.amount, pin=wish.pin, lifetime=Lifetime(wish.lifetime), office=office
    )
    by = Made(clerk, at.shift.id, wish.checked, wish.delegation_id)
    code = _authorised(context, authorising.Wish(at.customer, body, key, by))
    with context.transaction() as session:
        return _slip(session, context, at.customer_id, code.id, key.now)


def print_again(context: Context, clerk: Caller, proof: CustomerProof, now: datetime) -> list[SlipView]:
    """Give the customer's slips that can still be paid; each code is signed again, none was kept."""
    customer_id = here(context, clerk, proof.id_number, now).customer_id
    slips: list[SlipView] = []
    with context.transaction() as session:
        pins = customers.lock(session, customer_id)
        proved = prove(session, context, clerk, pins, customer_id, proof.pin, now)
        if not isinstance(proved, Refusal):
            ids = store.live(session, customer_id, now)
            slips = [_slip(session, context, customer_id, id, now) for id in ids]
        for slip in slips:
            trail.record(session, now, "slip.reprinted", slip.withdrawal_id, clerk)
    if isinstance(proved, Refusal):
        raise proved
    return slips


def check_amount(policy: Policy, amount: int) -> None:
    """Refuse what needs a fresh face match, for which there is no phone here."""
    if amount > policy.slip.amount_max:
        raise AmountOutOfRange(amount_min=policy.withdrawal.amount_min, amount_max=policy.slip.amount_max)


def _paid_before(context: Context, key: Key) -> Answer | None:
    with context.transaction() as session:
        return key.known(session)


def _authorised(context: Context, wish: authorising.Wish) -> WithdrawalView:
    """Make the code; the PIN is proved with it."""
    (answer,) = authorising.authorise_each(context, [wish])
    if isinstance(answer, NotFound):  # the wallet has just been closed
        raise PayerUnknown
    return WithdrawalView.model_validate_json(_done(answer).body)


def _present_and_pay(
    context: Context, clerk: Caller, wish: CardWithdrawalRequest, code: WithdrawalView, key: Key
) -> Answer:
    assert code.code is not None
    (presented,) = presenting.present_each(context, [presenting.Presentation(clerk, code.code, key.now)])
    if isinstance(presented, Refusal):
        raise presented
    checks = PaymentRequest(id_number=wish.id_number, checked=wish.checked)
    (answer,) = paying.pay_each(context, [paying.Payment(clerk, code.id, checks, key)])
    return _done(answer)


def _done(answer: Answer | Refusal) -> Answer:
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _given_up(context: Context, clerk: Caller, shift: Shift, id: UUID, now: datetime) -> bool:
    """Give the withdrawal up after a refusal; False when it has been paid after all."""
    drawer = Drawer(shift.office, shift.drawer)
    with context.transaction() as session:
        stands = service.give_up(session, context.policy, clerk, id, now, drawer=drawer).status
    return stands is not WithdrawalStatus.PAID


def _office_of(session: Connection, customer_id: UUID, delegation_id: UUID, now: datetime) -> str:
    month = calendar.month_start(ledger.business_date(now))
    known = delegations.find_each(session, [delegation_id], month).get(delegation_id)
    if known is None or known.delegation.customer_id != customer_id:
        raise NotFound
    return known.delegation.office


def _slip(session: Connection, context: Context, customer_id: UUID, id: UUID, now: datetime) -> SlipView:
    found = withdrawals.of_customer(session, customer_id, id)
    if found is None:
        raise NotFound
    withdrawal, digits_sealed = found
    name, id_number = customers.masked(customers.identity(session, context, customer_id))
    ten = context.cipher.decrypt(digits_sealed, service.digits_place(id)).decode()
    delegate = views.delegate(session, context, withdrawal)
    return SlipView(
        withdrawal_id=id,
        amount=withdrawal.amount,
        expires_at=withdrawal.expires_at,
        office=withdrawal.office,
        office_name=None if withdrawal.office is None else offices.name(session, withdrawal.office),
        payee=Payee(masked_name=name, masked_id=id_number),
        code=service.code(context, withdrawal, now) if delegate is None else None,
        digits=digits.show(ten) if delegate is None else None,
        halves=None if delegate is None else digits.halves(ten),
        delegate=delegate,
    )
