"""Add staff and let them sign in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, hashing, ids, standing, trail, visitors
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.platform.sessions import service as sessions
from atm_service.platform.sessions.domain import Tokens
from atm_service.platform.visitors import Visitor
from atm_service.registers.customers.errors import SessionEnded, WrongCredentials
from atm_service.registers.offices import store as offices
from atm_service.registers.offices.domain import Office
from atm_service.registers.offices.errors import OfficeUnknown
from atm_service.registers.staff import domain, passkeys, passwords, second_factor, store
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.errors import (
    AddedAlone,
    AreaWrong,
    NotFirst,
    OfficeMissing,
    PasswordMustBeChanged,
    SecondFactorNeeded,
    SecondFactorStands,
    UsernameTaken,
)
from atm_service.registers.staff.second_factor import Offer
from atm_service.registers.staff.store import Member, MemberLeave
from atm_service.registers.units import store as units

_NOTHING: Final = (
    "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  # a salt, and no password's hash
)


def add(
    session: Connection,
    hasher: PasswordHasher,
    username: str,
    password: str,
    role: Role,
    office: str | None,
    display_name: str,
    now: datetime,
    area: str | None = None,
    *,
    by: Caller | None = None,
    leave: MemberLeave | None = None,
) -> UUID:
    """Add a member of the staff; give the id. Raises a `StaffInvalid` that says what is wrong.

    A supervisor of an `area` looks after its offices and those of areas below it; without one, after all. Nobody in
    particular (`by`) adds a demonstration's. Whoever is added by another has a first password, good for choosing an
    own one. Who is to decide for others is added by `leave` alone, which raises.
    """
    domain.check(username, role, office, display_name)
    place = None if office is None else offices.find(session, office)
    passwords.check(password, username, display_name, office, place.name if place else None)
    today = ledger.business_date(now)
    if area is not None and (role != "supervisor" or not units.has_area(session, area, today)):
        raise AreaWrong(AreaWrong.__doc__)
    if office is not None and place is None:
        raise OfficeMissing(OfficeMissing.__doc__)
    member_id = ids.new(now)
    member = Member(
        id=member_id,
        username=username,
        password_hash=hashed(hasher, password),
        display_name=display_name,
        role=role,
        office=office,
        office_name=None,
        active=True,
        area=area,
        must_change=by is not None,
    )
    proposer = None
    if by is not None:
        standing.keep(session, by)
        if role in domain.DECIDING:
            if leave is None:
                raise AddedAlone(AddedAlone.__doc__)
            proposer = leave(session, member_id)
    if not store.add(session, member, now):
        raise UsernameTaken(UsernameTaken.__doc__)
    detail = {"role": role, "office": office, **domain.proposed(proposer)}
    trail.record(session, now, "staff.added", member_id, by, detail)
    return member_id


def add_first(
    session: Connection,
    hasher: PasswordHasher,
    username: str,
    password: str,
    display_name: str,
    now: datetime,
) -> UUID:
    """Add one of the two operators who add all others, in nobody's name; never again. Raises a `StaffInvalid`."""
    store.take_first_turn(session)
    if store.number(session) >= domain.FIRST:
        raise NotFirst(NotFirst.__doc__)
    return add(session, hasher, username, password, "operator", None, display_name, now)


def sign_in(
    context: Context,
    username: str,
    password: str,
    code: str | None,
    visitor: Visitor,
    device: str | None,
    now: datetime,
) -> tuple[Tokens, Member]:
    """Open a session for whoever knows the password of this user name, and has the second factor if one is asked for.

    `device` is the sign that an earlier session has given. Raises `WrongCredentials`, `TooManyAttempts`,
    `PasswordMustBeChanged`, and what `second_factor.prove` raises. A passkey may sign what is asked then, instead.
    """
    member = _admitted(proved(context, username, password, visitor, device, now))
    try:
        second_factor.prove(context, member, code, now)
    except SecondFactorNeeded:
        asked = passkeys.ask(context, member.caller, passkeys.SIGN_IN, now)
        raise SecondFactorNeeded(passkey=asked) from None
    return _opened(context, member, now)


def sign_in_by_passkey(
    context: Context, username: str, answer: passkeys.Answer, now: datetime
) -> tuple[Tokens, Member]:
    """Open a session for whoever has proved the password, and whose passkey has signed what was asked then.

    Raises `WrongCredentials` for an answer to what nobody of this name was asked, `PasskeyWrong` and `TooManyAttempts`.
    """
    with context.transaction() as session:
        asked = passkeys.asked(session, answer)
        member = None if asked is None else store.find(session, asked)
    if member is None or not member.active or member.must_change or member.username != username:
        raise WrongCredentials
    passkeys.prove(context, member.caller, passkeys.SIGN_IN, answer, now)
    return _opened(context, member, now)


def _opened(context: Context, member: Member, now: datetime) -> tuple[Tokens, Member]:
    with context.transaction() as session:
        if store.hold(session, member.id) != member:
            raise WrongCredentials  # switched off, moved or reset a moment ago: the next try tells
        trail.record(session, now, "session.opened", member.id, member.caller)
        tokens = sessions.open(session, context, member.caller, now)
    return replace(tokens, device=visitors.sign(context.cipher, str(member.id), _place(member))), member


def ask_to_add_passkey(context: Context, who: Caller, code: str | None, now: datetime) -> dict[str, Any]:
    """Give whoever is signed in, and shows a code of the authenticator now, what a browser makes a passkey from.

    Raises as `second_factor.prove` does, and `PasskeysFull`.
    """
    with context.transaction() as session:
        member = store.find(session, who.subject)
    if member is None:
        raise NotFound
    second_factor.prove(context, member, code, now)
    return passkeys.ask_to_add(context, who, member.username, now)


