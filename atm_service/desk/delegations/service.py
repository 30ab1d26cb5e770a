"""The use cases of a delegation: the customer makes it in person, looks at it, and revokes it at any moment.

Each runs inside one transaction of its caller, which commits also when a refusal is given back: a PIN was counted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.delegations.schemas import DelegationRequest
from atm_service.desk.slips import service as slips
from atm_service.payout import service as withdrawals
from atm_service.platform import calendar, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, Refusal
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import service as customers
from atm_service.registers.delegations import domain, store
from atm_service.registers.delegations.domain import Delegation
from atm_service.registers.delegations.errors import DelegateIsCustomer
from atm_service.registers.delegations.store import Known
from atm_service.registers.messages import domain as words
from atm_service.registers.messages.domain import MessageKind
from atm_service.registers.offices import service as offices
from atm_service.registers.withdrawals import store as withdrawal_store
from atm_service.registers.withdrawals.domain import Withdrawal

MOST: Final = 100


def make(
    session: Connection,
    context: Context,
    clerk: Caller,
    customer_id: UUID,
    wish: DelegationRequest,
    now: datetime,
) -> Known | Refusal:
    """Write down what the customer allows. Refuses by shift, PIN, delegate, amounts, end and office, in this order."""
    pins = customers.lock(session, customer_id)
    shift = slips.prove(session, context, clerk, pins, customer_id, wish.pin, now)
    if isinstance(shift, Refusal):
        return shift
    if customers.identity_matches(session, context, customer_id, wish.delegate_id_number):
        raise DelegateIsCustomer
    today = ledger.business_date(now)
    domain.check_amounts(wish.ceiling, wish.per_month, context.policy.delegation)
    domain.check_end(today, wish.ends_on)
    offices.active(session, wish.office)
    id = ids.new(now)
    place = at_rest.place("delegation", "delegate", id)
    delegation = Delegation(
        id=id,
        customer_id=customer_id,
        delegate_print=at_rest.id_print(context.cipher, wish.delegate_id_number),
        delegate_sealed=context.cipher.encrypt(wish.delegate_id_number.encode(), place),
        ceiling=wish.ceiling,
        per_month=wish.per_month,
        office=wish.office,
        begins_on=today,
        ends_on=wish.ends_on,
        made_at=now,
    )
    store.insert(session, delegation, wish.checked, shift.id, clerk.subject)
    detail = {"ceiling": wish.ceiling, "per_month": wish.per_month, "ends_on": wish.ends_on.isoformat()}
    trail.record(session, now, "delegation.made", id, clerk, {**detail, "office": wish.office})
    name, last_day = offices.name(session, wish.office), f"{wish.ends_on:%d/%m/%Y}"
    said = words.delegated(wish.ceiling, name, last_day, context.settings.hotline)
    customers.tell(session, context, customer_id, MessageKind.DELEGATED, said, now)
    return _own(session, customer_id, id, now)


def of_customer(session: Connection, customer_id: UUID, now: datetime) -> list[Known]:
    """List a customer's delegations, newest first."""
    return store.of_customer(session, customer_id, _month(now), MOST)


def revoke(session: Connection, context: Context, customer: Caller, id: UUID, now: datetime) -> Known:
    """End a delegation at once, by the customer's session, and give up its open codes: they can be paid no more.

    Harmless to repeat. A payment at the same moment comes before it or is refused: both lock the customer first.
    """
    customers.lock(session, customer.subject)
    live = _open(session, customer.subject, id, now)
    return _revoked(session, context, customer, customer.subject, id, live, now)


def revoke_at_counter(
    session: Connection,
    context: Context,
    clerk: Caller,
    customer_id: UUID,
    id: UUID,
    pin: str,
    now: datetime,
) -> Known | Refusal:
    """End a delegation as `revoke` does, by the customer's PIN."""
    pins = customers.lock(session, customer_id)
    live = _open(session, customer_id, id, now)
    proved = slips.prove(session, context, clerk, pins, customer_id, pin, now)
    if isinstance(proved, Refusal):
        return proved
    return _revoked(session, context, clerk, customer_id, id, live, now)


def _open(session: Connection, customer_id: UUID, id: UUID, now: datetime) -> list[Withdrawal]:
    """Lock the open withdrawals of a delegation of this customer. Raises `NotFound`."""
    _own(session, customer_id, id, now)
    found = withdrawal_store.find_each(session, store.live_withdrawals(session, id))
    return [one.withdrawal for one in found.values()]


def _revoked(
    session: Connection,
    context: Context,
    by: Caller,
    customer_id: UUID,
    id: UUID,
    live: Sequence[Withdrawal],
    now: datetime,
) -> Known:
    clerk_id = by.subject if by.role == "clerk" else None
    if store.revoke(session, id, clerk_id, now):
        withdrawals.give_up_each(session, context.policy, by, live, now)
        trail.record(session, now, "delegation.revoked", id, by)
    return _own(session, customer_id, id, now)


def _own(session: Connection, customer_id: UUID, id: UUID, now: datetime) -> Known:
    known = store.find_each(session, [id], _month(now)).get(id)
    if known is None or known.delegation.customer_id != customer_id:
        raise NotFound
    return known


def _month(now: datetime) -> datetime:
    return calendar.month_start(ledger.business_date(now))
