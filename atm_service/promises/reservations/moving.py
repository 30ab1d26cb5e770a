"""Move an appointment to another office or day, when its customer says so."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import NotFound
from atm_service.promises.notices import store as notices
from atm_service.promises.reservations import service, store
from atm_service.registers.headroom import store as headroom
from atm_service.registers.offices import service as offices
from atm_service.registers.withdrawals import store as withdrawals
from atm_service.registers.withdrawals.domain import Withdrawal


def move(
    session: Connection,
    policy: Policy,
    customer: Caller,
    id: UUID,
    office: str,
    day: date | None,
    now: datetime,
) -> tuple[Withdrawal, bytes]:
    """Give what is reserved back, and reserve at `office` for `day`; give the withdrawal and its encrypted digits.

    The code is another one afterwards. Refuses by owner, office, state, day, and what the office can promise.
    """
    found = withdrawals.find(session, id)
    if found is None or found.withdrawal.customer_id != customer.subject:
        raise NotFound
    offices.active(session, office)
    before, today = found.withdrawal, ledger.business_date(now)
    after = before.reserve(office, day or service.first_day(session, office, now), now)
    old = [service.part(before)] if before.is_reserved_on(before.day or today) else []
    # Both offices at once, in one order: two who change places must not wait for each other.
    headroom.lock_spans(session, [part for part in [*old, service.part(after)] if part.day >= today], today)
    service.give_back(session, [before], now)
    (refusal,) = service.promise_each(session, policy, [after], now)
    if refusal is not None:
        raise refusal
    withdrawals.save(session, [after])
    store.bind(session, [after])
    service.count(session, [after], now)
    notices.settled(session, id, now)
    trail.record(session, now, "move", id, customer, {"office": office, "day": str(after.day)})
    return after, found.digits_sealed
