import asyncio
from io import BytesIO

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from counter_app.scanning import SIDE_MAX, FrameMalformedError, read_frame, read_frame_aside
from tests.counter_app.fake_service import CARD_QR

POSTER = "00020101021138570010A00000072701270006970436011312345678901230208QRIBFTTA53037045802VN6304ABCD"
CODE = "eyJhbGciOiJFZERTQSIsImtpZCI6ImFiY2QifQ." + "A" * 86 + "." + "b" * 86


def frame(text: str, *, side: int = 300, turned: int = 0, blur: float = 0) -> tuple[bytes, int, int]:
    """Make a 640 × 480 grey frame in which somebody holds a QR up."""
    file = BytesIO()
    qrcode.make(text).save(file)
    code = Image.open(file).convert("L").resize((side, side))
    picture = Image.new("L", (640, 480), 190)
    picture.paste(code, ((640 - side) // 2, (480 - side) // 2))
    picture = picture.rotate(turned, fillcolor=190).filter(ImageFilter.GaussianBlur(blur))
    return picture.tobytes(), 640, 480


@pytest.mark.parametrize("text", [CODE, CARD_QR])
def test_reads_a_held_up_code(text: str) -> None:
    """A code held a little askew and out of focus is read, Vietnamese letters and all."""
    assert read_frame(*frame(text, turned=20, blur=1)) == [text]


def test_nothing_in_sight() -> None:
    """A frame without a code is nothing, not an error."""
    assert read_frame(bytes(640 * 480), 640, 480) == []


def test_a_poster_beside_the_code() -> None:
    """Every QR of a frame is read, so that a poster on the counter hides no customer's code."""
    poster, code = (Image.frombytes("L", (640, 480), frame(text, side=300)[0]) for text in (POSTER, CODE))
    both = Image.new("L", (640, 480), 190)
    both.paste(poster.crop((160, 80, 480, 400)), (0, 80))
    both.paste(code.crop((160, 80, 480, 400)), (320, 80))
    assert set(read_frame(both.tobytes(), 640, 480)) == {POSTER, CODE}


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [
        (10, 5, 2),
        (640 * 480 - 1, 640, 480),
        (640 * 480 + 1, 640, 480),
        (0, 0, 0),
        (100, -10, -10),
        (1, 10**9, 10**9),
    ],
)
def test_frames_that_are_none(size: int, width: int, height: int) -> None:
    """Bytes that are not width times height, or a size out of bounds, are refused."""
    with pytest.raises(FrameMalformedError):
        read_frame(bytes(size), width, height)


def test_largest_frame() -> None:
    """A frame of more bytes than a frame may have is refused though its sides fit."""
    with pytest.raises(FrameMalformedError):
        read_frame(bytes(SIDE_MAX * SIDE_MAX), SIDE_MAX, SIDE_MAX)


@given(st.binary(min_size=40 * 40, max_size=40 * 40))
def test_noise(pixels: bytes) -> None:
    """Noise does no harm."""
    assert read_frame(pixels, 40, 40) == []


def test_frames_wait_for_each_other() -> None:
    """Frames sent at once are all answered."""

    async def all_at_once() -> list[list[str]]:
        return await asyncio.gather(*(read_frame_aside(*frame(CODE)) for _ in range(3)))

    assert asyncio.run(all_at_once()) == [[CODE]] * 3
