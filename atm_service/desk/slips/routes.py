"""For customers without a phone: be paid by card and PIN, have a slip made, have it printed again."""

from fastapi import APIRouter, Response

from atm_service.desk.proposals.errors import PayerUnknown
from atm_service.desk.slips import service
from atm_service.desk.slips.schemas import CardWithdrawalRequest, CustomerProof, SlipRequest, Slips, SlipView
from atm_service.payout import views
from atm_service.payout.schemas import ReceiptView
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.promises.reservations.errors import CannotReserve, CashReserved
from atm_service.promises.shifts.errors import AT_WORK
from atm_service.registers.delegations import errors as delegations
from atm_service.registers.headroom import errors as headroom_errors
from atm_service.registers.notes.errors import NotesCannotMake
from atm_service.registers.offices.errors import OfficeNotActive, OfficeUnknown
from atm_service.registers.withdrawals import errors

router = APIRouter(prefix="/counter/v1", tags=["counter"])

_PROOF = (*AT_WORK, PayerUnknown, TooManyAttempts, errors.WrongPin)
_AUTHORISED = (
    errors.WalletFrozen,
    errors.AmountOutOfRange,
    errors.AmountNotMultiple,
    errors.TooManyLiveCodes,
    headroom_errors.CustomerLimitReached,
    headroom_errors.CardLapsed,
    headroom_errors.CoolingOff,
    errors.InsufficientFunds,
    OfficeNotActive,
)


@router.post(
    "/card-withdrawals",
    name="pay_by_card",
    status_code=201,
    response_model=ReceiptView,
    responses=refuses(
        *_PROOF,
        *_AUTHORISED,
        errors.DrawerShort,
        CashReserved,
        headroom_errors.OfficeLimitReached,
        errors.WithdrawalCancelled,
        NotesCannotMake,
        keyed=True,
    ),
)
def pay(body: CardWithdrawalRequest, clerk: InClerk, key: InKey, context: InContext) -> Response:
    """Pay a customer who proved card and PIN, out of this drawer. Safe to repeat with the same key."""
    return views.signed(context, service.pay(context, clerk, body, key)).response()


@router.post(
    "/slips",
    name="make_slip",
    status_code=201,
    responses=refuses(
        *_PROOF,
        *_AUTHORISED,
        NotFound,
        OfficeUnknown,
        errors.OfficeRequired,
        errors.DayNotPossible,
        errors.AlreadyEnded,
        CannotReserve,
        delegations.DelegationRevoked,
        delegations.DelegationEnded,
        delegations.DelegationCeiling,
        delegations.DelegationMonth,
        keyed=True,
    ),
)
def make(body: SlipRequest, clerk: InClerk, key: InKey, context: InContext) -> SlipView:
    """Make a code to be printed, for a customer who proved card and PIN. Safe to repeat with the same key."""
    return service.make(context, clerk, body, key)


@router.post("/slips/reprint", name="reprint_slips", responses=refuses(*_PROOF, posted=True))
def print_again(body: CustomerProof, clerk: InClerk, context: InContext, now: InNow) -> Slips:
    """Give the slips of a customer, who proves card and PIN again, as long as they can be paid."""
    return Slips(slips=service.print_again(context, clerk, body, now))
