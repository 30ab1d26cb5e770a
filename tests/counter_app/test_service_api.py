from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from counter_app import service_api
from counter_app.service_api import NotSentError, RefusedError, Service, UnreachableError
from tests.counter_app.desk import BEGIN, Clock, in_loop

PROBLEM = {
    "type": "urn:soft-atm:problem:code-expired",
    "title": "t",
    "status": 410,
    "expired_at": "2026-11-22T01:00:00Z",
}


def service(answer: httpx2.Response | Exception, clock: Clock | None = None) -> Service:
    """Build a service that always gives one answer."""

    def give(_: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(give), base_url="http://service.test")
    return Service(client, clock or Clock())


@in_loop
async def test_a_refusal_has_its_members() -> None:
    """A problem of the service is a refusal, with what it adds."""
    with pytest.raises(RefusedError) as refused:
        await service_api.ask(service(httpx2.Response(410, json=PROBLEM)), "POST", "/x")
    assert refused.value.problem.slug == "code-expired"
    assert refused.value.problem.members == {"expired_at": "2026-11-22T01:00:00Z"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, content=b"\xff\xfe"),
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(200, content=b'"' + b"a" * service_api.ANSWER_BYTES_MAX + b'"'),
        httpx2.Response(302, headers={"Location": "http://portal.test/"}),
        httpx2.Response(404, text="Not Found"),
        httpx2.Response(403, json={"type": "about:blank", "title": "Blocked by the proxy"}),
        httpx2.Response(409, json=["urn:soft-atm:problem:already-paid"]),
        httpx2.Response(500, json=PROBLEM | {"type": "urn:soft-atm:problem:internal-error"}),
        httpx2.Response(503, json=PROBLEM | {"type": "urn:soft-atm:problem:unavailable"}),
        httpx2.ReadTimeout("late"),
        httpx2.ReadError("reset"),
        httpx2.RemoteProtocolError("cut off"),
        httpx2.WriteError("half sent"),
    ],
    ids=repr,
)
@in_loop
async def test_answers_that_say_nothing(answer: Any) -> None:
    """Whatever is not an answer of the service leaves open what the service did."""
    with pytest.raises(UnreachableError) as lost:
        await service_api.ask(service(answer), "POST", "/x")
    assert not isinstance(lost.value, NotSentError)


@pytest.mark.parametrize(
    "failure", [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("no route")], ids=repr
)
@in_loop
async def test_no_connection_is_not_sent(failure: Exception) -> None:
    """Only where no connection was made is it certain that nothing left."""
    asked = service(failure)
    with pytest.raises(NotSentError):
        await service_api.ask(asked, "POST", "/x")
    assert asked.line.state == "offline"


@pytest.mark.parametrize(
    "call",
    [
        lambda s: service_api.current_shift(s, "t"),
        lambda s: service_api.present(s, "t", "123"),
        lambda s: service_api.receipt(s, "t", "r"),
        lambda s: service_api.receipts(s, "t", BEGIN.date()),
        lambda s: service_api.sign_in(s, "lan", "x", None, None),
        lambda s: service_api.applications(s, "t"),
    ],
)
@pytest.mark.parametrize("body", [{}, [], None, 3, {"items": [{}], "next_cursor": None}])
@in_loop
async def test_answers_of_another_shape(call: Callable[[Service], Any], body: Any) -> None:
    """An answer without what the contract promises is no answer."""
    with pytest.raises(UnreachableError):
        await call(service(httpx2.Response(200, json=body)))


@in_loop
async def test_a_wrong_clock_is_noticed() -> None:
    """The service's Date header shows how far this PC's clock is off; a second or two is nothing."""
    clock = Clock(BEGIN - timedelta(days=400))
    asked = service(httpx2.Response(200, json={}, headers={"Date": "Sun, 22 Nov 2026 01:30:00 GMT"}), clock)
    await service_api.ask(asked, "GET", "/x")
    assert asked.now() == BEGIN
    clock.now = BEGIN + timedelta(seconds=1)
    await service_api.ask(asked, "GET", "/x")
    assert asked.now() == clock.now


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 99 Nov 2026 01:30:00 GMT"])
@in_loop
async def test_a_strange_date_is_ignored(date: str) -> None:
    """A Date header that is none changes nothing."""
    asked = service(httpx2.Response(200, json={}, headers={"Date": date}))
    await service_api.ask(asked, "GET", "/x")
    assert asked.now() == BEGIN


@in_loop
async def test_the_key_and_token_travel_in_headers() -> None:
    """The key and the token go where the contract says, and nothing of the body into the address."""
    seen: list[httpx2.Request] = []

    def keep(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={})

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(keep), base_url="http://service.test")
    path, body = service_api.payment_request("w1", "020185001234", "qr", None)
    await service_api.ask(Service(client, Clock()), "POST", path, token="t", key="k", body=body)
    assert seen[0].headers["Authorization"] == "Bearer t"
    assert seen[0].headers["Idempotency-Key"] == "k"
    assert str(seen[0].url) == "http://service.test/counter/v1/withdrawals/w1/payment"
    assert seen[0].content == b'{"id_number":"020185001234","checked":"qr"}'
