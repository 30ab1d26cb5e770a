"""Who is calling: a bearer token, verified once, with the role that a route asks for."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import exc

from atm_service.platform import standing
from atm_service.platform.context import Context
from atm_service.platform.keys.domain import KeySet
from atm_service.platform.keys.tokens import Audience, Caller, Role, verify_access
from atm_service.platform.refusals import Forbidden, Unauthenticated, Unavailable

RETRY_AFTER_S: Final = 2

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token from a session")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


async def _keys(context: Context, now: datetime) -> KeySet:
    """Give the keys at once where they are at hand; read them in a thread where they are not."""
    cached = context.keys.cached(now)
    return cached if cached is not None else await run_in_threadpool(context.keys.at, now)


async def _verified(request: Request, context: Context, audience: Audience, now: datetime) -> Caller:
    """Give whom the request's token names. Raises `Unauthenticated`."""
    token = _token(request)
    keys = await _keys(context, now)
    try:
        return verify_access(token, keys, audience, now)
    except Unauthenticated:
        # Another process may have signed it with a key that this one has not read yet.
        keys = await run_in_threadpool(context.keys.newest, now)
        return verify_access(token, keys, audience, now)


def is_staff(request: Request, context: Context, now: datetime) -> bool:
    """Tell at once whether the request carries a token of the staff. It decides who waits, and nothing else."""
    keys = context.keys.cached(now)
    try:
        return keys is not None and bool(verify_access(_token(request), keys, "staff", now))
    except Unauthenticated:
        return False


async def role(request: Request, context: Context, now: datetime) -> Role | None:
    """Tell the role of a member of the staff before anything else of the request is read; None: nobody's.

    Raises `Unavailable` where the keys cannot be read.
    """
    try:
        return (await _verified(request, context, "staff", now)).role
    except Unauthenticated:
        return None
    except (exc.DBAPIError, exc.TimeoutError):
        raise Unavailable(retry_after_s=RETRY_AFTER_S) from None


def _caller(audience: Audience, *roles: Role, at_door: bool = True) -> Callable[..., Awaitable[Caller]]:
    """Make the dependency. `at_door`: ask now whether the rights are still the token's; else the use case does."""

    async def dependency(request: Request, _documented: _Credentials = None) -> Caller:
        context: Context = request.app.state.context
        now: datetime = request.state.now
        caller = await _verified(request, context, audience, now)
        request.state.caller = caller  # before the refusal, whose row in the trail names the caller
        if caller.role not in roles:
            raise Forbidden(role=caller.role, needs=list(roles))
        if at_door:
            await run_in_threadpool(standing.check, context, caller)
        if caller.role == "clerk" and caller.office is not None:
            context.contacts.note(caller.office, now)
        return caller

    return dependency


def _token(request: Request) -> str:
    """Give the bearer token (RFC 6750, section 2.1). Raises `Unauthenticated` without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return token


InCustomer = Annotated[Caller, Depends(_caller("wallet", "customer"))]
InCustomerLocked = Annotated[Caller, Depends(_caller("wallet", "customer", at_door=False))]
"""On the road of a withdrawal, where the customer is locked with the generation."""
InClerk = Annotated[Caller, Depends(_caller("staff", "clerk"))]
InClerkAtDrawer = Annotated[Caller, Depends(_caller("staff", "clerk", at_door=False))]
"""On the road of a payment, where the shift is asked for with the clerk's generation."""
InSupervisor = Annotated[Caller, Depends(_caller("staff", "supervisor"))]
InAuditor = Annotated[Caller, Depends(_caller("staff", "auditor"))]
InOverseer = Annotated[Caller, Depends(_caller("staff", "supervisor", "operator"))]
InWithFactor = Annotated[Caller, Depends(_caller("staff", "supervisor", "operator", "auditor"))]
"""Whoever signs in with a second factor."""
InOperator = Annotated[Caller, Depends(_caller("staff", "operator"))]
