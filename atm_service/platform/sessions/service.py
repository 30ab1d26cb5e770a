"""Open, refresh and end a session. Used by `customers` and `staff`, who know whether a person may sign in."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from atm_service.platform import ids, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Audience, Caller, issue_access
from atm_service.platform.sessions import store
from atm_service.platform.sessions.domain import REFRESH_TOKEN_BYTES, Tokens, hash_of, successor_of

KEPT_FOR: Final = timedelta(days=30)  # after its end, so that a late re-use can still be looked into
LOST_FOR: Final = timedelta(seconds=60)  # how long a used refresh token still gets the answer that was lost

Who = Callable[[Connection, UUID], Caller | None]


def open(
    session: Connection, context: Context, caller: Caller, now: datetime, label: str | None = None
) -> Tokens:
    """Open a session for somebody whose PIN or password was right, on a device that calls itself `label`."""
    session_id = ids.new(now)
    expires_at = now + _lifetime(context, caller.audience)
    store.add(session, session_id, caller.subject, caller.audience, label, expires_at, now)
    token = secrets.token_urlsafe(REFRESH_TOKEN_BYTES)
    store.add_token(session, session_id, hash_of(token), now)
    return _tokens(context, session_id, caller, token, now)


def refresh(
    session: Connection, context: Context, refresh_token: str, audience: Audience, who: Who, now: datetime
) -> Tokens | None:
    """Give new tokens for a refresh token, which is used up by this.

    A used token that comes again while its successor is unused and the first use is a short while ago gets the
    same successor: an answer was lost, or two asked at once. Later it was copied by somebody, so the whole session
    ends, and the caller must therefore *commit* before refusing. None: ended so, unknown or too old. `who` gives
    what the subject may do now, or None when nothing any more.
    """
    used = hash_of(refresh_token)
    found = store.find_live(session, used, audience, now)
    if found is None:
        return None
    # Held so, nobody ends the session or changes the rights; somebody may just have done so.
    standing.hold(session, found.subject)
    if store.find_live(session, used, audience, now) is None:
        return None
    caller = who(session, found.subject)
    successor = successor_of(refresh_token, context.cipher)
    may_follow = _follow(session, found.id, refresh_token, successor, now)
    if caller is None or not may_follow:
        store.end(session, found.id, now)
        reason = "not-allowed-any-more" if may_follow else "refresh-token-used-twice"
        trail.record(session, now, "session.ended", found.subject, None, {"reason": reason})
        return None
    return _tokens(context, found.id, caller, successor, now)


def end(session: Connection, refresh_token: str, audience: Audience, now: datetime) -> None:
    """Sign out. Harmless for a token that is unknown or ended.

    Access tokens of before are worth nothing at the doors that compare generations; other devices renew theirs.
    """
    found = store.find_live(session, hash_of(refresh_token), audience, now)
    if found is not None:
        standing.lock(session, found.subject)
        store.end(session, found.id, now)
        standing.change(session, found.subject)


def end_one(session: Connection, subject: UUID, id: UUID, now: datetime) -> bool:
    """End one session of somebody, with every access token that is about; False when there is none of theirs."""
    standing.lock(session, subject)
    ended = store.end_one(session, subject, id, now)
    if ended:
        standing.change(session, subject)
    return ended


def end_all(session: Connection, subject: UUID, now: datetime) -> int:
    """End every session of somebody; give how many were live."""
    return store.end_all(session, subject, now)


def forget_old(session: Connection, now: datetime) -> int:
    """Drop sessions that are long over; give how many. For housekeeping."""
    return store.forget(session, now - KEPT_FOR)


def _lifetime(context: Context, audience: Audience) -> timedelta:
    if audience == "staff":
        return timedelta(hours=context.settings.staff_session_hours)
    return timedelta(days=context.settings.wallet_session_days)


def _follow(session: Connection, id: UUID, refresh_token: str, successor: str, now: datetime) -> bool:
    """Use a token up for its successor, or find that this was done a moment ago and is not known to have arrived."""
    used, following = hash_of(refresh_token), hash_of(successor)
    if not store.use(session, used, now):
        return store.is_lost_answer(session, used, following, now - LOST_FOR)
    store.add_token(session, id, following, now)
    return True


def _tokens(context: Context, session_id: UUID, caller: Caller, refresh_token: str, now: datetime) -> Tokens:
    lifetime = context.settings.access_lifetime
    access_token = issue_access(
        context.keys.at(now),
        caller.subject,
        caller.audience,
        caller.role,
        caller.office,
        now,
        lifetime,
        caller.generation,
    )
    seconds = int(lifetime.total_seconds())
    return Tokens(session_id, caller, access_token, seconds, refresh_token, context.settings.idle_minutes)
