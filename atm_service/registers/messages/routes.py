"""Messages that did not get through, for operators."""

from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.platform import paging
from atm_service.platform.callers import InOperator
from atm_service.platform.context import InContext, InNow
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.messages import service, store
from atm_service.registers.messages.errors import MessageWiped
from atm_service.registers.messages.schemas import MessageView

router = APIRouter(prefix="/operator/v1/messages", tags=["operator"])


@router.get("", name="dead_messages", responses=refuses())
def dead(
    operator: InOperator,  # noqa: ARG001  asked for its check of the role
    context: InContext,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[MessageView]:
    """List the messages to phones that were given up, newest first."""
    before = paging.read_id(cursor)
    with context.reading() as session:
        found = store.dead(session, before, limit + 1)
    return paging.page(found, limit, MessageView.of)


@router.post(
    "/{id}/send",
    name="send_message_again",
    status_code=204,
    responses=refuses(NotFound, MessageWiped, posted=True),
)
def send_again(id: UUID, operator: InOperator, context: InContext, now: InNow) -> Response:
    """Have a message that was given up sent again. Harmless to repeat."""
    with context.transaction() as session:
        service.send_again(session, operator, id, now)
    return Response(status_code=204)
