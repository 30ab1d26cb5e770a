"""What is left in a wallet, read from the records of all that may be."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from atm_service.platform import chart
from atm_service.wallet.closing.domain import Left
from ledger import account_id

_LEFT: Final = text("""
    SELECT a.debits <> a.credits OR a.held <> 0 AS money,
        EXISTS (SELECT FROM service.withdrawal
                WHERE customer_id = :id AND status IN ('authorised', 'presented')) AS codes,
        EXISTS (SELECT FROM service.bank_payment WHERE customer_id = :id AND status = 'pending') AS bank,
        EXISTS (SELECT FROM service.receipt WHERE customer_id = :id AND paid_at >= :today) AS paid_today,
        EXISTS (SELECT FROM service.complaint WHERE customer_id = :id AND waits_until IS NOT NULL) AS complaint
    FROM ledger.account AS a WHERE a.id = :account
""")


def left(session: Connection, customer_id: UUID, today: datetime) -> Left:
    """Look through a locked customer's wallet; `today`: when the business day began."""
    account = account_id(chart.customer(customer_id))
    found = session.execute(_LEFT, {"id": customer_id, "account": account, "today": today}).one()
    return Left(*found)
