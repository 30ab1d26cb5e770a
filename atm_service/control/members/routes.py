"""The staff: listed, switched off and on, moved, given a first password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

import ledger
from atm_service.control.instructions import service as instructions
from atm_service.control.instructions.errors import InstructionNeeded
from atm_service.control.instructions.schemas import InstructionView
from atm_service.control.members.schemas import (
    FirstPassword,
    MemberProposal,
    MemberView,
    MoveRequest,
    RoleRequest,
    SwitchRequest,
)
from atm_service.platform import paging
from atm_service.platform.callers import InOperator, InOverseer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.cash.schemas import ReasonRequest
from atm_service.registers.offices.errors import OfficeUnknown
from atm_service.registers.offices.schemas import InOfficeWanted
from atm_service.registers.staff import rights, service, store
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.errors import OwnRights, PlaceUnfit, RightsUnchanged
from atm_service.registers.staff.store import Member

router = APIRouter()

_MEMBERS = "/staff/v1/members"


@router.get(_MEMBERS, name="members", tags=["staff"], responses=refuses(NotFound))
def members(
    overseer: InOverseer,
    context: InContext,
    now: InNow,
    role: Annotated[Role | None, Query()] = None,
    office: InOfficeWanted = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[MemberView]:
    """List the staff, the newest first: a supervisor the clerks of their own offices, an operator all."""
    before, today = paging.read_id(cursor), ledger.business_date(now)
    with context.reading() as session:
        area = service.scope(session, overseer)
        shown = "clerk" if overseer.role == "supervisor" else role
        found = store.listed(session, before, limit + 1, today, shown, office, area)
    return paging.page(found, limit, MemberView.of)


@router.post(
    _MEMBERS + "/{id}/state",
    tags=["staff"],
    name="switch_member",
    response_model=MemberView,
    responses=refuses(NotFound, OwnRights, RightsUnchanged, keyed=True),
)
def switch(
    id: UUID, body: SwitchRequest, overseer: InOverseer, key: InKey, context: InContext, now: InNow
) -> Response:
    """Switch a member off or on. Off, nothing more is paid, sold or decided by them, from this answer on."""

    def work(session: Connection) -> MemberView:
        return MemberView.of(rights.switch(session, overseer, id, body.reason, now, active=body.active))

    return context.once(key, 200, work)


@router.post(
    _MEMBERS + "/{id}/office",
    tags=["staff"],
    name="move_member",
    response_model=MemberView,
    responses=refuses(NotFound, OwnRights, OfficeUnknown, RightsUnchanged, keyed=True),
)
def move(
    id: UUID, body: MoveRequest, overseer: InOverseer, key: InKey, context: InContext, now: InNow
) -> Response:
    """Move a clerk to another office. The clerk signs in again; an open shift waits for a take-over."""

    def work(session: Connection) -> MemberView:
        return MemberView.of(rights.move(session, overseer, id, body.office, body.reason, now))

    return context.once(key, 200, work)


@router.post(
    "/operator/v1/members/{id}/role",
    tags=["operator"],
    name="change_role",
    response_model=MemberView,
    responses=refuses(
        NotFound, OwnRights, PlaceUnfit, OfficeUnknown, RightsUnchanged, InstructionNeeded, keyed=True
    ),
)
def change_role(
    id: UUID, body: RoleRequest, operator: InOperator, key: InKey, context: InContext, now: InNow
) -> Response:
    """Give a member another role. Every session ends; an open shift waits for a take-over.

    To or from a role that decides for others, it is proposed first and approved by another.
    """

    def work(session: Connection) -> MemberView:
        wanted = instructions.member_role(session, _member(session, id), body.role, body.place, body.reason)
        leave = instructions.leave_for_member(operator, wanted, now)
        facts = (body.role, body.place, body.reason)
        return MemberView.of(rights.change_role(session, operator, id, *facts, now, leave))

    return context.once(key, 200, work)


@router.post(
    "/operator/v1/members/{id}/instructions",
    tags=["operator"],
    name="propose_member",
    status_code=201,
    response_model=InstructionView,
    responses=refuses(NotFound, OwnRights, keyed=True),
)
def propose(
    id: UUID, body: MemberProposal, operator: InOperator, key: InKey, context: InContext, now: InNow
) -> Response:
    """Propose a role, or a first password, for one who decides for others. The same again shows where it stands."""

    def work(session: Connection) -> InstructionView:
        if id == operator.subject:
            raise OwnRights
        member = _member(session, id)
        if body.role is None:
            wanted = instructions.member_reset(session, member, body.reason)
        else:
            wanted = instructions.member_role(session, member, body.role, body.place, body.reason)
        return InstructionView.of(instructions.propose(session, context.policy, operator, wanted, now), now)

    return context.once(key, 201, work)


# Without a key: an answer is remembered, and this one holds a password. Asked twice, the second one counts.
@router.post(
    _MEMBERS + "/{id}/password",
    tags=["staff"],
    name="reset_member",
    status_code=201,
    responses=refuses(NotFound, OwnRights, InstructionNeeded, posted=True),
)
def reset(
    id: UUID, body: ReasonRequest, overseer: InOverseer, context: InContext, now: InNow
) -> FirstPassword:
    """Give a member a first password, told once; the member chooses another before anything else.

    To one who decides for others, it is proposed first and approved by another.
    """
    with context.transaction() as session:
        wanted = instructions.member_reset(session, _member(session, id), body.reason)
    leave = instructions.leave_for_member(overseer, wanted, now)
    member, password = rights.reset(context, overseer, id, body.reason, now, leave)
    return FirstPassword(member=MemberView.of(member), password=password)


def _member(session: Connection, id: UUID) -> Member:
    member = store.find(session, id)
    if member is None:
        raise NotFound
    return member
