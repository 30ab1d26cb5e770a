"""Proofs of phone numbers, for tests that are about something else: the digits are known where they are made."""

from datetime import datetime

from atm_service.platform.context import Context
from atm_service.registers.customers import at_rest
from atm_service.registers.phones import service as phones
from atm_service.registers.phones.domain import Purpose


def proof(context: Context, phone: str, now: datetime) -> str:
    """Prove a number as its owner would, however many were asked for; give what an application names."""
    with context.transaction() as session:
        fingerprint = at_rest.phone_print(context.cipher, phone)
        issued = phones.issue(session, context, Purpose.OPENING, fingerprint, now)
    phones.prove(context, issued.id, issued.digits, now)
    return str(issued.id)
