"""The rules of a deposit. Pure; amounts in đồng."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atm_service.desk.deposits.errors import ConfirmationNeeded
from atm_service.desk.vouchers.domain import Confirmed, Proposal
from atm_service.platform.policy import Deposit as Rules
from atm_service.registers.notes.domain import Counts
from atm_service.registers.withdrawals.errors import AmountOutOfRange


@dataclass(frozen=True)
class Deposit:
    """Cash on the counter that is to go to a customer's account. No money has moved until its voucher is there."""

    id: UUID
    customer_id: UUID
    amount: int
    counts: Counts
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


def ways(amount: int, rules: Rules) -> list[Confirmed]:
    """List the ways in which the customer may confirm this amount."""
    own = [Confirmed.CARD, Confirmed.PIN]
    return [Confirmed.NAME, *own] if amount <= rules.by_name_max else own


def check_confirmation(amount: int, by: Confirmed, rules: Rules) -> None:
    """Refuse a way that is not enough for this amount."""
    allowed = ways(amount, rules)
    if by not in allowed:
        raise ConfirmationNeeded(ways=allowed)
