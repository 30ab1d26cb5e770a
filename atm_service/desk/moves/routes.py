"""Moves of cash for clerks."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.desk.moves import service
from atm_service.desk.moves.schemas import CashMoveRequest, MoveView
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.promises.shifts.errors import NoOpenShift
from atm_service.registers.cash import errors
from atm_service.registers.notes.domain import counted_total
from atm_service.registers.notes.errors import NotesNotThere
from atm_service.registers.offices.errors import DrawerFrozen

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
