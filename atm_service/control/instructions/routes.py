"""Bulk credits for operators, proposed and then carried out. Larger ones, and files, are `soft-atm credits import`.

The second person decides at the command line: `soft-atm approvals`.
"""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.control.instructions import service
from atm_service.control.instructions.errors import InstructionNeeded
from atm_service.control.instructions.schemas import InstructionView
from atm_service.platform.callers import InOperator
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.registers.credits import domain, errors, store
from atm_service.registers.credits import service as credits_
from atm_service.registers.credits.schemas import BatchTotals, CreditRequest
from atm_service.registers.credits.service import Wish

router = APIRouter(prefix="/operator/v1", tags=["operator"])

_REFUSALS = (
    errors.PayerUnknown,
    errors.PayerBusy,
    errors.PayerShort,
    errors.BatchOfAnotherPayer,
    errors.LinesRefused,
    errors.CreditedLately,
)


@router.post(
    "/instructions",
    name="propose_credits",
    status_code=201,
    response_model=InstructionView,
    responses=refuses(*_REFUSALS, keyed=True),
)
def propose(
    body: CreditRequest, operator: InOperator, key: InKey, context: InContext, now: InNow
) -> Response:
    """Propose exactly these credits to a colleague. Nothing is credited; the same again shows where it stands."""
    wish = _wish(body)

    def work(session: Connection) -> InstructionView:
        wanted = service.credits(wish, credits_.look(session, context, wish, now), None)
        return InstructionView.of(service.propose(session, context.policy, operator, wanted, now), now)

    return context.once(key, 201, work)


@router.post(
    "/credits",
    name="credit",
    status_code=201,
    response_model=BatchTotals,
    responses=refuses(*_REFUSALS, InstructionNeeded, keyed=True),
)
def credit(body: CreditRequest, operator: InOperator, key: InKey, context: InContext, now: InNow) -> Response:
    """Credit up to a thousand wallets, as another person has approved: all lines or none.

    Lines that the batch has credited before are no error. A line is credited once for each `batch` and
    `line_reference`, whatever the key; `01` is the reference `1`. What this payer has lately credited to the same
    person in another batch, under the same reference or of the same amount, is credited only when `again` says how
    many such lines there are.
    """
    wish = _wish(body)

    def work(session: Connection) -> BatchTotals:
        leave = service.leave_for_batch(operator, wish, None, now)
        batch = credits_.credit(session, context, wish, operator, now, leave)
        return BatchTotals.counted(batch, store.totals(session, batch.name))

    return context.once(key, 201, work)


def _wish(body: CreditRequest) -> Wish:
    lines, bad = domain.check(line.raw(number) for number, line in enumerate(body.lines, start=1))
    return Wish(body.batch, body.payer, lines, bad, body.again)
