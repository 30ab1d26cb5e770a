"""Moves of cash for clerks, and the vault's count."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.desk.moves import service
from atm_service.desk.moves.schemas import (
    CashMoveRequest,
    ExchangeRequest,
    ExchangeView,
    GiftRequest,
    MoveView,
)
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import Refusal, TooManyAttempts
from atm_service.promises.approvals import errors as approvals
from atm_service.promises.shifts import colleagues
from atm_service.promises.shifts.errors import (
    ColleagueFirstPassword,
    ColleagueHasNoDrawer,
    ColleagueNotProved,
    NoOpenShift,
)
from atm_service.registers.cash import errors
from atm_service.registers.cash.schemas import CashCountView, CountsRequest
from atm_service.registers.notes.domain import counted_total
from atm_service.registers.notes.errors import ExchangeDiffers, NotesNotThere
from atm_service.registers.offices.errors import DrawerFrozen, OfficeNotActive, OfficeSuspended
from atm_service.registers.withdrawals.errors import DrawerShort

router = APIRouter(prefix="/counter/v1/cash", tags=["counter"])


@router.post(
    "/moves",
    name="move_cash",
    status_code=201,
    response_model=MoveView,
    responses=refuses(
        NoOpenShift,
        DrawerFrozen,
        errors.CountFirst,
        errors.VaultCountDue,
        NotesNotThere,
        errors.VaultShort,
        DrawerShort,
        keyed=True,
    ),
)
def move(body: CashMoveRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Move counted notes between the vault and the clerk's drawer."""

    def work(session: Connection) -> MoveView:
        id = service.move(session, context.policy, clerk, body.counts, now, to_drawer=body.to == "drawer")
        return MoveView(id=id, to=body.to, amount=counted_total(body.counts))

    return context.once(key, 201, work)


@router.post(
    "/handed",
    name="give_cash",
    status_code=201,
    response_model=MoveView,
    responses=refuses(
        NoOpenShift,
        ColleagueNotProved,
        ColleagueHasNoDrawer,
        ColleagueFirstPassword,
        TooManyAttempts,
        OfficeSuspended,
        DrawerFrozen,
        errors.CountFirst,
        NotesNotThere,
        DrawerShort,
        keyed=True,
    ),
)
def give(body: GiftRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Give counted notes out of the clerk's drawer to a colleague's, who takes them by user name and password."""
    colleague = colleagues.prove(context, clerk, body, now)

    def work(session: Connection) -> MoveView:
        id, theirs = service.give(session, clerk, colleague, body.counts, now)
        return MoveView(id=id, to="colleague", amount=counted_total(body.counts), drawer=theirs.drawer)

    return context.once(key, 201, work)


@router.post(
    "/exchanges",
    name="exchange_notes",
    status_code=201,
    response_model=ExchangeView,
    responses=refuses(
        NoOpenShift,
        OfficeSuspended,
        DrawerFrozen,
        errors.CountFirst,
        errors.VaultCountDue,
        NotesNotThere,
        ExchangeDiffers,
        keyed=True,
    ),
)
def exchange(body: ExchangeRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Change notes of the clerk's drawer for others of the same sum, a customer's or the vault's. Nothing is posted."""

    def work(session: Connection) -> ExchangeView:
        id = service.exchange(session, context.policy, clerk, body.partner, body.given, body.taken, now)
        return ExchangeView(id=id, amount=counted_total(body.given), **body.model_dump())

    return context.once(key, 201, work)


@router.post(
    "/vault/count",
    name="count_vault",
    response_model=CashCountView,
    responses=refuses(
        OfficeNotActive, errors.CountNeedsWord, approvals.ApprovalWaiting, approvals.ApprovalUsed, keyed=True
    ),
)
def count_vault(body: CountsRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Count the office's vault.

    A first count that differs from the ledger changes nothing, with `recount` and no figure; the second stands, beyond
    the policy's threshold with a supervisor's word, and what is over or short is posted and kept.
    """

    def work(session: Connection) -> CashCountView | Refusal:
        counted = service.count_vault(session, context.policy, clerk, body.counts, now)
        return counted if isinstance(counted, Refusal) else CashCountView.of(counted)

    return context.once(key, 200, work)
