"""Bulk credits for operators, proposed and then carried out; and the second person's word on any instruction.

Larger ones, and files, are `soft-atm credits import`. The second person decides here or by `soft-atm approvals`.
"""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.control.instructions import errors as errors_
from atm_service.control.instructions import service
from atm_service.control.instructions.errors import InstructionNeeded
from atm_service.control.instructions.schemas import (
    Challenge,
    InstructionDecisionRequest,
    InstructionShown,
    InstructionView,
    InstructionWord,
)
from atm_service.platform import paging
from atm_service.platform.callers import InOperator, InOverseer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.credits import domain, errors, store
from atm_service.registers.credits import service as credits_
from atm_service.registers.credits.schemas import BatchTotals, CreditRequest
from atm_service.registers.credits.service import Wish
from atm_service.registers.staff import passkeys
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.errors import (
    DeciderTied,
    PasskeyWrong,
    SecondFactorNeeded,
    SecondFactorToEnrol,
    SecondFactorWrong,
)

router = APIRouter()

_REFUSALS = (
    errors.PayerUnknown,
    errors.PayerBusy,
    errors.PayerShort,
    errors.BatchOfAnotherPayer,
    errors.LinesRefused,
    errors.CreditedLately,
)


@router.post(
    "/operator/v1/instructions",
    tags=["operator"],
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
    "/operator/v1/credits",
    tags=["operator"],
    name="credit",
    status_code=201,
    response_model=BatchTotals,
    responses=refuses(*_REFUSALS, InstructionNeeded, keyed=True),
)
def credit(body: CreditRequest, operator: InOperator, key: InKey, context: InContext, now: InNow) -> Response:
    """Credit up to a thousand wallets, as another person has approved: all lines or none.

    Lines that the batch has credited before are no error. A line is credited once for each `batch` and
    `line_reference`, whatever the key; `01` is the reference `1`. What this payer has lately credited to the same
    person by another line, under the same reference or of the same amount, is credited only when `again` says how
    many such lines there are.
    """
    wish = _wish(body)

    def work(session: Connection) -> BatchTotals:
        leave = service.leave_for_batch(operator, wish, None, now)
        batch = credits_.credit(session, context, wish, operator, now, leave)
        return BatchTotals.counted(batch, store.totals(session, batch.name))

    return context.once(key, 201, work)


@router.get("/staff/v1/instructions", tags=["staff"], name="instructions", responses=refuses(NotFound))
def waiting(
    overseer: InOverseer,
    context: InContext,
    now: InNow,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_MAX,
) -> Page[InstructionShown]:
    """List what was proposed and waits for a second person, or may be carried out, newest first."""
    with context.reading() as session:
        found = service.listed(session, overseer, paging.read_id(cursor), limit + 1, now, every=False)
    return paging.page(found, limit, lambda one: InstructionShown.shown(one, overseer.subject, now))


@router.post(
    "/staff/v1/instructions/{id}/challenge",
    tags=["staff"],
    name="ask_to_decide_instruction",
    status_code=201,
    responses=refuses(NotFound, posted=True),
)
def ask(id: UUID, body: InstructionWord, overseer: InOverseer, context: InContext, now: InNow) -> Challenge:
    """Get what one's passkey is to sign for this word on this; null without a passkey."""
    with context.transaction() as session:
        service.look(session, overseer, id, now)
    return Challenge(passkey=passkeys.ask(context, overseer, _purpose(id, body), now))


# Without a key: the second factor is used up by each try, and the list tells what was decided.
@router.post(
    "/staff/v1/instructions/{id}/decision",
    tags=["staff"],
    name="decide_instruction",
    responses=refuses(
        NotFound,
        errors_.InstructionDecided,
        errors_.InstructionLapsed,
        errors_.OwnInstruction,
        DeciderTied,
        errors_.AgainNotConfirmed,
        TooManyAttempts,
        PasskeyWrong,
        SecondFactorNeeded,
        SecondFactorWrong,
        SecondFactorToEnrol,
        posted=True,
    ),
)
def decide(
    id: UUID, body: InstructionDecisionRequest, overseer: InOverseer, context: InContext, now: InNow
) -> InstructionShown:
    """Approve or refuse what a colleague has proposed, with the second factor as it is now. Nothing moves yet."""
    with context.transaction() as session:
        service.look(session, overseer, id, now)
    answer = body.passkey.json_of() if body.passkey else None
    staff.prove_again(context, overseer, body.code, answer, _purpose(id, body), now)
    with context.transaction() as session:
        decided = service.decide(
            session,
            context.policy,
            overseer,
            id,
            body.again,
            now,
            approved=body.decision == "approve",
            reason=body.reason,
        )
    return InstructionShown.shown(decided, overseer.subject, now)


def _purpose(id: UUID, word: InstructionWord) -> str:
    """Name what a passkey signs for: this word on this, and nothing else."""
    return f"{word.decision} {id}, {word.again} again"


def _wish(body: CreditRequest) -> Wish:
    lines, bad = domain.check(line.raw(number) for number, line in enumerate(body.lines, start=1))
    return Wish(body.batch, body.payer, lines, bad, body.again)
