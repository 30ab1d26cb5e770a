from collections.abc import Generator

import anyio
import pytest
from starlette.types import Message

from atm_service.control.audit import streaming
from atm_service.control.audit.streaming import Pieces


class Source:
    """Three pieces of a file, and whether whoever made them was told that it is over."""

    def __init__(self) -> None:
        self.closed = False

    def pieces(self) -> Generator[bytes, None, None]:
        try:
            yield from (b"one ", b"two ", b"three")
        finally:
            self.closed = True


class Reader:
    """Somebody at the other end of the line, who may leave or stop reading after some messages."""

    def __init__(self, *, leaves_after: int = 99, stalls_after: int = 99) -> None:
        self.read: list[Message] = []
        self._leaves_after, self._stalls_after = leaves_after, stalls_after

    async def receive(self) -> Message:
        while len(self.read) < self._leaves_after:
            await anyio.lowlevel.checkpoint()
            if self.done:
                await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if len(self.read) >= self._stalls_after:
            await anyio.sleep_forever()
        self.read.append(message)
        if len(self.read) >= self._leaves_after:
            await anyio.sleep_forever()

    @property
    def done(self) -> bool:
        return bool(self.read) and self.read[-1].get("more_body") is False

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.read)


def answer(source: Source, reader: Reader) -> None:
    response = Pieces(source.pieces(), "text/plain", "file.txt")

    async def run() -> None:
        with anyio.move_on_after(5):  # instead of waiting for ever, should nobody give the reader up
            await response({"type": "http", "asgi": {"spec_version": "2.3"}}, reader.receive, reader.send)

    anyio.run(run)


def test_the_whole_file_is_read() -> None:
    """Every piece arrives in order, under the file's name, and the source is told that it is over."""
    source, reader = Source(), Reader()
    answer(source, reader)
    assert reader.body == b"one two three"
    assert (b"content-disposition", b'attachment; filename="file.txt"') in reader.read[0]["headers"]
    assert source.closed


def test_a_reader_who_leaves_frees_the_source() -> None:
    """When the line breaks, what is not sent is not made, and the source is freed at once."""
    source, reader = Source(), Reader(leaves_after=2)
    answer(source, reader)
    assert reader.body == b"one "
    assert source.closed


def test_a_reader_who_stops_reading_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps the line open without reading does not keep the source."""
    monkeypatch.setattr(streaming, "READER_PATIENCE_S", 0.01)
    source, reader = Source(), Reader(stalls_after=2)
    with pytest.raises(TimeoutError):
        answer(source, reader)
    assert source.closed


def test_what_is_wrong_from_the_start_is_raised() -> None:
    """An error before the first piece is raised where it can still be answered as a problem."""

    def broken() -> Generator[bytes, None, None]:
        raise LookupError
        yield b""

    with pytest.raises(LookupError):
        Pieces(broken(), "text/plain", "file.txt")
