"""Whether a customer may move an amount, in the caller's transaction.

It binds where that has the customer locked; without, at a proposal, it may be otherwise a moment later.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform.policy import Policy
from atm_service.registers.headroom import domain, store


def refuse_customer(
    session: Connection,
    policy: Policy,
    customer_id: UUID,
    amount: int,
    now: datetime,
    *,
    is_cash: bool = True,
) -> None:
    """Return when the customer's day and month allow this amount. Raises `CustomerLimitReached`."""
    use = store.of_customer(session, customer_id, ledger.business_date(now))
    domain.refuse_customer(use.used, amount, policy.customer, is_cash=is_cash)
