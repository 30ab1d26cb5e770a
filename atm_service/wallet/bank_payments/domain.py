"""The rules of top-ups and payouts. Pure; amounts in đồng."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import ledger
from atm_service.platform import chart, pauses
from atm_service.platform.policy import BankPayment as Rules
from atm_service.platform.policy import Policy
from ledger import Entry, Posting

FIRST_PAUSE: Final = timedelta(seconds=3)
LONGEST_PAUSE: Final = timedelta(minutes=10)
HELD_FOR: Final = timedelta(days=3_650)
"""A payout's hold ends with the bank's word, and never by time."""

NOT_REACHED: Final = "bank-not-reached"


class Kind(StrEnum):
    """Which way the money goes."""

    TOP_UP = "top-up"
    PAYOUT = "payout"


class Status(StrEnum):
    """Where a bank payment stands. Pending: the bank's answer is not known yet. The others are final."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class BankPayment:
    """One top-up or payout. `amount` is what the bank takes or pays; `fee` comes from the wallet beside it.

    `key` is the Idempotency-Key that began it, by which a phone finds it again; None for those of older days.
    """

    id: UUID
    customer_id: UUID
    bank_link_id: UUID
    kind: Kind
    amount: int
    fee: int
    status: Status
    reason: str | None
    created_at: datetime
    key: str | None
    ended_at: datetime | None = None

    def entry(self, id: UUID, bin: str, now: datetime) -> Entry:
        """Write the entry that it becomes: between the bank's settlement account and the customer's."""
        bank, wallet = chart.settlement(bin), chart.customer(self.customer_id)
        if self.kind is Kind.TOP_UP:
            postings = [Posting(bank, wallet, self.amount)]
        else:
            postings = [Posting(wallet, bank, self.amount)]
        if self.fee:
            postings.append(Posting(wallet, chart.WALLET_FEES, self.fee))
        way = "Top-up from" if self.kind is Kind.TOP_UP else "Payout to"
        return Entry(
            id=id,
            reference=f"{self.kind}/{self.id}",
            kind=self.kind,
            business_date=ledger.business_date(now),
            narration=f"{way} bank {bin}",
            postings=tuple(postings),
        )


def rules_of(kind: Kind, policy: Policy) -> Rules:
    """Give what the policy says of this way."""
    return policy.top_up if kind is Kind.TOP_UP else policy.payout


def pause(asks: int) -> timedelta:
    """Give how long to wait after the bank was asked `asks` times in vain: 3 s, doubled up to 10 min."""
    return pauses.doubled(FIRST_PAUSE, LONGEST_PAUSE, asks)


def is_ordered(age: timedelta, rules: Rules) -> bool:
    """Tell whether the bank is still told to move the money; later it is only asked whether it has.

    Half of the time until giving up: so an order on its way has as long again to arrive before its absence is believed.
    """
    return age < rules.given_up_after / 2


def is_given_up(age: timedelta, rules: Rules) -> bool:
    """Tell whether what the bank has not heard of by now will never be heard of."""
    return age >= rules.given_up_after
