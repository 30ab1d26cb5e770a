"""The wallet's end."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.customers.schemas import Pin
from atm_service.registers.withdrawals.errors import WalletFrozen, WrongPin
from atm_service.wallet.closing import service
from atm_service.wallet.closing.errors import CannotCloseYet

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])


class ClosingRequest(BaseModel):
    """The PIN of whoever closes the own wallet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pin: Pin


@router.post(
    "/closing",
    status_code=204,
    responses=refuses(WrongPin, TooManyAttempts, WalletFrozen, NotFound, CannotCloseYet, posted=True),
)
def close(body: ClosingRequest, customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Close the own wallet for good, empty. Every session ends; card and number may open another one from tomorrow.

    What is left is paid out before: `cannot-close-yet` says what. Of an answer that was lost: sign in, and where that
    is refused it is closed; the phone has a message of it.
    """
    service.close(context, customer, body.pin, now)
    return Response(status_code=204)
