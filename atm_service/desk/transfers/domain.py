"""The rules of an assisted transfer. Pure; amounts in đồng."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atm_service.desk.transfers.errors import SameAccount, TransferLimitReached
from atm_service.desk.vouchers.domain import Proposal
from atm_service.platform.policy import Transfer as Rules
from atm_service.registers.withdrawals.errors import AmountOutOfRange


@dataclass(frozen=True)
class Transfer:
    """Money that a customer at the counter wants to send. It has not moved until its voucher is there."""

    id: UUID
    payer_id: UUID
    payee_id: UUID
    amount: int
    identity_checked: str
    office: str
    drawer: int
    shift_id: UUID
    clerk_id: UUID
    proposed_at: datetime

    @property
    def proposal(self) -> Proposal:
        """Give by whom and when it was proposed."""
        return Proposal(self.clerk_id, self.shift_id, self.proposed_at)


def check_amount(amount: int, rules: Rules) -> None:
    """Refuse an amount that is too small or too large."""
    if not rules.amount_min <= amount <= rules.amount_max:
        raise AmountOutOfRange(amount_min=rules.amount_min, amount_max=rules.amount_max)


def check_people(payer_id: UUID, payee_id: UUID) -> None:
    """Refuse a transfer to oneself."""
    if payer_id == payee_id:
        raise SameAccount


def check_day(amount: int, so_far: int, rules: Rules) -> None:
    """Refuse more than the customer may transfer in a day; `so_far` is what was transferred before."""
    if so_far + amount > rules.per_day:
        raise TransferLimitReached(limit=rules.per_day, remaining=max(0, rules.per_day - so_far))
