"""The rules of top-ups, payouts and bills. Pure; amounts in đồng."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import ledger
from atm_service.platform import chart, pauses
from atm_service.platform.gateway import Case
from atm_service.platform.keys import jws
from atm_service.platform.keys.domain import SigningKey
from atm_service.platform.policy import BankPayment as Rules
from atm_service.platform.policy import Policy
from atm_service.wallet.bank_payments.errors import BillOfferLapsed
from ledger import Entry, Posting

FIRST_PAUSE: Final = timedelta(seconds=3)
LONGEST_PAUSE: Final = timedelta(minutes=10)
HELD_FOR: Final = timedelta(days=3_650)
"""A hold ends with the bank's or the biller's word, and never by time."""

PROOF: Final = "bill+jws"
PROOF_MAX: Final = 4_096
"""Others read it, and the receipt's number is the biller's: `gateway.NAME_MAX` letters, each up to 12 in JSON."""


class Kind(StrEnum):
    """Which way the money goes."""

    TOP_UP = "top-up"
    PAYOUT = "payout"
    BILL = "bill"

    @property
    def is_out(self) -> bool:
        """Tell whether money leaves the wallet: then it is set aside meanwhile."""
        return self is not Kind.TOP_UP

    @property
    def not_reached(self) -> str:
        """Name the end of what the other side has never heard of."""
        return "biller-not-reached" if self is Kind.BILL else "bank-not-reached"


class Status(StrEnum):
    """Where a bank payment stands. Pending: the other side's answer is not known yet. The others are final."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class BankPayment:
    """One top-up, payout or bill. `amount` is what the other side takes or gets; `fee` comes from the wallet beside it.

    A bill has no linked account: its other side is the biller.

    `key` is the Idempotency-Key that began it, by which a phone finds it again; None for those of older days.
    """

    id: UUID
    customer_id: UUID
    bank_link_id: UUID | None
    kind: Kind
    amount: int
    fee: int
    status: Status
    reason: str | None
    created_at: datetime
    key: str | None
    ended_at: datetime | None = None

    def entry(self, id: UUID, side: str, now: datetime) -> Entry:
        """Write the entry that it becomes: between the customer's account and the other side's, a BIN or a biller."""
        wallet = chart.customer(self.customer_id)
        other = chart.biller(side) if self.kind is Kind.BILL else chart.settlement(side)
        postings = [
            Posting(wallet, other, self.amount) if self.kind.is_out else Posting(other, wallet, self.amount)
        ]
        if self.fee:
            postings.append(Posting(wallet, chart.WALLET_FEES, self.fee))
        return Entry(
            id=id,
            reference=f"{self.kind}/{self.id}",
            kind=self.kind,
            business_date=ledger.business_date(now),
            narration=f"{_WAYS[self.kind]} {side}",
            postings=tuple(postings),
        )

    def refund(self, id: UUID, side: str, now: datetime) -> Entry:
        """Write the entry that gives a bill back, without its fee: what was wished was done."""
        return Entry(
            id=id,
            reference=f"bill-reversal/{self.id}",
            kind="bill-reversal",
            business_date=ledger.business_date(now),
            narration=f"Bill given back by {side}",
            postings=(Posting(chart.biller(side), chart.customer(self.customer_id), self.amount),),
        )


_WAYS: Final = {Kind.TOP_UP: "Top-up from bank", Kind.PAYOUT: "Payout to bank", Kind.BILL: "Bill to"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a customer was shown to be due for a case, and the fee: what is confirmed is this and no more."""

    id: UUID
    case: Case
    amount: int
    fee: int
    expires_at: datetime

    def check(self, fee: int, now: datetime) -> None:
        """Return while what was shown is still so. Raises `BillOfferLapsed`."""
        if now >= self.expires_at or fee != self.fee:
            raise BillOfferLapsed

    def to_bytes(self) -> bytes:
        """Write it down."""
        until = int(self.expires_at.timestamp())
        facts = [str(self.id), self.case.procedure, self.case.number, self.amount, self.fee, until]
        return json.dumps(facts).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Offer":
        """Read what `to_bytes` wrote."""
        id, procedure, number, amount, fee, until = json.loads(raw)
        return cls(UUID(id), Case(procedure, number), amount, fee, datetime.fromtimestamp(until, UTC))


def proof(bill: BankPayment, case: Case, receipt: str, key: SigningKey) -> str:
    """Sign that a bill was paid: a compact JWS, which anybody checks with the published keys.

    `paid_at` counts seconds since 1970. Who paid is not in it.
    """
    claims = {
        "id": str(bill.id),
        "procedure": case.procedure,
        "case": case.number,
        "amount": bill.amount,
        "receipt": receipt,
        "paid_at": int(bill.ended_at.timestamp()) if bill.ended_at else None,
    }
    return jws.sign(jws.compact(claims), key, PROOF, PROOF_MAX)


def rules_of(kind: Kind, policy: Policy) -> Rules:
    """Give what the policy says of this way."""
    return {Kind.TOP_UP: policy.top_up, Kind.PAYOUT: policy.payout, Kind.BILL: policy.bill}[kind]


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
