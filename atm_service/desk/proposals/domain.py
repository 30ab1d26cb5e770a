"""The rules of a proposal, which is a deposit or an assisted transfer. Pure; amounts in đồng."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atm_service.desk.proposals.errors import ConfirmationNeeded, ProposalLapsed
from atm_service.desk.vouchers.domain import Confirmed, VoucherKind
from atm_service.platform.policy import Policy
from atm_service.registers.notes.domain import Counts
from ledger import business_date


@dataclass(frozen=True)
class Proposal:
    """What will move if it is confirmed. Nothing has moved until its voucher is there.

    A deposit is cash on the counter, its `counts`, that is to go to the payee. A transfer comes from a payer, whose
    card was read as `identity_checked` says.
    """

    id: UUID
    payer_id: UUID | None
    payee_id: UUID
    amount: int
    counts: Counts | None
    identity_checked: str | None
    office: str
    drawer: int
    shift_id: UUID
    clerk_id: UUID
    proposed_at: datetime

    @property
    def kind(self) -> VoucherKind:
        """Tell what its voucher will prove."""
        return VoucherKind.DEPOSIT if self.payer_id is None else VoucherKind.TRANSFER

    @property
    def customer_id(self) -> UUID:
        """Name whose word it takes: the payer's, or the account holder's who gets the cash."""
        return self.payer_id or self.payee_id

    @property
    def people(self) -> list[UUID]:
        """Name the customers whose money moves."""
        return [id for id in (self.payer_id, self.payee_id) if id is not None]

    def check(self, clerk_id: UUID, shift_id: UUID, now: datetime) -> None:
        """Return while the same clerk may confirm it: in the same shift, on the same business day."""
        same_day = business_date(self.proposed_at) == business_date(now)
        if (self.clerk_id, self.shift_id) != (clerk_id, shift_id) or not same_day:
            raise ProposalLapsed


def needs_approval(proposal: Proposal, policy: Policy) -> bool:
    """Tell whether the clerk alone must not do it."""
    return proposal.amount > threshold(proposal.kind, policy)


def threshold(kind: VoucherKind, policy: Policy) -> int:
    """Give the amount above which a supervisor approves first."""
    approval = policy.approval
    return approval.deposit_above if kind is VoucherKind.DEPOSIT else approval.transfer_above


def ways(proposal: Proposal, policy: Policy) -> list[Confirmed]:
    """List the ways in which the customer may confirm: a transfer by the payer's PIN alone."""
    if proposal.kind is VoucherKind.TRANSFER:
        return [Confirmed.PIN]
    own = [Confirmed.CARD, Confirmed.PIN]
    return [Confirmed.NAME, *own] if proposal.amount <= policy.deposit.by_name_max else own


def check_confirmation(by: Confirmed, proposal: Proposal, policy: Policy) -> None:
    """Refuse a way that is not enough for this."""
    allowed = ways(proposal, policy)
    if by not in allowed:
        raise ConfirmationNeeded(ways=allowed)
