"""What a customer is shown of a transfer and of whoever is at its other end."""

from uuid import UUID

from sqlalchemy import Connection

from atm_service.platform.context import Context
from atm_service.registers.customers import service as customers
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
        person=PersonView(**_other(context, seen)),
        amount=seen.amount,
        fee=seen.fee if seen.sent else 0,
        message=None if sealed is None else context.cipher.decrypt(sealed, message_place(seen.id)).decode(),
        made_at=seen.made_at,
    )


def paid(context: Context, seen: Seen) -> PaidView:
    """Show whom a transfer went to."""
    return PaidView(**_other(context, seen), transfer_id=seen.id, paid_at=seen.made_at)


def _other(context: Context, seen: Seen) -> dict[str, str]:
    name, phone_end = customers.open_for_others(
        context, seen.other_id, seen.identity_sealed, seen.phone_sealed
    )
    return {"masked_name": name, "phone_end": phone_end}
