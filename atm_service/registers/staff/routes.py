"""Staff sessions, and the supervisors' review of applications."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from atm_service.platform import paging
from atm_service.platform.callers import InSupervisor, InWithFactor
from atm_service.platform.context import InContext, InNow
from atm_service.platform.idempotency import InKey
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.platform.sessions import service as sessions
from atm_service.platform.sessions.schemas import RefreshRequest
from atm_service.platform.visitors import InVisitor
from atm_service.registers.customers import onboarding
from atm_service.registers.customers.errors import AlreadyDecided, SessionEnded, WrongCredentials
from atm_service.registers.customers.schemas import ApplicationView
from atm_service.registers.staff import passkey_store, passkeys, rights, service
from atm_service.registers.staff.errors import (
    PasskeysFull,
    PasskeyWrong,
    PasswordCommon,
    PasswordMustBeChanged,
    PasswordUnfit,
    SecondFactorNeeded,
    SecondFactorStands,
    SecondFactorToEnrol,
    SecondFactorWrong,
)
from atm_service.registers.staff.schemas import (
    ApplicationInReview,
    DecisionRequest,
    PasskeyOffer,
    PasskeyOfferRequest,
    PasskeyRequest,
    Passkeys,
    PasskeySignInRequest,
    PasskeyView,
    PasswordRequest,
    SecondFactorOffer,
    SecondFactorRequest,
    StaffSession,
    StaffSignInRequest,
)

router = APIRouter(prefix="/staff/v1", tags=["staff"])

_FACTOR = (SecondFactorNeeded, SecondFactorWrong)


@router.post(
    "/sessions",
    status_code=201,
    responses=refuses(
        WrongCredentials,
        TooManyAttempts,
        PasswordMustBeChanged,
        SecondFactorToEnrol,
        *_FACTOR,
        signed_in=False,
        posted=True,
    ),
)
def sign_in(body: StaffSignInRequest, visitor: InVisitor, context: InContext, now: InNow) -> StaffSession:
    """Sign in by user name and password; whoever decides for others by a passkey or the authenticator's code too."""
    who = (body.username, body.password, body.code)
    return StaffSession.of_member(*service.sign_in(context, *who, visitor, body.device, now))


@router.post(
    "/sessions/refresh", status_code=201, responses=refuses(SessionEnded, signed_in=False, posted=True)
)
def refresh(body: RefreshRequest, context: InContext, now: InNow) -> StaffSession:
    """Get the next tokens. A refresh token is good once: used again, it ends the whole session.

    Not when an answer was lost: within sixty seconds, and until the next token is used, it gets the same next token.
    """
    return StaffSession.of_member(*service.refresh(context, body.refresh_token, now))


@router.post("/sessions/end", status_code=204, responses=refuses(signed_in=False, posted=True))
def sign_out(body: RefreshRequest, context: InContext, now: InNow) -> Response:
    """Sign out. Harmless to repeat."""
    with context.transaction() as session:
        sessions.end(session, body.refresh_token, "staff", now)
    return Response(status_code=204)


@router.post(
    "/password",
    name="choose_password",
    status_code=204,
    responses=refuses(
        WrongCredentials,
        TooManyAttempts,
        PasswordUnfit,
        PasswordCommon,
        *_FACTOR,
        signed_in=False,
        posted=True,
    ),
)
def choose_password(body: PasswordRequest, visitor: InVisitor, context: InContext, now: InNow) -> Response:
    """Choose another password, knowing the one of now. Every session ends; sign in anew."""
    rights.choose_password(
        context, body.username, body.password, body.code, body.new_password, visitor, body.device, now
    )
    return Response(status_code=204)


@router.post(
    "/second-factor",
    name="offer_second_factor",
    status_code=201,
    responses=refuses(
        WrongCredentials,
        TooManyAttempts,
        PasswordMustBeChanged,
        SecondFactorStands,
        signed_in=False,
        posted=True,
    ),
)
def offer_second_factor(
    body: SecondFactorRequest, visitor: InVisitor, context: InContext, now: InNow
) -> SecondFactorOffer:
    """Get a secret for an authenticator, and enrol it by signing in with its code. Asked twice, the last counts."""
    offer = service.offer_second_factor(context, body.username, body.password, visitor, body.device, now)
    return SecondFactorOffer(secret=offer.secret, uri=offer.uri)


