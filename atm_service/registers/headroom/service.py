"""Whether a customer may move an amount, in the caller's transaction.

It binds where that has the customer locked; without, at a proposal, it may be otherwise a moment later.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform.policy import Policy
from atm_service.registers.headroom import domain, store
from atm_service.registers.headroom.domain import Remaining


def refuse_deposit(
    session: Connection, policy: Policy, customer_id: UUID, amount: int, now: datetime
) -> None:
    """Return when the customer's day and month allow this cash. Raises `CustomerLimitReached`."""
    use, today = store.of_customer(session, customer_id, now), ledger.business_date(now)
    domain.refuse_customer(use.used, amount, use.card_and_age.rules(policy, today).customer, today)


def refuse_transfer(
    session: Connection, policy: Policy, customer_id: UUID, amount: int, now: datetime
) -> None:
    """Return when the payer may send this.

    Raises `CardLapsed`, what `domain.refuse_transfer` does, then `CoolingOff`.
    """
    use, today = store.of_customer(session, customer_id, now), ledger.business_date(now)
    use.card_and_age.refuse_lapsed(policy.person, today)
    domain.refuse_transfer(use.used, use.sent_today, amount, use.card_and_age.rules(policy, today), today)
    domain.refuse_while_cooling(use.cooling, amount, policy.cooling)


def left_to_send(session: Connection, policy: Policy, customer_id: UUID, now: datetime) -> Remaining:
    """Give the most that a customer may still send today."""
    use, today = store.of_customer(session, customer_id, now), ledger.business_date(now)
    rules = use.card_and_age.rules(policy, today)
    return domain.left_to_send(use.used, use.sent_today, use.cooling, rules, today)
