"""Close a wallet for good: docs/decisions/0091-a-wallet-is-closed-empty.md."""

from datetime import datetime

import ledger
from atm_service.platform import calendar, chart
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.banks import store as bank_links
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.messages import domain as words
from atm_service.registers.messages.domain import MessageKind
from atm_service.wallet.closing import store
from atm_service.wallet.closing.domain import Standing
from atm_service.wallet.closing.errors import CannotCloseYet


def close(context: Context, customer: Caller, pin: str, now: datetime) -> None:
    """Close an empty wallet by its owner's PIN, end every session, and say so on the phone.

    Card, phone number and bank accounts are free from the commit on, to open another one. What was moved and whose it
    was stays, as long as the law wants it. Raises `WrongPin`, `TooManyAttempts`, `WalletFrozen`, `CannotCloseYet`, and
    `Unauthenticated` when the customer's rights were changed meanwhile.
    """
    customers.prove_pin(context, customer.subject, pin, now)
    id = customer.subject
    with context.transaction() as session:
        customers.lock_unfrozen(session, id)
        now = context.clock()  # it may have waited
        today = calendar.day_start(ledger.business_date(now))
        if standing := store.left(session, id, today).standing():
            raise CannotCloseYet(standing=standing)
        customers.end_sessions(session, id, customer, "customer.closed", {}, now)
        bank_links.free(session, id, now)
        if not ledger.close_account(session, chart.customer(id)):  # somebody has just sent something
            raise CannotCloseYet(standing=[Standing.MONEY])
        customer_store.close(session, id, now)
        said = words.closed(now, context.settings.hotline)
        customers.tell(session, context, id, MessageKind.CLOSED, said, now)
