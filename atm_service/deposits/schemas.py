"""HTTP bodies of deposits."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atm_service.approvals.schemas import ApprovalView
from atm_service.offices.schemas import Counts
from atm_service.vouchers.domain import Confirmed
from atm_service.withdrawals.schemas import Payee, Pin

IdNumber = Annotated[str, Field(pattern=r"^[0-9]{12}$", examples=["020085004321"])]
Phone = Annotated[str, Field(min_length=1, max_length=32, examples=["0912345678"])]
Checked = Literal["qr", "mrz", "typed"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Body):
    """Whom the customer at the counter names: by phone number or by card number, one of the two."""

    phone: Phone | None = None
    id_number: IdNumber | None = Field(None, examples=[None])

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.phone is None) == (self.id_number is None):
            raise ValueError("name somebody by `phone` or by `id_number`")
        return self


class DepositRequest(_Body):
    """The counted cash, and whose account it is to go to. Counterfeits are not counted."""

    to: Named
    counts: Counts


class DepositConfirmation(_Body):
    """How the customer confirmed: the masked name read aloud, the account holder's card, or PIN."""

    by: Literal["name", "card", "pin"] = Field(examples=["card"])
    id_number: IdNumber | None = None
    checked: Checked | None = Field(None, examples=["qr"])
    pin: Pin | None = Field(None, examples=[None])

    @model_validator(mode="after")
    def _proved(self) -> Self:
        given = (self.id_number is not None, self.checked is not None, self.pin is not None)
        wanted = {
            "name": (False, False, False),
            "card": (True, True, False),
            "pin": (False, False, True),
        }
        if given != wanted[self.by]:
            raise ValueError(
                "`card` takes `id_number` and `checked`, `pin` takes `pin`, `name` takes neither"
            )
        return self


class DepositView(_Body):
    """A deposit before and after the customer's confirmation. Nothing has moved until `voucher_id` is there."""

    id: UUID
    amount: int
    counts: dict[str, int]
    payee: Payee
    ways: list[Confirmed] = Field(description="how the customer may confirm")
    needs_approval: bool
    approval: ApprovalView | None
    voucher_id: UUID | None
    proposed_at: datetime
