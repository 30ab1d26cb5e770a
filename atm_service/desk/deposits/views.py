"""What a clerk is shown of a deposit."""

from datetime import datetime

from sqlalchemy import Connection

from atm_service.desk.deposits import domain, service
from atm_service.desk.deposits.domain import Deposit
from atm_service.desk.deposits.schemas import DepositView
from atm_service.desk.vouchers import store as vouchers
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.payout.schemas import Payee
from atm_service.platform.context import Context
from atm_service.promises.approvals import store as approvals
from atm_service.promises.approvals.domain import ApprovalKind as Asked
from atm_service.promises.approvals.schemas import ApprovalView
from atm_service.registers.customers import service as customers


def deposit(session: Connection, context: Context, proposed: Deposit, now: datetime) -> DepositView:
    """Show a deposit with what confirming it takes."""
    name, id_number = customers.masked(customers.identity(session, context, proposed.customer_id))
    asked = approvals.newest(session, Asked.DEPOSIT, proposed.id)
    done = vouchers.of(session, VoucherKind.DEPOSIT, proposed.id)
    return DepositView(
        id=proposed.id,
        amount=proposed.amount,
        counts=dict(proposed.counts),
        payee=Payee(masked_name=name, masked_id=id_number),
        ways=domain.ways(proposed.amount, context.policy.deposit),
        needs_approval=service.needs_approval(context.policy, proposed.amount),
        approval=None if asked is None else ApprovalView.of(asked, now),
        voucher_id=None if done is None else done.id,
        proposed_at=proposed.proposed_at,
    )
