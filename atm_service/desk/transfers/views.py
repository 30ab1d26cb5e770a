"""What a clerk is shown of an assisted transfer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from atm_service.desk.transfers import service
from atm_service.desk.transfers.domain import Transfer
from atm_service.desk.transfers.schemas import TransferView
from atm_service.desk.vouchers import store as vouchers
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.payout.schemas import Payee
from atm_service.platform.context import Context
from atm_service.promises.approvals import store as approvals
from atm_service.promises.approvals.domain import ApprovalKind as Asked
from atm_service.promises.approvals.schemas import ApprovalView
from atm_service.registers.customers import service as customers


def transfer(session: Connection, context: Context, proposed: Transfer, now: datetime) -> TransferView:
    """Show a transfer with what confirming it takes."""
    asked = approvals.newest(session, Asked.TRANSFER, proposed.id)
    done = vouchers.of(session, VoucherKind.TRANSFER, proposed.id)
    return TransferView(
        id=proposed.id,
        amount=proposed.amount,
        payer=_person(session, context, proposed.payer_id),
        payee=_person(session, context, proposed.payee_id),
        needs_approval=service.needs_approval(context.policy, proposed.amount),
        approval=None if asked is None else ApprovalView.of(asked, now),
        voucher_id=None if done is None else done.id,
        proposed_at=proposed.proposed_at,
    )


def _person(session: Connection, context: Context, customer_id: UUID) -> Payee:
    name, id_number = customers.masked(customers.identity(session, context, customer_id))
    return Payee(masked_name=name, masked_id=id_number)