@router.post(
    "/sessions/passkey",
    name="sign_in_by_passkey",
    status_code=201,
    responses=refuses(WrongCredentials, TooManyAttempts, PasskeyWrong, signed_in=False, posted=True),
)
def sign_in_by_passkey(body: PasskeySignInRequest, context: InContext, now: InNow) -> StaffSession:
    """Sign in by a passkey, which `second-factor-needed` has asked after the right password: good once."""
    return StaffSession.of_member(
        *service.sign_in_by_passkey(context, body.username, body.passkey.json_of(), now)
    )


@router.get("/passkeys", responses=refuses())
def own_passkeys(member: InWithFactor, context: InContext) -> Passkeys:
    """List one's own passkeys."""
    with context.reading() as session:
        found = passkey_store.of(session, member.subject)
    return Passkeys(items=[PasskeyView.of(one) for one in found], rp=context.settings.passkey_rp)


@router.post(
    "/passkeys/options",
    name="ask_to_add_passkey",
    status_code=201,
    responses=refuses(TooManyAttempts, SecondFactorToEnrol, PasskeysFull, *_FACTOR, posted=True),
)
def ask_to_add_passkey(
    body: PasskeyOfferRequest, member: InWithFactor, context: InContext, now: InNow
) -> PasskeyOffer:
    """Get what the browser makes a passkey from, for the authenticator's code of now."""
    return PasskeyOffer(options=service.ask_to_add_passkey(context, member, body.code, now))


@router.post(
    "/passkeys",
    name="add_passkey",
    status_code=201,
    responses=refuses(TooManyAttempts, PasskeyWrong, PasskeysFull, posted=True),
)
def add_passkey(body: PasskeyRequest, member: InWithFactor, context: InContext, now: InNow) -> PasskeyView:
    """Add the passkey that the browser has made."""
    return PasskeyView.of(passkeys.add(context, member, body.name, body.passkey.json_of(), now))


@router.post(
    "/passkeys/{id}/removal", name="remove_passkey", status_code=204, responses=refuses(NotFound, posted=True)
)
def remove_passkey(id: UUID, member: InWithFactor, context: InContext, now: InNow) -> Response:
    """Remove one of one's own passkeys."""
    with context.transaction() as session:
        passkeys.remove(session, member, id, now)
    return Response(status_code=204)


@router.get("/applications", responses=refuses(NotFound))
def applications(
    supervisor: InSupervisor,
    context: InContext,
    status: Annotated[Literal["review"], Query()] = "review",  # noqa: ARG001  the only list there is so far
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[ApplicationInReview]:
    """List the applications that wait for a person, newest first.

    They are the whole province's: nobody knows where an applicant lives, so a supervisor of an area has none.
    """
    before = paging.read_id(cursor)
    with context.reading() as session:
        province = service.scope(session, supervisor) is None
        found = onboarding.in_review(session, before, limit + 1) if province else []
    return paging.page(
        found, limit, lambda one: ApplicationInReview.of(one, onboarding.identity_of(context, one))
    )


@router.post(
    "/applications/{id}/decision",
    response_model=ApplicationView,
    responses=refuses(NotFound, AlreadyDecided, keyed=True),
)
def decide(
    id: UUID, body: DecisionRequest, supervisor: InSupervisor, key: InKey, context: InContext, now: InNow
) -> Response:
    """Decide an application in review, by a supervisor of the whole province.

    Approved, it may still end as `rejected`: see its reasons. It stays in `review`, with a reason more, where the watch
    list or another application says what nobody was told of yet.
    """
    approve = body.decision == "approve"
    screened = onboarding.screen_again(context, id, now) if approve else None

    def work(session: Connection) -> ApplicationView:
        if service.scope(session, supervisor) is not None:
            raise NotFound
        decided = onboarding.decide(
            session,
            context,
            id,
            approve=approve,
            screened=screened,
            note=body.reason,
            supervisor=supervisor,
            now=now,
        )
        return ApplicationView.of(decided, context.settings.hotline)

    return context.once(key, 200, work)
