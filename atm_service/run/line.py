"""A line to somebody who asks: what comes before a request is whole has a bound, a deadline, and a number of lines.

The server under it waits for ever for the rest of a header or a body, and keeps as many of both as are sent. Here a
request arrives whole within twenty seconds or its line is cut, a head is as large as any of ours could be, and when
there are too many lines, that one goes which has waited longest for its request: never one that is being answered.
"""

import asyncio
import resource
from http import HTTPStatus
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ARRIVES_WITHIN_S: Final = 20.0
HEAD_BYTES_MAX: Final = 16_384
HEADERS_MAX: Final = 100
LINES_MAX: Final = 4_000
FILES_ELSEWHERE: Final = 200  # what a process has open beside its lines
# Read on after an early answer, so that it is not lost to whoever is still sending; then the line is cut.
THROWN_AWAY_BYTES_MAX: Final = 1_048_576


def allow_lines() -> None:
    """Let this process and its workers open as many files as the most lines need, as far as the system lets them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = LINES_MAX + FILES_ELSEWHERE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _lines_max() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return LINES_MAX if soft == resource.RLIM_INFINITY else min(LINES_MAX, soft - FILES_ELSEWHERE)


class _HeadTooLargeError(Exception):
    """Stops the parser; the line says 431."""


class Line(HttpToolsProtocol):
    """One connection. `waiting` holds those of this process whose request is not whole, the longest waiting first."""

    waiting: ClassVar[dict["Line", None]] = {}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = False
        self._began = False  # a byte of the request is here
        self._head_bytes = self._raw_head_bytes = self._thrown_away = 0
        self._status = HTTPStatus.BAD_REQUEST

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, in the place of whoever has waited longest when there is none left."""
        super().connection_made(transport)
        if len(self.connections) > _lines_max() and self.waiting:
            next(iter(self.waiting)).transport.close()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless a head never ends."""
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()  # empty lines are no request, and no reason to keep the line
        in_head_before = self._in_head
        super().data_received(data)
        if in_head_before and self._in_head and not self.transport.is_closing():
            self._raw_head_bytes += len(data)
            if self._raw_head_bytes > HEAD_BYTES_MAX:
                self._cut(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin to count the head, and its time."""
        super().on_message_begin()
        self._in_head = self._began = True
        self._head_bytes = self._raw_head_bytes = self._thrown_away = 0
        self._wait()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes after the body is counted and not taken: the request has begun without it."""
        self._count_head(len(name) + len(value) + 4)
        if self._in_head:
            if len(self.headers) >= HEADERS_MAX:
                self._count_head(HEAD_BYTES_MAX)
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let the request begin; its body is still waited for."""
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, or throw it away when the answer has left."""
        super().on_body(body)
        if self.cycle.response_complete:
            self._thrown_away += len(body)
            if self._thrown_away > THROWN_AWAY_BYTES_MAX:
                self.transport.close()

    def on_message_complete(self) -> None:
        """Nothing more is waited for: it is all here."""
        self._began = False
        self._wait_no_more()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, which the server gives its own time to begin."""
        super().on_response_complete()
        if self._deadline is None and self.cycle.response_complete and not self.transport.is_closing():
            self.waiting[self] = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read."""
        self._cut(self._status, msg)

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES_MAX:
            self._status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _HeadTooLargeError

    def _wait(self) -> None:
        self._wait_no_more()
        self.waiting[self] = None
        self._deadline = self.loop.call_later(ARRIVES_WITHIN_S, self._too_late)

    def _wait_no_more(self) -> None:
        self.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        if self.pipeline or (self._in_head and self.cycle is not None and not self.cycle.response_complete):
            self._wait()  # it stands behind another one of the same line, which is our time and not the sender's
        elif self._began and (self._in_head or not self.cycle.response_started):
            self._cut(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _cut(self, status: HTTPStatus, message: str = "") -> None:
        """Say why in a line of plain text, and hang up."""
        if self.cycle is not None and not self._in_head and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        text = (message or status.phrase).encode("ascii")
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain\r\ncontent-length: {len(text)}\r\n"
            "x-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"
            "strict-transport-security: max-age=31536000\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + text)
        self.transport.close()
