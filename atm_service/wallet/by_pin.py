"""What moves a customer's money from the phone: proved by the PIN on locked rows, and done once under its key."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, idempotency
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Refusal, Unauthenticated
from atm_service.platform.sharing import tried
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.customers.store import Locked

Work = Callable[[Connection, dict[UUID, Locked], datetime], BaseModel]
"""Does what is asked for, with what was read when the customers were locked and the moment after that."""


def once(
    context: Context,
    customer: Caller,
    pin: str,
    key: Key,
    work: Work,
    *,
    others: Sequence[UUID] = (),
    fee: int = 0,
) -> Answer:
    """Lock the customer, and `others`, prove the PIN and do the work, in one transaction.

    Refuses by session, PIN, then as `work` does. A wrong PIN is counted by the same commit, also beside a key whose
    answer is known: or the answer would tell which PIN is right.
    """
    with context.transaction() as session:
        known = customer_store.lock_each(session, [customer.subject, *others])
        now = context.clock()
        mine = known.get(customer.subject)
        if mine is None or mine.generation != customer.generation:
            raise Unauthenticated
        if fee:
            ledger.open_accounts(session, chart.WALLET, now)
        pins, prints = {customer.subject: pin}, {customer.subject: mine.pin_print}
        wrong = customers.prove_pins(session, context, prints, pins, now)
        done: Answer | Refusal | None = wrong.get(customer.subject)
        if done is None:
            attempt = partial(tried, work, session, known, now)
            (done,) = idempotency.once_each(session, [key], 201, lambda _: [attempt()])
    if isinstance(done, Refusal):
        raise done
    return done
