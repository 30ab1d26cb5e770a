"""A lean HTTP client: one kept connection, requests one after another, nothing parsed that nobody looks at."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import orjson

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
ANSWERS_WITHIN_S: Final = 30


class LineBroken(RuntimeError):  # noqa: N818  named for what happened
    """The connection ended before the answer did, or the answer cannot be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's status and the bytes of its body."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """Read the body."""
        read: dict[str, Any] = orjson.loads(self.body)
        return read


class Line(asyncio.Protocol):
    """A connection to a service. `sent` and `received` count bytes, headers and all."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self.sent = self.received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that nothing will come."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(LineBroken(str(exc or "closed by the service")))

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer."""
        self.received += len(data)
        self._buffer += data
        whole = _whole(self._buffer)
        if whole is not None and self._waiting is not None:
            self._buffer.clear()
            self._waiting.set_result(whole)

    async def post(self, path: str, token: str, body: Mapping[str, object], key: str | None = None) -> Answer:
        """Send one request and wait for its answer. Raises `LineBroken`."""
        content = orjson.dumps(body)
        keyed = f"Idempotency-Key: {key}\r\n" if key else ""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{keyed}"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        request = head.encode() + content
        self.sent += len(request)
        if self._transport is None or self._transport.is_closing():
            raise LineBroken("closed by the service")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._waiting, ANSWERS_WITHIN_S)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Line]:
    """Open a line to a service for as long as the block runs."""
    parts = urlsplit(url)
    transport, line = await asyncio.get_running_loop().create_connection(
        Line, parts.hostname or "127.0.0.1", parts.port or 80
    )
    try:
        yield line
    finally:
        transport.close()


def _whole(buffer: bytearray) -> Answer | None:
    """Give the answer when all of it is there. Raises `LineBroken` for one without a length."""
    end = buffer.find(_END)
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    at = head.find(_LENGTH)
    if at < 0:
        raise LineBroken("an answer without a length")
    length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
    start = end + len(_END)
    if len(buffer) < start + length:
        return None
    return Answer(int(head.split(b" ", 2)[1]), bytes(buffer[start : start + length]))
