"""HTTP bodies of vouchers."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.desk.vouchers.domain import Confirmed, VoucherKind
from atm_service.payout.schemas import Payee
from atm_service.registers.notes.schemas import Counts


class CountRequest(BaseModel):
    """The notes that go back, as counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: Counts


class VoucherView(BaseModel):
    """The proof of a deposit, a transfer or a reversal: the counter shows "done" only with this in hand.

    `undoes` is the number of the receipt or voucher that it undoes, `undone_by` that of its own reversal.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    number: str = Field(examples=["05971-1-261121-V0007"])
    kind: VoucherKind
    subject: UUID = Field(description="the withdrawal, deposit or transfer")
    amount: int
    fee: int
    counts: dict[str, int] | None
    office: str
    office_name: str
    drawer: int
    clerk: str
    customer: Payee
    other: Payee | None = Field(description="a transfer's payee")
    confirmed: Confirmed
    made_at: datetime
    entry_id: UUID
    undoes: str | None = Field(examples=["05971-1-261121-0007"])
    undone_by: str | None
    receipt_code: str | None = Field(
        None, description="the text of the QR on the paper; null in a day's list, and where it was undone"
    )
