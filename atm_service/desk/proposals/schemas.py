"""HTTP bodies of deposits and assisted transfers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.desk.vouchers.domain import Confirmed
from atm_service.payout.schemas import Amount, Payee, Pin
from atm_service.platform.bodies import ONE_LINE
from atm_service.promises.approvals.schemas import ApprovalView
from atm_service.registers.notes.domain import counted_total
from atm_service.registers.notes.schemas import Counts

IdNumber = Annotated[str, Field(pattern=r"^[0-9]{12}$", examples=["020085004321"])]
Phone = Annotated[str, Field(min_length=1, max_length=32, examples=["0912345678"])]
Checked = Literal["qr", "mrz", "typed"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NamedByPhone(_Body):
    """A customer, named by phone number."""

    phone: Phone


class NamedByCard(_Body):
    """A customer, named by card number."""

    id_number: IdNumber


Named = NamedByPhone | NamedByCard


class DepositRequest(_Body):
    """The counted cash, and whose account it is to go to. Counterfeits are not counted."""

    to: Named
    counts: Counts

    @property
    def amount(self) -> int:
        """Give what was counted, in đồng."""
        return counted_total(self.counts)


class ConfirmedByCard(_Body):
    """The account holder's own card was read."""

    by: Literal["card"]
    id_number: IdNumber
    checked: Checked


class ConfirmedByPin(_Body):
    """The account holder typed the PIN on the keypad."""

    by: Literal["pin"]
    pin: Pin


class ConfirmedByName(_Body):
    """Whoever brought the cash said the account holder's whole name, of which the clerk sees the given one alone."""

    by: Literal["name"]
    name: str | None = Field(
        default=None,
        min_length=2,
        max_length=280,
        pattern=ONE_LINE,
        repr=False,
        description="as it was said, with or without marks; a counter of before sends none, and is refused",
        examples=["nong van thang"],
    )


DepositConfirmation = Annotated[ConfirmedByCard | ConfirmedByPin | ConfirmedByName, Field(discriminator="by")]


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


class TransferRequest(_Body):
    """Whose card is on the counter, to whom the money is to go, and how much."""

    id_number: IdNumber
    checked: Checked
    to: Named
    amount: Amount


class TransferConfirmation(_Body):
    """The payer's PIN, typed on the keypad that is turned to the customer."""

    pin: Pin


class TransferView(_Body):
    """A transfer before and after the payer's confirmation. Nothing has moved until `voucher_id` is there."""

    id: UUID
    amount: int
    payer: Payee
    payee: Payee
    needs_approval: bool
    approval: ApprovalView | None
    voucher_id: UUID | None = Field(examples=[None])
    proposed_at: datetime
