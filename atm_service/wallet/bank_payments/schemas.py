"""HTTP bodies of top-ups, payouts and bills."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.payout.schemas import Amount, Capture, Pin
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.registers.billers.domain import CASE_SHAPE, Procedure
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


class CaseRequest(_Body):
    """A case, as its paper says it."""

    procedure: Procedure = Field(examples=["land"])
    case_number: str = Field(pattern=CASE_SHAPE, repr=False, examples=["H37.12-261116-0042"])


class OfferView(_Body):
    """What is due for a case, and what it costs. `offer` is sent back as it is: it pays this and nothing else, once.

    Good until `expires_at`.
    """

    offer: str = Field(examples=["AQR0ZXN0…"])
    procedure: Procedure
    payer: str = Field(
        description="for whom it is due, masked; empty: nobody is named", examples=["L••• T••• Bích"]
    )
    amount: int = Field(examples=[500_000])
    fee: int = Field(description="đồng, beside the amount", examples=[0])
    due_on: date | None = Field(description="the last day on which it is paid in time")
    left_today: int = Field(description="the most that may still be sent today", examples=[18_000_000])
    renews_on: date = Field(description="the day on which there is more, in Vietnam")
    expires_at: datetime


class BillRequest(_Body):
    """The offer that the customer has seen, and the PIN that agrees to it."""

    offer: str = Field(min_length=1, max_length=512, pattern=r"^[A-Za-z0-9_-]+$", examples=["AQR0ZXN0"])
    pin: Pin
    face_capture: Capture | None = Field(None, description="a fresh picture session, for large amounts")


class BillView(_Body):
    """A bill. `proof`: a signed text (compact JWS, Ed25519) that it was paid, while it was not given back.

    Whoever is shown it checks it with `GET /proofs/v1/keys`.
    """

    id: UUID
    procedure: Procedure
    case_number: str = Field(repr=False, examples=["H37.12-261116-0042"])
    amount: int = Field(examples=[500_000])
    fee: int = Field(description="đồng, beside the amount", examples=[0])
    status: Status
    reason: str | None = Field(description="why it was declined", examples=["already-paid"])
    created_at: datetime
    ended_at: datetime | None
    receipt: str | None = Field(description="the biller's number of its receipt")
    refunded_at: datetime | None = Field(description="when the biller gave it back")
    proof: str | None


class BankPaymentView(_Body):
    """A top-up, payout or bill. `pending`: bank or biller has not answered yet, and is asked again until it does.

    Amount and fee of one that goes out are set aside: they are `held` in the account, and nowhere else. A bill has a
    `procedure` and no bank.
    """

    id: UUID
    kind: Kind
    bank_link_id: UUID | None
    bank: str | None = Field(examples=["Vietcombank"])
    masked_account: str | None = Field(examples=["••••6789"])
    procedure: Procedure | None = Field(description="of a bill", examples=[None])
    amount: int = Field(examples=[5_000_000])
    fee: int = Field(description="đồng, beside the amount", examples=[0])
    status: Status
    reason: str | None = Field(description="why it was declined", examples=["insufficient-funds-at-bank"])
    created_at: datetime
    ended_at: datetime | None
    refunded_at: datetime | None = Field(description="when a biller gave it back")

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
            procedure=seen.procedure,
            amount=one.amount,
            fee=one.fee,
            status=one.status,
            reason=one.reason,
            created_at=one.created_at,
            ended_at=one.ended_at,
            refunded_at=seen.refunded_at,
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
