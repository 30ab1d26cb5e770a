"""The thaw of a wallet for somebody whose face cannot be matched: two of the staff, two deeds, both on record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Forbidden
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.store import Freeze
from atm_service.registers.messages import domain as words
from atm_service.registers.messages.domain import MessageKind
from atm_service.registers.staff import hands
from atm_service.registers.staff.errors import DeciderTied


def thaw_with_the_customers(
    session: Connection, context: Context, by: Caller, customer_id: UUID, reason: str, now: datetime
) -> None:
    """Thaw what the staff have frozen, and what the customer has frozen with it; the customer is told.

    Raises as `customers.freeze` does, `Forbidden` for who is no supervisor, and `DeciderTied` for whoever froze it for
    the staff last, or may be the same person.
    """
    if by.role != "supervisor":
        raise Forbidden(role=by.role, needs=["supervisor"])

    def may_both(stood: Freeze) -> None:
        if stood.staff_by in hands.kin(session, context.policy, by.subject, now):
            raise DeciderTied

    before = customers.freeze(session, by, customer_id, reason, now, frozen=False, may_both=may_both)
    if before.stands.own:
        said = words.thawed(now, context.settings.hotline)
        customers.tell(session, context, customer_id, MessageKind.THAWED, said, now)
