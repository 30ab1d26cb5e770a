"""HTTP bodies for a customer who stands at the counter with card and PIN, and no phone."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.desk.proposals.schemas import Checked, IdNumber
from atm_service.payout.schemas import Amount, Payee, Pin
from atm_service.registers.offices.schemas import OfficeCode


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomerProof(_Body):
    """The customer's card, and the PIN typed on the keypad page that is turned to the customer."""

    id_number: IdNumber
    checked: Checked
    pin: Pin


class CardWithdrawalRequest(CustomerProof):
    """Cash for the customer who stands here, out of this drawer, now."""

    amount: Amount


class SlipRequest(CustomerProof):
    """A code to be printed: for a later day, another office, or a delegate."""

    amount: Amount
    lifetime: Literal["journey", "scheduled"] = "journey"
    office: OfficeCode | None = Field(
        None, description="binds the code to one office; needed for `scheduled`"
    )
    delegation_id: UUID | None = Field(
        None, description="the cash is for this delegate, at the delegation's office"
    )


class SlipView(_Body):
    """What is printed. No balance, no name in full, no whole card number.

    For a delegate there is no code and no whole digits: one half is for the customer's slip, one for the delegate's.
    """

    withdrawal_id: UUID
    amount: int
    expires_at: datetime
    office: str | None
    office_name: str | None
    payee: Payee
    code: str | None = Field(description="compact JWS, the text of the QR")
    digits: str | None = Field(examples=["480-152-7712"])
    halves: tuple[str, str] | None = Field(
        description="the ten digits of the customer's slip, and of the delegate's",
        examples=[["480-152-7712", "913-705-6481"]],
    )
    delegate: str | None = Field(description="the delegate's masked card", examples=["••••••••7788"])


class Slips(_Body):
    """The customer's slips that can still be paid."""

    slips: list[SlipView]
