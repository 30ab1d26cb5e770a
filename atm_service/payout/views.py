"""What customers and clerks are shown of withdrawals: built from domain values, names masked."""

from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import orjson
from sqlalchemy import Connection

from atm_service.payout.receipts import Receipt
from atm_service.payout.schemas import DelegateView, Payee, PresentationView, ReceiptView, WithdrawalView
from atm_service.payout.service import Shown
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Answer
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import service as customers
from atm_service.registers.delegations import store as delegations
from atm_service.registers.notes import mixing
from atm_service.registers.notes.domain import Notes, written
from atm_service.registers.proofs import service as proofs
from atm_service.registers.withdrawals.domain import Withdrawal
from kyc import cccd


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
    context: Context,
    presented: Withdrawal,
    identity_sealed: bytes,
    drawer: Notes | None,
    collector: str | None = None,
) -> PresentationView:
    """Show a clerk what to compare before paying, and which of the drawer's notes pay it. Raises `NotesCannotMake`.

    `collector` is the masked card of the delegate whom the cash is for.
    """
    assert presented.lease_until is not None
    requires: list[Literal["id_number", "pin", "delegate"]] = ["id_number"]
    if collector is not None:
        requires.append("delegate")
    elif presented.by_digits:
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
        delegate=collector,
        notes=mixes and mixes[0],
        small_notes=mixes and mixes[1],
    )


def delegate(session: Connection, context: Context, withdrawal: Withdrawal) -> str | None:
    """Give the masked card number of the delegate whom the cash is for."""
    if withdrawal.delegation_id is None:
        return None
    (known,) = delegations.find_each(session, [withdrawal.delegation_id], withdrawal.created_at).values()
    return masked_delegate(context, known.delegation.id, known.delegation.delegate_sealed)


def masked_delegate(context: Context, delegation_id: UUID, delegate_sealed: bytes) -> str:
    """Open a delegate's card number and mask it."""
    place = at_rest.place("delegation", "delegate", delegation_id)
    return cccd.mask(context.cipher.decrypt(delegate_sealed, place).decode())


def signed(context: Context, answer: Answer) -> Answer:
    """Put its code on the receipt of a payment that has been committed, now or before: signing holds up no lock.

    What was remembered with a code, or before there were any, stands as it is.
    """
    paid = orjson.loads(answer.body)
    if paid.get("receipt_code", "") is not None:
        return answer
    at, entry_id = datetime.fromisoformat(paid["paid_at"]), UUID(paid["entry_id"])
    code = proofs.printed(
        context, paid["number"], "withdrawal", paid["amount"], at, entry_id, paid["undone_by"]
    )
    return replace(answer, body=orjson.dumps(paid | {"receipt_code": code}))


def receipt(context: Context, paid: Receipt, *, unsigned: bool = False) -> ReceiptView:
    """Show a receipt to the office that paid, with its code; `unsigned` in a list, and before the commit."""
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
        delegate=None
        if paid.delegate is None
        else DelegateView(
            delegation_id=paid.delegate.delegation_id,
            masked_id=masked_delegate(context, paid.delegate.delegation_id, paid.delegate.encrypted),
            checked=paid.delegate.checked,
        ),
        undone_by=paid.undone_by,
        receipt_code=None
        if unsigned
        else proofs.printed(
            context, paid.number, "withdrawal", paid.amount, paid.paid_at, paid.entry_id, paid.undone_by
        ),
    )
