"""Browser sessions: an opaque random cookie on one side, staff tokens in this process's memory on the other.

Nothing of a session is on disk: after a restart everybody signs in again. The browser never holds a token.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Self, TypeVar

from counter_app import service_api
from counter_app.answers import Presentation, Problem, Shift, Tokens
from counter_app.journal import About, Who
from counter_app.keypads import Papers
from counter_app.service_api import NotSentError, RefusedError, Service, UnreachableError

SESSIONS_MAX: Final = 200
UNLOCKS_MAX: Final = 5  # wrong passwords at a locked desk
PRESENTATIONS_MAX: Final = 10
_COOKIE_BYTES: Final = 32

T = TypeVar("T")


class LockedError(Exception):
    """The desk is locked: nothing is shown or done before its password is typed."""


class SignInAgainError(Exception):
    """The staff session has ended: the person must sign in again."""


@dataclass(frozen=True)
class Presented:
    """A claimed withdrawal on the clerk's desk, and what was refused there last.

    `lease_ends` is by this PC's clock, be it right or wrong.
    """

    presentation: Presentation
    lease_ends: datetime
    refusal: Problem | None = None


@dataclass(frozen=True)
class Stretched:
    """What a password is compared by, in memory alone. Slow on purpose."""

    salt: bytes = field(repr=False)
    stretched: bytes = field(repr=False)

    @classmethod
    def of(cls, password: str) -> Self:
        """Stretch a password."""
        salt = secrets.token_bytes(16)
        return cls(salt, _stretch(password, salt))

    def is_of(self, password: str) -> bool:
        """Tell whether this is the password."""
        return hmac.compare_digest(_stretch(password, self.salt), self.stretched)


@dataclass
class Session:
    """A signed-in person's desk, in memory only. `held` is the secret of the browser's pages, beside the cookie.

    A person was here at `seen_at`. Its pages know it by `mark`.
    """

    cookie: str = field(repr=False)
    held: str = field(repr=False)
    username: str
    tokens: Tokens = field(repr=False)
    expires_at: datetime
    seen_at: datetime
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    shift: Shift | None = None
    presented: dict[str, Presented] = field(default_factory=dict, repr=False)
    papers: Papers = field(default_factory=Papers, repr=False)
    about: dict[str, About] = field(default_factory=dict, repr=False)  # of proposals that were shown here
    frames: list[float] = field(default_factory=list, repr=False)
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    password: Stretched | None = field(default=None, repr=False)  # opens a locked desk
    locked: bool = False
    wrong: int = 0

    @property
    def who(self) -> Who:
        """Whose requests are sent from here."""
        return Who(self.username, self.tokens.office or "", self.shift.drawer if self.shift else 0)

    def remember(self, subject: str, about: About) -> None:
        """Remember what a shown proposal is about; the oldest is forgotten."""
        self.about[subject] = about
        while len(self.about) > PRESENTATIONS_MAX:
            del self.about[next(iter(self.about))]

    def put(self, presented: Presented) -> None:
        """Lay a claimed withdrawal on the desk; the oldest falls off a full one."""
        self.presented.pop(presented.presentation.withdrawal_id, None)
        self.presented[presented.presentation.withdrawal_id] = presented
        while len(self.presented) > PRESENTATIONS_MAX:
            del self.presented[next(iter(self.presented))]


def _stretch(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


class Sessions:
    """Every signed-in browser. `idle` is how long one may rest, `lock_after` how long before it is locked."""

    def __init__(self, idle: timedelta, lock_after: timedelta = timedelta.max) -> None:
        self._idle = idle
        self._lock_after = lock_after
        self._secret = secrets.token_bytes(32)
        self._by_cookie: dict[str, Session] = {}
        self._half: dict[
            tuple[str, str], Stretched
        ] = {}  # by cookie and user name: whose password was right, and whose passkey is still to come

    def new_cookie(self) -> str:
        """Make an opaque cookie."""
        return secrets.token_urlsafe(_COOKIE_BYTES)

    def keep_half(self, cookie: str, username: str, password: Stretched) -> None:
        """Keep the password of half a sign-in until its passkey comes; the oldest makes room."""
        self._half.pop((cookie, username), None)
        self._half[cookie, username] = password
        while len(self._half) > SESSIONS_MAX:
            del self._half[next(iter(self._half))]

    def take_half(self, cookie: str, username: str) -> Stretched | None:
        """Give the password of half of somebody's sign-in, once."""
        return self._half.pop((cookie, username), None)

    def csrf(self, cookie: str) -> str:
        """Return the form token that belongs to a cookie, signed in or not."""
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()

    def csrf_matches(self, cookie: str, token: str) -> bool:
        """Whether a form came from a page that this cookie was shown."""
        return bool(cookie) and hmac.compare_digest(self.csrf(cookie).encode(), token.encode())

    def begin(self, username: str, tokens: Tokens, now: datetime, held: str = "") -> Session:
        """Begin a session under a new cookie. The one longest at rest makes room in a full house."""
        self._drop_ended(now)
        while len(self._by_cookie) >= SESSIONS_MAX:
            self.end(min(self._by_cookie.values(), key=lambda session: session.seen_at))
        cookie = self.new_cookie()
        session = Session(cookie, held, username, tokens, now + timedelta(seconds=tokens.expires_in), now)
        self._by_cookie[cookie] = session
        return session

    def is_held(self, session: Session | None, held: str) -> bool:
        """Whether a form comes from the pages that signed in. Another secret ends the session: its cookie is stolen.

        A browser without scripts signed in without one, and has none to show.
        """
        if session is None or not session.held or hmac.compare_digest(session.held.encode(), held.encode()):
            return True
        if held:
            self.end(session)
        return False

    def find(self, cookie: str, now: datetime) -> Session | None:
        """Return the live session of a cookie, locked when nobody has been there for long."""
        self._drop_ended(now)
        session = self._by_cookie.get(cookie)
        if session is not None and now - session.seen_at >= self._lock_after:
            session.locked = True
        return session

    def unlocked(self, session: Session, now: datetime, *, right: bool) -> bool:
        """Open a locked desk to the right password; end its session after too many wrong ones."""
        session.wrong = 0 if right else session.wrong + 1
        if right:
            session.locked, session.seen_at = False, now
        elif session.wrong >= UNLOCKS_MAX:
            self.end(session)
        return right

    def end(self, session: Session) -> None:
        """Forget a session."""
        self._by_cookie.pop(session.cookie, None)

    def of(self, who: Who, now: datetime) -> Session | None:
        """Return the live session of the same person at the same office: where they were last, so the asker's own."""
        self._drop_ended(now)
        same = [
            s
            for s in self._by_cookie.values()
            if (s.who.username, s.who.office) == (who.username, who.office)
        ]
        return max(same, key=lambda session: session.seen_at, default=None)

    def of_office(self, office: str, now: datetime) -> Session | None:
        """Return a live session of any clerk of an office."""
        self._drop_ended(now)
        clerks = (
            s for s in self._by_cookie.values() if s.tokens.role == "clerk" and s.tokens.office == office
        )
        return next(clerks, None)

    def _drop_ended(self, now: datetime) -> None:
        ended = [s for s in self._by_cookie.values() if now - s.seen_at >= self._idle]
        for session in ended:
            self.end(session)


