"""What people are shown of a delegation: the delegate's card masked."""

from datetime import datetime

from atm_service.desk.delegations.schemas import DelegationView
from atm_service.payout.views import masked_delegate
from atm_service.platform.context import Context
from atm_service.registers.delegations.store import Known


def delegation(context: Context, known: Known, now: datetime) -> DelegationView:
    """Show a delegation to its customer and at the counter."""
    facts = known.delegation
    return DelegationView(
        id=facts.id,
        delegate=masked_delegate(context, facts.id, facts.delegate_sealed),
        ceiling=facts.ceiling,
        per_month=facts.per_month,
        used_this_month=known.paid,
        office=facts.office,
        office_name=known.office_name,
        begins_on=facts.begins_on,
        ends_on=facts.ends_on,
        made_at=facts.made_at,
        revoked_at=facts.revoked_at,
        alive=facts.is_alive(now),
    )
