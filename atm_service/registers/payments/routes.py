"""Top-ups for the wallet."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.platform.callers import InCustomer, InCustomerActing
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.payments import service
from atm_service.registers.payments.errors import BankLinkUnknown, TopUpOutOfRange
from atm_service.registers.payments.schemas import TopUpRequest, TopUpView

router = APIRouter(prefix="/wallet/v1/top-ups", tags=["wallet"])


@router.post(
    "",
    status_code=201,
    response_model=TopUpView,
    responses=refuses(BankLinkUnknown, TopUpOutOfRange, keyed=True),
)
def top_up(
    body: TopUpRequest, customer: InCustomerActing, key: InKey, context: InContext, now: InNow
) -> Response:
    """Bring money in from a linked account. Safe to repeat with the same key: one debit at the bank at most.

    The key remembers which top-up it began; the answer is that top-up as it is now. So a repetition may find
    `succeeded` where the first answer was `pending` (docs/decisions/0003-top-up-replay.md), and nothing else.
    """
    with context.transaction() as session:
        begun = key.once(
            session,
            201,
            lambda: TopUpView.of(
                service.begin(session, context, customer, body.bank_link_id, body.amount, now)
            ),
        )
    top_up_id = TopUpView.model_validate_json(begun.body).id
    if not begun.replayed:
        service.ask(context, top_up_id, now)
    shown = _shown(context, customer, top_up_id)
    return replace(begun, body=shown.model_dump_json().encode()).response()


@router.get("/{id}", name="show_top_up", responses=refuses(NotFound))
def look(id: UUID, customer: InCustomer, context: InContext) -> TopUpView:
    """Tell where one of the customer's top-ups stands."""
    return _shown(context, customer, id)


def _shown(context: InContext, customer: InCustomer, id: UUID) -> TopUpView:
    with context.transaction() as session:
        found = service.own(session, customer.subject, id)
    return TopUpView.of(found)
