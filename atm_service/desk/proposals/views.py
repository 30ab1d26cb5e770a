"""What a clerk is shown of a proposal."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from atm_service.desk.proposals import domain
from atm_service.desk.proposals.domain import Proposal
from atm_service.desk.proposals.schemas import DepositView, TransferView
from atm_service.desk.vouchers import store as vouchers
from atm_service.payout.schemas import Payee
from atm_service.platform.context import Context
from atm_service.promises.approvals import store as approvals
from atm_service.promises.approvals.domain import ApprovalKind
from atm_service.promises.approvals.schemas import ApprovalView
from atm_service.registers.customers import service as customers


def shown(
    session: Connection, context: Context, proposal: Proposal, now: datetime
) -> DepositView | TransferView:
    """Show a proposal with what confirming it takes."""
    asked = approvals.newest(session, ApprovalKind(proposal.kind), proposal.id)
    done = vouchers.of(session, proposal.kind, proposal.id)
    both: dict[str, Any] = {
        "id": proposal.id,
        "amount": proposal.amount,
        "payee": _person(session, context, proposal.payee_id),
        "needs_approval": domain.needs_approval(proposal, context.policy),
        "approval": None if asked is None else ApprovalView.of(asked, now),
        "voucher_id": None if done is None else done.id,
        "proposed_at": proposal.proposed_at,
    }
    if proposal.payer_id is not None:
        return TransferView(**both, payer=_person(session, context, proposal.payer_id))
    return DepositView(**both, counts=proposal.counts, ways=domain.ways(proposal, context.policy))


def _person(session: Connection, context: Context, customer_id: UUID) -> Payee:
    name, id_number = customers.masked(customers.identity(session, context, customer_id))
    return Payee(masked_name=name, masked_id=id_number)
