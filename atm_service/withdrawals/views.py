"""What customers and clerks are shown of withdrawals: built from domain values, names masked."""

from typing import Literal

from atm_service.cash import mixing
from atm_service.cash.domain import Notes, written
from atm_service.context import Context
from atm_service.customers import service as customers
from atm_service.withdrawals.domain import Withdrawal
from atm_service.withdrawals.receipts import Receipt
from atm_service.withdrawals.schemas import Payee, PresentationView, ReceiptView, WithdrawalView
from atm_service.withdrawals.service import Shown


def withdrawal(shown: Shown) -> WithdrawalView:
    """Show a withdrawal to its customer."""
    facts = shown.withdrawal
    return WithdrawalView(
        id=facts.id,
        status=facts.status,
        amount=facts.amount,
        fee=facts.fee,
        lifetime=facts.lifetime,
        office=facts.office,
        created_at=facts.created_at,
        expires_at=facts.expires_at,
        code=shown.code,
        digits=shown.digits,
        paid_at=facts.payment.at if facts.payment else None,
        paid_office=facts.payment.drawer.office if facts.payment else None,
        day=facts.day,
        reservation=facts.reservation,
    )


def presentation(
    context: Context, presented: Withdrawal, identity_sealed: bytes, drawer: Notes | None
) -> PresentationView:
    """Show a clerk what to compare before paying, and which of the drawer's notes pay it. Raises `NotesCannotMake`."""
    assert presented.lease_until is not None
    requires: list[Literal["id_number", "pin"]] = ["id_number"]
    if presented.by_digits:
        requires.append("pin")
    name, id_number = customers.masked(
        customers.open_identity(context, presented.customer_id, identity_sealed)
    )
    mixes = None if drawer is None else [written(mix) for mix in mixing.suggest(drawer, presented.amount)]
    return PresentationView(
        withdrawal_id=presented.id,
        amount=presented.amount,
        fee=presented.fee,
        payee=Payee(masked_name=name, masked_id=id_number),
        lease_until=presented.lease_until,
        requires=requires,
        notes=mixes and mixes[0],
        small_notes=mixes and mixes[1],
    )


def receipt(context: Context, paid: Receipt) -> ReceiptView:
    """Show a receipt to the office that paid."""
    name, id_number = customers.masked(
        customers.open_identity(context, paid.customer_id, paid.identity_sealed)
    )
    return ReceiptView(
        id=paid.id,
        number=paid.number,
        withdrawal_id=paid.withdrawal_id,
        amount=paid.amount,
        fee=paid.fee,
        office=paid.office,
        office_name=paid.office_name,
        drawer=paid.drawer,
        clerk=paid.clerk,
        payee=Payee(masked_name=name, masked_id=id_number),
        identity_checked=paid.identity_checked,
        paid_at=paid.paid_at,
        entry_id=paid.entry_id,
        notes=paid.notes,
    )