def prove_again(
    context: Context,
    who: Caller,
    code: str | None,
    answer: passkeys.Answer | None,
    purpose: str,
    now: datetime,
) -> None:
    """Return when whoever is signed in proves the second factor now: a passkey signs for this purpose, or by the code.

    Raises as `passkeys.prove` and `second_factor.prove` do.
    """
    if answer is not None:
        return passkeys.prove(context, who, purpose, answer, now)
    with context.transaction() as session:
        member = store.find(session, who.subject)
    if member is None:
        raise NotFound
    return second_factor.prove(context, member, code, now)


def offer_second_factor(
    context: Context, username: str, password: str, visitor: Visitor, device: str | None, now: datetime
) -> Offer:
    """Give whoever knows the password a secret for an authenticator. Raises `SecondFactorStands` where one is there."""
    member = _admitted(proved(context, username, password, visitor, device, now))
    with context.transaction() as session:
        if store.lock(session, member.id) != member:
            raise WrongCredentials
        offer = second_factor.offer(session, context, member, now)
    if offer is None:
        raise SecondFactorStands
    return offer


def prove(context: Context, username: str, password: str, witness: Caller, now: datetime) -> Caller:
    """Tell who knows the password of this user name, without a session: a colleague at the same counter.

    Raises the same as the sign-in. The guesses are counted as `witness`'s, who is signed in: nobody shuts a
    colleague's door for others.
    """
    return _admitted(
        _proved(context, username, password, Visitor(None), lambda _: str(witness.subject), now)
    ).caller


def _admitted(member: Member) -> Member:
    if member.must_change:
        raise PasswordMustBeChanged
    return member


def proved(
    context: Context, username: str, password: str, visitor: Visitor, device: str | None, now: datetime
) -> Member:
    """Find whoever knows the password of this user name.

    Raises `WrongCredentials`, the same and after the same work whether the name is known or not, and
    `TooManyAttempts`.
    """

    def giver_of(member: Member | None) -> str | None:
        return None if member is None else visitors.giver_of(context.cipher, device, _place(member))

    return _proved(context, username, password, visitor, giver_of, now)


def _proved(
    context: Context,
    username: str,
    password: str,
    visitor: Visitor,
    giver_of: Callable[[Member | None], str | None],
    now: datetime,
) -> Member:
    name = context.cipher.fingerprint(username, "user name").hex()
    door = attempts.STAFF_SIGN_IN
    with visitors.named(name):
        with context.transaction() as session:
            member = store.find_by_username(session, username)
            giver = giver_of(member)
            visitors.refuse_when_shut(session, door, name, visitor, giver, now)
        # Outside any transaction: slow on purpose, and a database connection must not wait for it. Those who came
        # together are counted one by one below, and refused there, right or wrong, once the door is shut.
        right = _is_password(context.hasher, member, password, known=giver is not None)
        if not visitors.guess(context, door, name, visitor, giver, now, lambda _: right) or member is None:
            raise WrongCredentials
    return member


def _place(member: Member) -> str:
    """Give what a device is known for: a clerk's, for all of the office; any other's, for its owner."""
    return f"office {member.office}" if member.role == "clerk" else f"member {member.username}"


def refresh(context: Context, refresh_token: str, now: datetime) -> tuple[Tokens, Member]:
    """Give the next tokens of a session, with today's role and office. Raises `SessionEnded`."""
    with context.transaction() as session:
        tokens = sessions.refresh(session, context, refresh_token, "staff", _who, now)
        member = None if tokens is None else store.find(session, tokens.caller.subject)
    if tokens is None or member is None:  # raised only now: an ended session must be committed as such
        raise SessionEnded
    return tokens, member


def hashed(hasher: PasswordHasher, password: str) -> str:
    """Give what is kept of a password. Slow on purpose, and in a queue: call it where nobody waits for a lock."""
    with hashing.turn(known=True):
        return hasher.hash(password)


def _is_password(hasher: PasswordHasher, member: Member | None, password: str, *, known: bool) -> bool:
    active = member if member is not None and member.active else None
    try:
        with hashing.turn(known=known):
            hasher.verify(active.password_hash if active else _of_nobody(hasher), password)
    except VerifyMismatchError:
        return False
    return active is not None


def _of_nobody(hasher: PasswordHasher) -> str:
    """Give what is compared for an unknown user name, so that it costs what a known one costs."""
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${_NOTHING}"


def _who(session: Connection, id: UUID) -> Caller | None:
    member = store.find(session, id)
    return member.caller if member and member.active else None


def scope(session: Connection, overseer: Caller) -> str | None:
    """Give the area that a supervisor looks after; None: the whole province, as every operator's.

    Raises `NotFound` for nobody.
    """
    member = store.find(session, overseer.subject)
    if member is None or not member.active:
        raise NotFound
    return member.area


def looks_after(session: Connection, caller: Caller, office: str, day: date) -> bool:
    """Tell whether an office is a clerk's own, or one of those that a supervisor or operator looks after on a day.

    Raises `NotFound` for one of these who is nobody any more.
    """
    if caller.role == "clerk":
        return office == caller.office
    area = scope(session, caller)
    return area is None or units.looks_after(session, area, office, day)


def office_in_scope(session: Connection, overseer: Caller, code: str, day: date) -> Office:
    """Find an office that a supervisor or operator looks after on a day. Raises `OfficeUnknown` for any other."""
    office = offices.find(session, code)
    if office is None or not looks_after(session, overseer, code, day):
        raise OfficeUnknown
    return office
