"""Moves of cash for clerks, and the vault's count."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.desk.moves import service
from atm_service.desk.moves.schemas import CashMoveRequest, MoveView
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import Refusal
from atm_service.promises.approvals import errors as approvals
from atm_service.promises.shifts.errors import NoOpenShift
from atm_service.registers.cash import errors
from atm_service.registers.cash.schemas import CountsRequest, VaultCountView
from atm_service.registers.notes.domain import counted_total
from atm_service.registers.notes.errors import NotesNotThere
from atm_service.registers.offices.errors import DrawerFrozen, OfficeNotActive

router = APIRouter(prefix="/counter/v1/cash", tags=["counter"])


@router.post(
    "/moves",
    name="move_cash",
    status_code=201,
    response_model=MoveView,
    responses=refuses(
        NoOpenShift, DrawerFrozen, errors.VaultCountDue, NotesNotThere, errors.VaultShort, keyed=True
    ),
)
def move(body: CashMoveRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Move counted notes between the vault and the clerk's drawer."""

    def work(session: Connection) -> MoveView:
        id = service.move(session, context.policy, clerk, body.counts, now, to_drawer=body.to == "drawer")
        return MoveView(id=id, to=body.to, amount=counted_total(body.counts))

    return context.once(key, 201, work)


@router.post(
    "/vault/count",
    name="count_vault",
    response_model=VaultCountView,
    responses=refuses(
        OfficeNotActive, errors.CountNeedsWord, approvals.ApprovalWaiting, approvals.ApprovalUsed, keyed=True
    ),
)
def count_vault(body: CountsRequest, clerk: InClerk, key: InKey, context: InContext, now: InNow) -> Response:
    """Count the office's vault.

    A first count that differs from the ledger changes nothing, with `recount` and no figure; the second stands, beyond
    the policy's threshold with a supervisor's word, and what is over or short is posted and kept.
    """

    def work(session: Connection) -> VaultCountView | Refusal:
        counted = service.count_vault(session, context.policy, clerk, body.counts, now)
        if isinstance(counted, Refusal):
            return counted
        return VaultCountView(recount=True) if counted is None else VaultCountView(**vars(counted))

    return context.once(key, 200, work)
