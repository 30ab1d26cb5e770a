"""The rules of a transfer between two wallets, and the one entry that it is. Pure; amounts in đồng."""

from datetime import datetime
from typing import Final
from uuid import UUID

import ledger
from atm_service.platform import chart
from atm_service.platform.policy import BankPayment, Deposit, Transfer
from atm_service.registers.transfers.errors import SameAccount
from atm_service.registers.withdrawals.errors import AmountOutOfRange
from ledger import Entry, Posting

KIND: Final = "transfer"


def check_amount(amount: int, rules: BankPayment | Deposit | Transfer) -> None:
    """Refuse an amount that is too small or too large."""
    if not rules.amount_min <= amount <= rules.amount_max:
        raise AmountOutOfRange(amount_min=rules.amount_min, amount_max=rules.amount_max)


def check_people(payer_id: UUID | None, payee_id: UUID) -> None:
    """Refuse a transfer to oneself."""
    if payer_id == payee_id:
        raise SameAccount


def entry(
    id: UUID,
    reference: str,
    payer_id: UUID,
    payee_id: UUID,
    amount: int,
    narration: str,
    now: datetime,
    fee: int = 0,
) -> Entry:
    """Write the entry: the amount to the payee, and the fee, if there is one, from the payer to the post."""
    postings = [Posting(chart.customer(payer_id), chart.customer(payee_id), amount)]
    if fee:
        postings.append(Posting(chart.customer(payer_id), chart.WALLET_FEES, fee))
    return Entry(
        id=id,
        reference=reference,
        kind=KIND,
        business_date=ledger.business_date(now),
        narration=narration,
        postings=tuple(postings),
    )
