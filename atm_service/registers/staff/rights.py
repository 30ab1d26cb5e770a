"""Switch staff off and on, move them, give them another role or a first password; tokens of before end with it.

A supervisor does it to the clerks of their own offices, an operator to everybody, nobody to themselves. Roles are the
operator's to give.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.platform.sessions import service as sessions
from atm_service.platform.visitors import Visitor
from atm_service.registers.customers.errors import WrongCredentials
from atm_service.registers.staff import passwords, second_factor, service, store
from atm_service.registers.staff.domain import DECIDING, Role, proposed
from atm_service.registers.staff.errors import (
    OwnRights,
    PasswordCommon,
    PasswordGuessable,
    PasswordTooShort,
    PasswordUnfit,
    PlaceUnfit,
    RightsUnchanged,
)
from atm_service.registers.staff.store import Member, MemberLeave
from atm_service.registers.units import store as units

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # 32, without those that look alike


def switch(session: Connection, by: Caller, id: UUID, reason: str, now: datetime, *, active: bool) -> Member:
    """Switch a member off or on. Off, every session and token ends with this commit; a shift waits for a take-over.

    Raises `NotFound`, `OwnRights` and `RightsUnchanged`.
    """
    member = _locked(session, by, id, now)
    if member.active is active:
        raise RightsUnchanged
    deed = "staff.switched-on" if active else "staff.switched-off"
    return _changed(session, by, replace(member, active=active), deed, {"reason": reason}, now)


def move(session: Connection, by: Caller, id: UUID, office: str, reason: str, now: datetime) -> Member:
    """Move a clerk to another office, which a supervisor must look after as well.

    Raises `NotFound`, `OwnRights`, `OfficeUnknown` and `RightsUnchanged`.
    """
    member = _locked(session, by, id, now)
    if member.role != "clerk":
        raise NotFound
    service.office_in_scope(session, by, office, ledger.business_date(now))
    if member.office == office:
        raise RightsUnchanged
    detail = {"from": member.office, "to": office, "reason": reason}
    return _changed(session, by, replace(member, office=office), "staff.moved", detail, now)


def change_role(
    session: Connection,
    by: Caller,
    id: UUID,
    role: Role,
    place: str | None,
    reason: str,
    now: datetime,
    leave: MemberLeave,
) -> Member:
    """Give a member another role, by an operator. `place`: a clerk's office, or a supervisor's area.

    By `leave` where the member is, or is to be, one who decides for others.

    Raises `NotFound`, `OwnRights`, `PlaceUnfit`, `OfficeUnknown` and `RightsUnchanged`.
    """
    member = _locked(session, by, id, now)
    office, area = (place, None) if role == "clerk" else (None, place)
    today = ledger.business_date(now)
    if (role == "clerk") is not (office is not None) or (area is not None and role != "supervisor"):
        raise PlaceUnfit
    if area is not None and not units.has_area(session, area, today):
        raise PlaceUnfit
    if office is not None:
        service.office_in_scope(session, by, office, today)
    if (member.role, member.office, member.area) == (role, office, area):
        raise RightsUnchanged
    fresh = replace(member, role=role, office=office, area=area)
    detail = {"from": member.role, "to": role, "office": office, "area": area, "reason": reason}
    by_two = None if DECIDING.isdisjoint({member.role, role}) else leave
    return _changed(session, by, fresh, "staff.role-changed", detail, now, by_two)


def reset(
    context: Context, by: Caller, id: UUID, reason: str, now: datetime, leave: MemberLeave
) -> tuple[Member, str]:
    """Give a member a first password, good only for choosing another; give it to be told, once.

    The second factor goes with the old one: a lost authenticator is replaced in this way. Whoever decides for others is
    reset by `leave`.

    Raises `NotFound` and `OwnRights`.
    """

    def forgetting(session: Connection, id: UUID) -> UUID | None:
        second_factor.forget(session, id)
        return leave(session, id) if fresh.role in DECIDING else None

    password = _first_password()
    kept = service.hashed(context.hasher, password)
    with context.transaction() as session:
        fresh = replace(_locked(session, by, id, now), password_hash=kept, must_change=True)
        detail = {"role": fresh.role, "reason": reason}
        return _changed(session, by, fresh, "staff.reset", detail, now, forgetting), password


def choose_password(
    context: Context,
    username: str,
    password: str,
    code: str | None,
    chosen: str,
    visitor: Visitor,
    device: str | None,
    now: datetime,
) -> None:
    """Let whoever knows a member's password, and has the second factor, choose another; every session of before ends.

    Raises `WrongCredentials`, `TooManyAttempts`, `PasswordUnfit`, `PasswordCommon`, and as `second_factor.prove` does.
    """
    known = service.proved(context, username, password, visitor, device, now)
    second_factor.prove_enrolled(context, known, code, now)
    try:
        passwords.check(chosen, known.username, known.display_name, known.office, known.office_name)
    except PasswordTooShort:
        raise PasswordUnfit from None
    except PasswordGuessable:
        raise PasswordCommon from None
    if secrets.compare_digest(chosen.encode(), password.encode()):
        raise PasswordUnfit
    kept = service.hashed(context.hasher, chosen)
    with context.transaction() as session:
        if store.lock(session, known.id) != known:
            raise WrongCredentials
        fresh = replace(known, password_hash=kept, must_change=False)
        _changed(session, known.caller, fresh, "staff.password-chosen", {}, now)


def _locked(session: Connection, by: Caller, id: UUID, now: datetime) -> Member:
    if id == by.subject:
        raise OwnRights
    member = store.lock(session, id, by)
    if member is None:
        raise NotFound
    if by.role == "supervisor":
        if member.role != "clerk" or member.office is None:
            raise NotFound
        if not service.looks_after(session, by, member.office, ledger.business_date(now)):
            raise NotFound
    return member


def _changed(
    session: Connection,
    by: Caller,
    member: Member,
    deed: str,
    detail: Mapping[str, str | None],
    now: datetime,
    leave: MemberLeave | None = None,
) -> Member:
    store.save(session, member)
    standing.change(session, member.id)
    ended = sessions.end_all(session, member.id, now)
    proposer = leave(session, member.id) if leave else None
    told = {**detail, **proposed(proposer), "sessions_ended": ended}
    trail.record(session, now, deed, member.id, by, told)
    found = store.find(session, member.id)
    assert found is not None
    return found


def _first_password() -> str:
    """Make up 80 bits that can be read aloud."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))
