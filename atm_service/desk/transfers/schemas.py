"""HTTP bodies of assisted transfers."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.desk.deposits.schemas import Checked, IdNumber, Named
from atm_service.payout.schemas import Amount, Payee, Pin
from atm_service.promises.approvals.schemas import ApprovalView


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
