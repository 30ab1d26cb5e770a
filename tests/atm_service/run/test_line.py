"""Lines through real sockets: what comes before a request is whole has a bound, a deadline and a number."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from atm_service.run import line
from atm_service.run.line import Line

HEAD: Final = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
NEVER_S: Final = 60  # only a test that fails waits so long


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body; `/early` answers before it is here, and whoever goes away gets nothing."""
    body, more = b"", scope["path"] != "/early"
    while more:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message.get("body", b""), message.get("more_body", False)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port() -> Iterator[int]:
    """Give the port of a server with these lines, in a thread."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        server = uvicorn.Server(uvicorn.Config(echo, http=Line, ws="none", lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextmanager
def opened(port: int, *first: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=NEVER_S) as sent:
        for part in first:
            sent.sendall(part)
        yield sent


def heard(asked: socket.socket) -> bytes:
    """Read until the other side hangs up."""
    said = b""
    try:
        while part := asked.recv(65_536):
            said += part
    except ConnectionResetError:
        pass
    return said


@pytest.mark.parametrize("half", [HEAD, HEAD + b"\r\nhe", b"P", b"GET / HTTP/1.1\r\nX: "])
def test_what_is_not_whole_in_time_is_cut_off(
    port: int, half: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a head or half a body gets its 408; nothing at all, only the end."""
    monkeypatch.setattr(line, "ARRIVES_WITHIN_S", 0.2)
    with opened(port, half) as asked, opened(port) as silent, opened(port, b"\r\n") as empty:
        assert heard(asked).startswith(b"HTTP/1.1 408 ")
        assert heard(silent) == heard(empty) == b""


def test_trickled_it_is_still_late(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then buys no time."""
    monkeypatch.setattr(line, "ARRIVES_WITHIN_S", 0.3)
    with opened(port, b"GET / HTTP/1.1\r\n") as asked:
        asked.settimeout(0.02)
        said = b""
        while not said:
            try:
                asked.sendall(b"X: y\r\n")
                said = asked.recv(100)
            except TimeoutError:
                continue
        assert said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "endless",
    [
        b"X-Fill: " + b"y" * 1_000 + b"\r\n",
        b"y" * 1_000,
        b"X: y\r\n" * 100,
    ],
)
def test_a_head_has_a_bound(port: int, endless: bytes) -> None:
    """Of 160 MB of headers, be it many or one that never ends, hardly any is taken."""
    sent = 0
    with opened(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Begin: ") as asked:
        said = b""
        try:
            while sent < 160_000_000:
                asked.sendall(endless)
                sent += len(endless)
        except (ConnectionResetError, BrokenPipeError):
            said = b"431"
        said = said or heard(asked)
    assert b"431" in said
    assert sent < 16_000_000


def test_what_is_refused_by_its_head_says_so(port: int) -> None:
    """A little too much is told in words; as much as is allowed is answered; an address may not be longer either."""
    for extra, status in ((17_000, b"431"), (15_000, b"200")):
        head = b"GET / HTTP/1.1\r\nConnection: close\r\nX: " + b"y" * extra + b"\r\n\r\n"
        with opened(port, head) as asked:
            assert heard(asked).split()[1] == status
    with opened(port, b"GET /" + b"y" * 17_000 + b" HTTP/1.1\r\n\r\n") as asked:
        assert heard(asked).split()[1] == b"431"


def test_headers_after_the_body_are_not_the_requests(port: int) -> None:
    """Trailers are read to their end and thrown away, and counted: they have no more room than a head."""
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\n"
    with opened(port, chunked + b"Authorization: Bearer x\r\n\r\n") as asked:
        assert heard(asked).endswith(b"hi")
    with opened(port, chunked + b"X: " + b"y" * 20_000 + b"\r\n\r\n") as asked:
        assert not heard(asked).endswith(b"hi")


def test_an_early_answer_is_heard_by_whoever_still_sends(port: int) -> None:
    """The rest of the body is thrown away, and the same line serves the next request; not an endless rest."""
    early = b"POST /early HTTP/1.1\r\nContent-Length: 200000\r\n\r\n"
    following = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    with opened(port, early, b"x" * 200_000, following) as asked:
        assert heard(asked).count(b"HTTP/1.1 200 ") == 2
    with opened(port, early.replace(b"200000", b"900000000")) as asked:  # noqa: SIM117
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            asked.sendall(b"x" * 900_000_000)


def test_the_line_that_has_waited_longest_makes_room(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines wait for their request, the next caller is answered, and so is one in the middle of it."""
    monkeypatch.setattr(line, "LINES_MAX", 20)
    with ExitStack() as crowd:
        for _ in range(200):
            crowd.enter_context(opened(port, HEAD))
        with opened(port, HEAD + b"Connection: close\r\n\r\nhello") as asked:
            assert heard(asked).endswith(b"hello")
        assert len(Line.waiting) <= 21
