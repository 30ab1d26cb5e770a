"""What a customer is shown of a transfer and of whoever is at its other end."""

from uuid import UUID

from sqlalchemy import Connection

from atm_service.platform.context import Context
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.service import Other
from atm_service.wallet.transfers.schemas import PaidView, PersonView, WalletTransferView
from atm_service.wallet.transfers.store import Seen


def message_place(id: UUID) -> bytes:
    """Name where a transfer's message is encrypted."""
    return f"wallet_transfer message {id}".encode()


def person(session: Connection, context: Context, customer_id: UUID) -> PersonView:
    """Show as much of a customer as others see."""
    name, phone_end = customers.as_others_see(session, context, customer_id)
    return PersonView(masked_name=name, phone_end=phone_end)


def transfer(context: Context, seen: Seen) -> WalletTransferView:
    """Show a transfer to one of its two customers."""
    sealed = seen.message_sealed
    return WalletTransferView(
        id=seen.id,
        number=seen.number,
        direction="sent" if seen.sent else "received",
        person=other(context, seen),
        amount=seen.amount,
        fee=seen.fee if seen.sent else 0,
        message=None if sealed is None else context.cipher.decrypt(sealed, message_place(seen.id)).decode(),
        made_at=seen.made_at,
    )


def paid(context: Context, seen: Seen) -> PaidView:
    """Show whom a transfer went to."""
    return PaidView(**dict(other(context, seen)), transfer_id=seen.id, paid_at=seen.made_at)


def other(context: Context, seen: Seen) -> PersonView:
    """Show who is at a transfer's other end, by what was known when it was made."""
    one = Other(seen.other_id, seen.identity_sealed, seen.phone_sealed, seen.phone_since, seen.made_at)
    name, phone_end = one.opened(context)
    return PersonView(masked_name=name, phone_end=phone_end)
