"""HTTP bodies of withdrawals, presentations, payments and receipts."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.days import Day
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.registers.notes.schemas import Counts
from atm_service.registers.offices.schemas import OfficeCode
from atm_service.registers.withdrawals.domain import Lifetime, Reservation, WithdrawalStatus

Amount = Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX, description="đồng", examples=[2_000_000])]
Pin = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["480152"])]
Capture = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$", examples=["sample-clear"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WithdrawalRequest(_Body):
    """A customer's wish for cash."""

    amount: Amount
    pin: Pin
    lifetime: Lifetime | None = Field(
        None, description="default: `limits.lifetimes.default` of the account, as the policy says"
    )
    office: OfficeCode | None = Field(
        None, description="binds the code to one office; needed for `scheduled`"
    )
    day: Day | None = Field(
        None,
        description="of a `scheduled` withdrawal: when the customer comes; default: the next day it can be",
    )
    face_capture: Capture | None = Field(None, description="a fresh picture session, for large amounts")


class WithdrawalView(_Body):
    """A withdrawal as its customer sees it. Code and digits are there while it is live."""

    id: UUID
    status: WithdrawalStatus
    amount: int
    fee: int
    lifetime: Lifetime
    office: str | None
    created_at: datetime
    expires_at: datetime
    code: str | None = Field(description="compact JWS, the text of the QR")
    digits: str | None = Field(examples=["480-152-7712"])
    paid_at: datetime | None
    paid_office: str | None
    day: date | None = Field(
        description="of a `scheduled` one: the day on which its office expects the customer"
    )
    reservation: Reservation | None = Field(
        description="whether cash is reserved for that day; `broken`: see the notice, and move"
    )


class PresentationRequest(_Body):
    """What the clerk scanned or typed."""

    code: str = Field(
        min_length=1,
        max_length=512,
        description="the QR's text, the ten digits, or those of a customer's and a delegate's slip, in any order",
        examples=["480-152-7712"],
    )


class Payee(_Body):
    """As much of the account holder as the clerk needs for comparing."""

    masked_name: str = Field(examples=["N••• V••• Thắng"])
    masked_id: str = Field(examples=["••••••••4321"])


class PresentationView(_Body):
    """The sole right of this drawer to pay, until `lease_until`."""

    withdrawal_id: UUID
    amount: int
    fee: int
    payee: Payee
    lease_until: datetime
    requires: list[Literal["id_number", "pin", "delegate"]]
    delegate: str | None = Field(
        description="the delegate's masked card number, where the cash is for one", examples=["••••••••7788"]
    )
    notes: dict[str, int] | None = Field(
        description="the notes proposed for the amount; null where the drawer does not know its notes"
    )
    small_notes: dict[str, int] | None = Field(
        description="the same in small notes, for customers who wish so"
    )


class DelegateCard(_Body):
    """The card of the delegate who stands at the counter."""

    id_number: str = Field(pattern=r"^[0-9]{12}$", examples=["020190007788"])
    checked: Literal["qr", "mrz", "typed"]


class DelegateView(_Body):
    """Who collected for the customer, as much as is printed."""

    delegation_id: UUID
    masked_id: str = Field(examples=["••••••••7788"])
    checked: str


class PaymentRequest(_Body):
    """What the clerk checked: the card's number and how it was read; the PIN or the delegate where required.

    For a delegate `id_number` is the customer's as on the delegation: the card itself, or its copy.
    """

    id_number: str = Field(pattern=r"^[0-9]{12}$", examples=["020085004321"])
    checked: Literal["qr", "mrz", "typed"]
    pin: Pin | None = None
    delegate: DelegateCard | None = None
    notes: Counts | None = Field(
        None,
        description="the notes handed over, of the amount; default: those that the presentation proposed",
    )


class ReceiptView(_Body):
    """The proof that cash was paid: the counter shows "paid" only with this in hand.

    `undone_by` is the number of the voucher of its reversal: it is no proof any more.
    """

    id: UUID
    number: str = Field(examples=["05971-1-261121-0007"])
    withdrawal_id: UUID
    amount: int
    fee: int
    office: str
    office_name: str
    drawer: int
    clerk: str
    payee: Payee
    identity_checked: str
    paid_at: datetime
    entry_id: UUID
    notes: dict[str, int] | None = Field(description="the notes handed over; null where they are not known")
    delegate: DelegateView | None = Field(None, description="the delegate who was paid for the customer")
    undone_by: str | None = Field(None, examples=["05971-1-261121-V0007"])
    receipt_code: str | None = Field(
        None, description="the text of the QR on the paper; null in a day's list, and where it was undone"
    )


class AppointmentMoveRequest(BaseModel):
    """Where and when the customer wants to come instead."""

    model_config = ConfigDict(extra="forbid")

    office: OfficeCode
    day: Day | None = Field(None, description="default: the next day it can be")
