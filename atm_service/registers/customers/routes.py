"""The wallet's applications, sessions and account."""

from uuid import UUID

from fastapi import APIRouter, Response

import ledger
from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.platform.sessions import service as sessions
from atm_service.platform.sessions.schemas import RefreshRequest, Session, SessionsView, SessionView
from atm_service.platform.visitors import InVisitor
from atm_service.registers.customers import domain, onboarding, service
from atm_service.registers.customers.errors import ApplicantRefused, PinWeak, SessionEnded, WrongCredentials
from atm_service.registers.customers.schemas import (
    AccountView,
    ApplicationRequest,
    ApplicationView,
    PhoneCodeRequest,
    PhoneCodeView,
    PhoneProofRequest,
    PinRequest,
    SignInRequest,
)
from atm_service.registers.phones import service as phones
from atm_service.registers.phones.domain import Purpose
from atm_service.registers.phones.errors import PhoneCodeOver, PhoneCodeWrong, PhoneNotProved
from atm_service.registers.withdrawals.errors import WalletFrozen, WrongPin

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])


@router.post(
    "/phone-codes",
    status_code=201,
    responses=refuses(ApplicantRefused, TooManyAttempts, signed_in=False, posted=True),
)
def ask_phone_code(
    body: PhoneCodeRequest, visitor: InVisitor, context: InContext, now: InNow
) -> PhoneCodeView:
    """Have a code sent to a phone. The answer is the same whether the number is known or not: the message says it."""
    purpose, mobile = Purpose(body.purpose), domain.mobile_number(body.phone)
    return PhoneCodeView.of(onboarding.ask_phone(context, purpose, mobile, visitor, now))


@router.post(
    "/phone-codes/{id}/proof",
    status_code=204,
    responses=refuses(NotFound, PhoneCodeWrong, PhoneCodeOver, signed_in=False, posted=True),
)
def prove_phone(id: UUID, body: PhoneProofRequest, context: InContext, now: InNow) -> Response:
    """Give the digits of the message. From then on the code's id proves the number, once. Harmless to repeat."""
    phones.prove(context, id, body.code, now)
    return Response(status_code=204)


@router.post(
    "/applications",
    status_code=201,
    responses=refuses(ApplicantRefused, PhoneNotProved, TooManyAttempts, signed_in=False, posted=True),
)
def apply(body: ApplicationRequest, visitor: InVisitor, context: InContext, now: InNow) -> ApplicationView:
    """Apply for an account. `pending`: the eKYC provider has not answered yet; look again later."""
    applicant = domain.applicant(
        body.full_name,
        body.date_of_birth,
        body.id_number,
        body.phone,
        body.pin,
        age_min=context.policy.person.age_min,
        today=ledger.business_date(now),
        texts=body.texts,
        old_number=body.old_id_number,
    )
    made = onboarding.apply(context, applicant, body.capture, body.phone_proof, visitor, now)
    return ApplicationView.of(made, context.settings.hotline)


@router.get("/applications/{id}", responses=refuses(NotFound, signed_in=False))
def application(id: UUID, context: InContext) -> ApplicationView:
    """Tell where an application stands. Its id is known only to whoever applied."""
    with context.reading() as session:
        found = onboarding.found(session, id)
    return ApplicationView.of(found, context.settings.hotline)


@router.post(
    "/sessions",
    status_code=201,
    responses=refuses(WrongCredentials, TooManyAttempts, signed_in=False, posted=True),
)
def sign_in(body: SignInRequest, visitor: InVisitor, context: InContext, now: InNow) -> Session:
    """Sign in by phone number and PIN."""
    return Session.of(service.sign_in(context, body.phone, body.pin, visitor, body.device, now, body.label))


@router.post(
    "/sessions/refresh", status_code=201, responses=refuses(SessionEnded, signed_in=False, posted=True)
)
def refresh(body: RefreshRequest, context: InContext, now: InNow) -> Session:
    """Get the next tokens. A refresh token is good once: used again, it ends the whole session.

    Not when an answer was lost: within sixty seconds, and until the next token is used, it gets the same next token.
    """
    return Session.of(service.refresh(context, body.refresh_token, now))


@router.post("/sessions/end", status_code=204, responses=refuses(signed_in=False, posted=True))
def sign_out(body: RefreshRequest, context: InContext, now: InNow) -> Response:
    """Sign out. Harmless to repeat."""
    with context.transaction() as session:
        sessions.end(session, body.refresh_token, "wallet", now)
    return Response(status_code=204)


@router.get("/sessions", responses=refuses())
def live_sessions(customer: InCustomer, context: InContext, now: InNow) -> SessionsView:
    """List where the customer is signed in, newest first."""
    with context.reading() as session:
        items = service.live_sessions(session, customer.subject, now)
    return SessionsView(items=[SessionView.of(one) for one in items])


@router.post("/sessions/{id}/end", status_code=204, responses=refuses(NotFound, posted=True))
def end_session(id: UUID, customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Sign out on one device, this one or another; what the others hold is renewed by itself."""
    with context.transaction() as session:
        service.end_session(session, customer, id, now)
    return Response(status_code=204)


@router.post(
    "/pin",
    status_code=201,
    responses=refuses(WrongPin, TooManyAttempts, PinWeak, WalletFrozen, NotFound, posted=True),
)
def change_pin(body: PinRequest, customer: InCustomer, context: InContext, now: InNow) -> Session:
    """Change the PIN. Every session ends, on all devices; the answer is a new one."""
    return Session.of(service.change_pin(context, customer, body.pin, body.new_pin, body.label, now))


@router.post("/sessions/end-all", status_code=204, responses=refuses(NotFound, posted=True))
def sign_out_everywhere(customer: InCustomer, context: InContext, now: InNow) -> Response:
    """Sign out on every device, this one too: no token of before is worth anything. For a lost phone."""
    with context.transaction() as session:
        service.sign_out_everywhere(session, customer, now)
    return Response(status_code=204)


@router.get("/account", responses=refuses(NotFound))
def account(customer: InCustomer, context: InContext, now: InNow) -> AccountView:
    """Show the wallet: available money, held money, limits."""
    with context.reading() as session:
        shown = service.account(session, context, customer.subject, now)
    return AccountView.of(shown, context.settings.hotline)
