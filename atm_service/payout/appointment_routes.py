"""Appointments for the wallet: move one."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from atm_service.payout import service, views
from atm_service.payout.schemas import AppointmentMoveRequest, WithdrawalView
from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.promises.reservations import moving
from atm_service.promises.reservations.errors import CannotReserve
from atm_service.registers.offices.errors import OfficeNotActive, OfficeUnknown
from atm_service.registers.withdrawals import errors

router = APIRouter(prefix="/wallet/v1/withdrawals", tags=["wallet"])


@router.post(
    "/{id}/move",
    response_model=WithdrawalView,
    responses=refuses(
        NotFound,
        OfficeUnknown,
        OfficeNotActive,
        errors.AlreadyEnded,
        errors.NotAnAppointment,
        errors.BeingPaid,
        errors.CodeExpired,
        errors.DayNotPossible,
        CannotReserve,
        keyed=True,
    ),
)
def move(
    id: UUID,
    body: AppointmentMoveRequest,
    customer: InCustomer,
    key: InKey,
    context: InContext,
    now: InNow,
) -> Response:
    """Move an appointment to another office or day. The answer has its new code; the old one is no longer paid."""
    context.keys.at(now)  # read, if they must be, before the transaction begins

    def work(session: Connection) -> WithdrawalView:
        moved = moving.move(session, context.policy, customer, id, body.office, body.day, now)
        return views.withdrawal(service.show(context, *moved, now))

    return context.once(key, 200, work)
