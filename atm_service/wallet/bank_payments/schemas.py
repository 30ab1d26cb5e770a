"""HTTP bodies of top-ups and payouts."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.payout.schemas import Amount, Capture, Pin
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.wallet.bank_payments.domain import Kind, Status
from atm_service.wallet.bank_payments.store import Seen


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TopUpRequest(_Body):
    """How many đồng to bring in, and from which linked account."""

    bank_link_id: UUID
    amount: Amount
    pin: Pin
    again: bool = Field(default=False, description="also beside an equal one that waits for the bank")


class PayoutRequest(TopUpRequest):
    """How many đồng to pay out to which linked account, and the fee that was shown."""

    fee: Annotated[
        int, Field(strict=True, ge=0, le=AMOUNT_MAX, description="đồng, beside the amount", examples=[0])
    ]
    face_capture: Capture | None = Field(None, description="a fresh picture session, for large amounts")


class BankPaymentView(_Body):
    """A top-up or payout. `pending`: the bank has not answered yet, and is asked again until it does.

    A pending payout's amount and fee are set aside: they are `held` in the account, and nowhere else.
    """

    id: UUID
    kind: Kind
    bank_link_id: UUID
    bank: str = Field(examples=["Vietcombank"])
    masked_account: str = Field(examples=["••••6789"])
    amount: int = Field(examples=[5_000_000])
    fee: int = Field(description="đồng, beside the amount", examples=[0])
    status: Status
    reason: str | None = Field(description="why it was declined", examples=["insufficient-funds-at-bank"])
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Show a bank payment to its customer."""
        one = seen.payment
        return cls(
            id=one.id,
            kind=one.kind,
            bank_link_id=one.bank_link_id,
            bank=seen.bank,
            masked_account=seen.masked_account,
            amount=one.amount,
            fee=one.fee,
            status=one.status,
            reason=one.reason,
            created_at=one.created_at,
            ended_at=one.ended_at,
        )


class WayView(_Body):
    """What one top-up or payout may move, and what it costs beside the amount."""

    amount_min: int = Field(examples=[10_000])
    amount_max: int = Field(examples=[20_000_000])
    fee: int = Field(examples=[0])


class TermsView(_Body):
    """What is so now for top-ups and payouts. A payout also counts in what may be sent today."""

    top_up: WayView
    payout: WayView
    left_today: int = Field(description="the most that may still be paid out today", examples=[18_000_000])
    renews_on: date = Field(description="the day on which there is more, in Vietnam")
