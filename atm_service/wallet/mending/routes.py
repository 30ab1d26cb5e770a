"""From the phone: freeze the wallet, set a forgotten PIN anew, and verify another identity card."""

from fastapi import APIRouter, Response

from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.customers import at_rest, domain, mending
from atm_service.registers.customers import store as customers
from atm_service.registers.customers.errors import ApplicantRefused, FaceNotMatched, PinWeak
from atm_service.registers.offices.errors import FreezeUnchanged
from atm_service.registers.phones.domain import Purpose
from atm_service.registers.phones.errors import PhoneCodeOver, PhoneCodeWrong, PhoneNotProved
from atm_service.registers.withdrawals.errors import WalletFrozen, WrongPin
from atm_service.wallet.mending.schemas import NewCardRequest, PinResetRequest

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])


@router.post("/freeze", status_code=204, responses=refuses(NotFound, FreezeUnchanged, posted=True))
def freeze(customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Freeze the own wallet. No money goes out from this answer on, no code is paid, and every session ends.

    It is thawed at a counter alone, in person.
    """
    with context.transaction() as session:
        mending.freeze(session, context, customer, customer.subject, now, frozen=True)
    return Response(status_code=204)


@router.post(
    "/pin/reset",
    status_code=204,
    responses=refuses(
        ApplicantRefused,
        NotFound,
        PhoneCodeOver,
        PhoneCodeWrong,
        TooManyAttempts,
        PhoneNotProved,
        FaceNotMatched,
        WalletFrozen,
        PinWeak,
        signed_in=False,
        posted=True,
    ),
)
def reset_pin(body: PinResetRequest, context: InContext, now: InNow) -> Response:
    """Set a forgotten PIN anew, by a code that came to the wallet's phone and the face. Every session ends.

    The code is of purpose `pin-reset`. Of an answer that was lost: the new PIN is tried at the sign-in.
    """
    fingerprint = at_rest.phone_print(context.cipher, domain.mobile_number(body.phone))
    mending.prove_code(context, body.sent, Purpose.PIN_RESET, fingerprint, now)
    with context.transaction() as session:
        customer = customers.find_by_phone(session, fingerprint)
    if customer is None:  # the account has another number by now
        raise PhoneNotProved
    mending.prove_face(context, customer, mending.WALLET, body.face_capture, str(body.code_id), now)
    now = context.clock()
    with context.transaction() as session:
        mending.reset_pin(session, context, None, customer.id, body.code_id, body.new_pin, now)
    return Response(status_code=204)


@router.post(
    "/card",
    status_code=204,
    responses=refuses(
        NotFound, TooManyAttempts, WrongPin, ApplicantRefused, FaceNotMatched, WalletFrozen, posted=True
    ),
)
def verify_card(body: NewCardRequest, customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Have another identity card verified, by the PIN and the face, where the one that is known has expired.

    Harmless to repeat: with the same card the same picture is good again.
    """
    mending.verify_card(context, customer, body.pin, body.texts, body.face_capture, now)
    return Response(status_code=204)