async def authorised(
    service: Service, sessions: Sessions, session: Session, call: Callable[[str], Awaitable[T]]
) -> T:
    """Make a call with the session's access token; when it has expired, refresh once and make it again.

    Raises what the call raises; SignInAgainError when the service no longer knows the staff session;
    NotSentError also when the tokens could not be refreshed, for then the call itself has done nothing.
    """
    token = session.tokens.access_token
    if service.now() < session.expires_at:
        try:
            return await call(token)
        except RefusedError as refused:
            if refused.problem.slug != "unauthenticated":
                raise
    await _refresh(service, sessions, session, spent=token)
    try:
        return await call(session.tokens.access_token)
    except RefusedError as refused:
        if refused.problem.slug != "unauthenticated":
            raise
        sessions.end(session)
        raise SignInAgainError from None


async def _refresh(service: Service, sessions: Sessions, session: Session, spent: str) -> None:
    """Rotate the tokens, once for all who found the same one spent."""
    async with session.refreshing:
        if session.tokens.access_token != spent:
            return
        try:
            session.tokens = await service_api.refresh(service, session.tokens.refresh_token)
        except RefusedError as refused:
            if refused.problem.status != HTTPStatus.UNAUTHORIZED:
                raise NotSentError from None
            sessions.end(session)
            raise SignInAgainError from None
        except UnreachableError:
            raise NotSentError from None
        session.expires_at = service.now() + timedelta(seconds=session.tokens.expires_in)
