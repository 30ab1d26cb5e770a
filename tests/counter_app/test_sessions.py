import asyncio
from datetime import timedelta

import httpx2
import pytest

from counter_app.answers import Problem, Tokens
from counter_app.journal import Who
from counter_app.service_api import NotSentError, RefusedError, Service, UnreachableError
from counter_app.sessions import SESSIONS_MAX, Session, Sessions, SignInAgainError, authorised
from tests.counter_app.desk import BEGIN, Clock, in_loop
from tests.counter_app.fake_service import CLERK, OFFICE, Fake, FakeTransport

IDLE = timedelta(minutes=60)


def tokens(office: str | None = OFFICE, access_token: str = "access") -> Tokens:
    """Build a staff session's tokens."""
    return Tokens(access_token, "refresh", 900, "clerk", office, "Bưu điện", "Nông Thị Lan")


def test_a_new_cookie_at_every_sign_in() -> None:
    """Nobody can plant a cookie and share the session that begins under it."""
    sessions = Sessions(IDLE)
    first, second = (sessions.begin("lan", tokens(), BEGIN) for _ in range(2))
    assert first.cookie != second.cookie
    assert sessions.find(first.cookie, BEGIN) is first
    assert sessions.find("planted", BEGIN) is None


def test_a_session_at_rest_ends() -> None:
    """A desk that nobody touches signs itself out."""
    sessions = Sessions(IDLE)
    session = sessions.begin("lan", tokens(), BEGIN)
    assert sessions.find(session.cookie, BEGIN + IDLE - timedelta(seconds=1)) is session
    assert sessions.find(session.cookie, BEGIN + IDLE) is None
    assert sessions.of(Who("lan", OFFICE), BEGIN) is None


def test_a_form_token_belongs_to_one_cookie() -> None:
    """A form of one browser is refused from another, or without a cookie."""
    sessions = Sessions(IDLE)
    assert sessions.csrf_matches("one", sessions.csrf("one"))
    assert not sessions.csrf_matches("two", sessions.csrf("one"))
    assert not sessions.csrf_matches("", sessions.csrf(""))
    assert not sessions.csrf_matches("one", "")
    assert not sessions.csrf_matches("one", "đ")
    assert not Sessions(IDLE).csrf_matches("one", sessions.csrf("one"))


def test_the_house_is_never_overfull() -> None:
    """The session longest at rest makes room."""
    sessions = Sessions(IDLE)
    begun = [sessions.begin(f"s{n}", tokens(), BEGIN + timedelta(seconds=n)) for n in range(SESSIONS_MAX + 1)]
    assert sessions.find(begun[0].cookie, BEGIN) is None
    assert sessions.find(begun[-1].cookie, BEGIN) is begun[-1]


def test_whose_session_may_ask() -> None:
    """A question is asked by a session of the same person at the same office, whatever the drawer."""
    sessions = Sessions(IDLE)
    session = sessions.begin("lan", tokens(), BEGIN)
    assert sessions.of(Who("lan", OFFICE, 7), BEGIN) is session
    assert sessions.of(Who("lan", "05971-2"), BEGIN) is None
    assert sessions.of(Who("minh", OFFICE), BEGIN) is None
    assert sessions.of_office(OFFICE, BEGIN) is session
    assert sessions.of_office("", BEGIN) is None


def test_tokens_stay_out_of_sight() -> None:
    """A session that is printed by mistake shows neither cookie nor tokens."""
    session = Sessions(IDLE).begin("lan", tokens(), BEGIN)
    assert session.cookie not in repr(session)
    assert "access" not in repr(session)
    assert "access_token" not in repr(tokens())


class Calls:
    """Counts calls and answers by the token used."""

    def __init__(self, *good: str) -> None:
        self.good, self.used = good, list[str]()

    async def __call__(self, token: str) -> str:
        """Answer, or refuse a token that is spent."""
        self.used.append(token)
        if token not in self.good:
            raise RefusedError(Problem("unauthenticated", 401, {}))
        return "answer"


def signed_in(clock: Clock) -> tuple[Fake, FakeTransport, Service, Sessions, Session]:
    """Build a session of the fake's clerk."""
    fake = Fake(clock)
    line = FakeTransport(fake)
    service = Service(httpx2.AsyncClient(transport=line, base_url="http://service.test"), clock)
    sessions = Sessions(IDLE)
    fake.tokens["refresh"] = CLERK
    return fake, line, service, sessions, sessions.begin(CLERK, tokens(), BEGIN)


@in_loop
async def test_many_who_find_a_token_spent_refresh_once() -> None:
    """A refresh token is used once, however many calls find the access token spent."""
    fake, _, service, sessions, session = signed_in(Clock())

    async def call(token: str) -> str:
        await asyncio.sleep(0)
        if token == "access":
            raise RefusedError(Problem("unauthenticated", 401, {}))
        return token

    answers = await asyncio.gather(*(authorised(service, sessions, session, call) for _ in range(5)))
    assert len(set(answers)) == 1
    assert len(fake.asked) == 1


@in_loop
async def test_an_old_token_is_not_tried() -> None:
    """A token known to be expired is refreshed before it is used."""
    clock = Clock()
    _, _, service, sessions, session = signed_in(clock)
    clock.turn(seconds=900)
    calls = Calls()
    with pytest.raises(SignInAgainError):
        await authorised(service, sessions, session, calls)
    assert "access" not in calls.used
    assert len(calls.used) == 1


@in_loop
async def test_a_refused_refresh_ends_the_session() -> None:
    """A staff session that the service has ended is ended here."""
    fake, _, service, sessions, session = signed_in(Clock())
    fake.tokens.clear()
    with pytest.raises(SignInAgainError):
        await authorised(service, sessions, session, Calls())
    assert sessions.find(session.cookie, BEGIN) is None


@pytest.mark.parametrize("cut", ["refuse-connection", "lose-answer", "server-error"])
@in_loop
async def test_a_lost_refresh_has_sent_nothing(cut: str) -> None:
    """When the tokens cannot be refreshed the call itself has done nothing, and says exactly that."""
    clock = Clock()
    _, line, service, sessions, session = signed_in(clock)
    clock.turn(seconds=900)
    line.cut = cut  # type: ignore[assignment]
    calls = Calls()
    with pytest.raises(NotSentError):
        await authorised(service, sessions, session, calls)
    assert calls.used == []


@in_loop
async def test_other_refusals_pass() -> None:
    """A refusal that is not about the token is the caller's to read."""
    _, _, service, sessions, session = signed_in(Clock())

    async def call(_: str) -> None:
        raise RefusedError(Problem("no-open-shift", 409, {}))

    with pytest.raises(RefusedError, match="no-open-shift"):
        await authorised(service, sessions, session, call)


@in_loop
async def test_a_lost_call_is_not_repeated() -> None:
    """A call whose answer was lost is not made again here: that is the resolver's."""
    _, _, service, sessions, session = signed_in(Clock())
    made = []

    async def call(token: str) -> None:
        made.append(token)
        raise UnreachableError

    with pytest.raises(UnreachableError):
        await authorised(service, sessions, session, call)
    assert len(made) == 1
