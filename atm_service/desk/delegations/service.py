"""The use cases of a delegation: the customer makes it in person, looks at it, and revokes it at any moment.

Each runs inside one transaction of its caller. Card and PIN were proved before (`slips.service.prove`).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.delegations.schemas import DelegationRequest
from atm_service.payout import service as withdrawals
from atm_service.platform import calendar, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.promises.shifts.domain import Shift
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import service as customers
from atm_service.registers.delegations import domain, store
from atm_service.registers.delegations.domain import Delegation
from atm_service.registers.delegations.errors import DelegateIsCustomer
from atm_service.registers.delegations.store import Known
from atm_service.registers.offices import service as offices

MOST: Final = 100


def make(
    session: Connection,
    context: Context,
    clerk: Caller,
    customer_id: UUID,
    shift: Shift,
    wish: DelegationRequest,
    now: datetime,
) -> Known:
    """Write down what the customer allows. Refuses by delegate, amounts, end and office, in this order."""
    customers.lock(session, customer_id)
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
    return _own(session, customer_id, id, now)


def of_customer(session: Connection, customer_id: UUID, now: datetime) -> list[Known]:
    """List a customer's delegations, newest first."""
    return store.of_customer(session, customer_id, _month(now), MOST)


def revoke(
    session: Connection, context: Context, by: Caller, customer_id: UUID, id: UUID, now: datetime
) -> Known:
    """End a delegation at once, and give up its open codes: they can be paid no more. Harmless to repeat.

    A payment at the same moment comes before it or is refused: both lock the customer first.
    """
    customers.lock(session, customer_id)
    known = _own(session, customer_id, id, now)
    clerk_id = by.subject if by.role == "clerk" else None
    if store.revoke(session, known.delegation.id, clerk_id, now):
        live = store.live_withdrawals(session, id)
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
