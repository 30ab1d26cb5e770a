"""At the counter: freeze and thaw a wallet, set a forgotten PIN anew, give a wallet another number."""

from fastapi import APIRouter, Response

from atm_service.desk.mending import service
from atm_service.desk.mending.schemas import (
    CardRequest,
    CodeRequest,
    CodeSent,
    FaceRequest,
    Helped,
    PhoneChangeRequest,
    PinResetAtCounter,
)
from atm_service.desk.proposals.errors import PayerUnknown
from atm_service.platform.callers import InClerk
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.promises.shifts.errors import AT_WORK
from atm_service.registers.customers.errors import ApplicantRefused, FaceNotMatched, PinWeak
from atm_service.registers.offices.errors import FreezeUnchanged
from atm_service.registers.phones.errors import PhoneCodeOver, PhoneCodeWrong, PhoneNotProved
from atm_service.registers.withdrawals.errors import WalletFrozen

router = APIRouter(prefix="/counter/v1/help", tags=["counter"])

_CARD = (*AT_WORK, PayerUnknown, TooManyAttempts, NotFound)
_PROVED = (PhoneCodeOver, PhoneCodeWrong, PhoneNotProved, FaceNotMatched, WalletFrozen)


@router.post("/customer", name="find_to_help", responses=refuses(*_CARD, posted=True))
def find(body: CardRequest, clerk: InClerk, context: InContext, now: InNow) -> Helped:
    """Show whose card is on the counter, masked, and whether the wallet is frozen."""
    return service.find(context, clerk, body, now)


@router.post(
    "/freeze",
    name="freeze_for_customer",
    response_model=Helped,
    responses=refuses(*_CARD, FreezeUnchanged, keyed=True),
)
def freeze(body: CardRequest, clerk: InClerk, key: InKey, context: InContext) -> Response:
    """Freeze a wallet for the customer who is here with the card. Safe to repeat with the same key."""
    return service.freeze(context, clerk, body, key)


@router.post(
    "/thaw",
    name="thaw_for_customer",
    response_model=Helped,
    responses=refuses(*_CARD, FaceNotMatched, WalletFrozen, FreezeUnchanged, keyed=True),
)
def thaw(body: FaceRequest, clerk: InClerk, key: InKey, context: InContext) -> Response:
    """Thaw what the customer has frozen, by card and face. What the staff have frozen stays so."""
    return service.thaw(context, clerk, body, key)


@router.post(
    "/code",
    name="send_code_to_help",
    status_code=201,
    responses=refuses(*_CARD, ApplicantRefused, posted=True),
)
def send_code(body: CodeRequest, clerk: InClerk, context: InContext, now: InNow) -> CodeSent:
    """Have a code sent to the wallet's phone, or to the number that it shall have; the message says what it is for."""
    return service.send_code(context, clerk, body, now)


@router.post(
    "/pin",
    name="reset_pin",
    response_model=Helped,
    responses=refuses(*_CARD, *_PROVED, PinWeak, keyed=True),
)
def reset_pin(body: PinResetAtCounter, clerk: InClerk, key: InKey, context: InContext) -> Response:
    """Set a forgotten PIN anew, by card, face and the code on the wallet's phone. Every session ends."""
    return service.reset_pin(context, clerk, body, key)


@router.post(
    "/phone",
    name="change_phone",
    response_model=Helped,
    responses=refuses(*_CARD, *_PROVED, ApplicantRefused, keyed=True),
)
def change_phone(body: PhoneChangeRequest, clerk: InClerk, key: InKey, context: InContext) -> Response:
    """Give a wallet another number, by card, face and the code on the new phone. The old number is told."""
    return service.change_phone(context, clerk, body, key)
