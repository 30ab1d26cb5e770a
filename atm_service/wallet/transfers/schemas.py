"""HTTP bodies of transfers from the phone."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.payout.schemas import Amount, Capture, Pin
from atm_service.platform.bodies import SEEN, seen
from atm_service.wallet.transfers.domain import MESSAGE_MAX

Message = Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX, pattern=SEEN), seen]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByPhone(_Body):
    """A phone number."""

    phone: str = Field(min_length=1, max_length=32, examples=["0912345678"])


class ByCode(_Body):
    """The text of the QR that the receiver shows."""

    code: str = Field(min_length=1, max_length=64, examples=["softatm:pay:1:AZqmn4kIcAmkYS4V8b1f2g"])


class ByTransfer(_Body):
    """Whoever got an earlier transfer of the payer's."""

    transfer_id: UUID


class PayeeRequest(_Body):
    """Whom to pay."""

    to: ByPhone | ByCode | ByTransfer


class PersonView(_Body):
    """As much of another customer as one sees: for comparing with whom one means."""

    masked_name: str = Field(examples=["N••• V••• Thắng"])
    phone_end: str | None = Field(
        description="the last digits of the phone number; null where it is another one since",
        examples=["678"],
    )


class IntentionView(_Body):
    """Whom the payer is about to pay, and at what cost. `payee` is sent back as it is: it names nobody else.

    Good once, until `expires_at`; `intention_id` tells later, in the list of transfers, whether it was sent.
    """

    intention_id: UUID
    payee: str = Field(description="for `payee` of the transfer", examples=["AQR0ZXN0…"])
    person: PersonView
    fee: int = Field(description="đồng, beside the amount", examples=[0])
    amount_min: int = Field(examples=[10_000])
    amount_max: int = Field(examples=[20_000_000])
    left_today: int = Field(description="the most that may still be sent today", examples=[18_000_000])
    renews_on: date = Field(description="the day on which there is more, in Vietnam")
    expires_at: datetime


class SendRequest(_Body):
    """What is sent to the person whose masked name the payer has seen."""

    payee: str = Field(min_length=1, max_length=256, pattern=r"^[A-Za-z0-9_-]+$", examples=["AQR0ZXN0"])
    amount: Amount
    message: Message | None = Field(
        default=None, repr=False, description="for the receiver", examples=["tiền gạo"]
    )
    pin: Pin
    face_capture: Capture | None = Field(None, description="a fresh picture session, for large amounts")


class WalletTransferView(_Body):
    """A transfer as one of its two customers sees it; `number` is its proof, which both can tell."""

    id: UUID
    number: str = Field(examples=["261128-7K3M-9Q2X-VB4T"])
    direction: Literal["sent", "received"]
    person: PersonView = Field(description="the other customer")
    amount: int = Field(examples=[500_000])
    fee: int = Field(description="what the payer paid beside it; nothing to the receiver", examples=[0])
    message: str | None = Field(examples=["tiền gạo"])
    made_at: datetime


class PaidView(PersonView):
    """Somebody who was paid lately."""

    transfer_id: UUID = Field(description="names the person for another transfer")
    paid_at: datetime


class PeopleView(_Body):
    """Those who were paid last, ten at most, newest first."""

    items: list[PaidView]


class ReceiveView(_Body):
    """What names the own wallet to whoever wants to pay: the QR's text, and the name that they will see."""

    code: str = Field(examples=["softatm:pay:1:AZqmn4kIcAmkYS4V8b1f2g"])
    masked_name: str = Field(examples=["N••• V••• Thắng"])
