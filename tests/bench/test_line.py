"""The lean HTTP client, against a server that answers in pieces."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bench import line
from bench.line import Line, LineBroken

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nContent-Length: 9\r\n\r\n"


def with_line(serve: Serve, work: Callable[[Line], Awaitable[None]]) -> None:
    """Work on a line to a server."""

    async def both() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with line.opened(f"http://127.0.0.1:{port}") as one:
                await work(one)

    asyncio.run(both())


def test_an_answer_is_whole_however_it_comes() -> None:
    """Cut anywhere; and the next one on the same line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for cut in (1, 25, len(HEAD) - 1, len(HEAD), len(HEAD) + 4):
            await reader.readuntil(b"}")
            whole = HEAD + b'{"of": 1}'
            writer.write(whole[:cut])
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(whole[cut:])
        writer.close()

    async def work(one: Line) -> None:
        for _ in range(5):
            answer = await one.post("/path", "token", {"a": 1}, "key")
            assert (answer.status, answer.json()) == (201, {"of": 1})
        assert one.received == 5 * (len(HEAD) + 9)

    with_line(serve, work)


def test_a_request_says_everything_once() -> None:
    """Path, token, key, length and body."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"}"))
        writer.write(HEAD + b'{"of": 1}')
        writer.close()

    async def work(one: Line) -> None:
        await one.post("/p", "t", {"a": 1}, "k")
        assert one.sent == len(seen[0])

    with_line(serve, work)
    head, body = seen[0].split(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.split(b"\r\n") == [
        b"POST /p HTTP/1.1",
        b"Host: bench",
        b"Authorization: Bearer t",
        b"Idempotency-Key: k",
        b"Content-Type: application/json",
        b"Content-Length: 7",
    ]


def test_a_line_that_ends_early_is_an_error() -> None:
    """Half an answer is none."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.write(HEAD)
        writer.close()

    async def work(one: Line) -> None:
        with pytest.raises(LineBroken):
            await one.post("/p", "t", {})
        with pytest.raises(LineBroken):
            await one.post("/p", "t", {})

    with_line(serve, work)
