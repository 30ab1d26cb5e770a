"""What clerks are shown of vouchers: names and card numbers masked."""

from uuid import UUID

from atm_service.desk.vouchers.domain import Voucher
from atm_service.desk.vouchers.schemas import VoucherView
from atm_service.payout.schemas import Payee
from atm_service.platform.context import Context
from atm_service.registers.customers import service as customers
from atm_service.registers.proofs import service as proofs


def voucher(context: Context, made: Voucher, *, listed: bool = False) -> VoucherView:
    """Show a voucher to its office, with its signed code unless it is one of a list."""
    other = None
    if made.other_id is not None and made.other_sealed is not None:
        other = payee(context, made.other_id, made.other_sealed)
    return VoucherView(
        id=made.id,
        number=made.number,
        kind=made.kind,
        subject=made.subject,
        amount=made.amount,
        fee=made.fee,
        counts=None if made.counts is None else dict(made.counts),
        office=made.office,
        office_name=made.office_name,
        drawer=made.drawer,
        clerk=made.clerk,
        customer=payee(context, made.customer_id, made.identity_sealed),
        other=other,
        confirmed=made.confirmed,
        made_at=made.made_at,
        entry_id=made.entry_id,
        undoes=made.undoes,
        undone_by=made.undone_by,
        receipt_code=None
        if listed
        else proofs.printed(
            context, made.number, made.kind, made.amount, made.made_at, made.entry_id, made.undone_by
        ),
    )


def payee(context: Context, customer_id: UUID, identity_sealed: bytes) -> Payee:
    """Show as much of a customer as a clerk needs for comparing."""
    name, id_number = customers.masked(customers.open_identity(context, customer_id, identity_sealed))
    return Payee(masked_name=name, masked_id=id_number)
