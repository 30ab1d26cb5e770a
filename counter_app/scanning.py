"""Reading QRs from one small grey camera frame, for browsers that cannot read it themselves."""

import asyncio
from typing import Final

import zxingcpp

FRAME_BYTES_MAX: Final = 400_000
SIDE_MIN: Final = 32
SIDE_MAX: Final = 1_280
TEXT_MAX: Final = 1_024
CODES_MAX: Final = 8

# One frame costs a few milliseconds of one core; an office PC may have only one.
_ONE_AT_A_TIME = asyncio.Semaphore(1)


class FrameMalformedError(Exception):
    """The bytes are not a grey picture of the stated size."""


def read_frame(pixels: bytes, width: int, height: int) -> list[str]:
    """Return the texts of the QRs in a picture of `width` × `height` luminance bytes: a poster may hang beside a phone.

    Raises FrameMalformedError when the size and the bytes disagree or are out of bounds.
    """
    if not (SIDE_MIN <= width <= SIDE_MAX and SIDE_MIN <= height <= SIDE_MAX):
        raise FrameMalformedError("the picture is too small or too large")
    if len(pixels) != width * height or len(pixels) > FRAME_BYTES_MAX:
        raise FrameMalformedError("the bytes are not width times height")
    image = zxingcpp.ImageView(pixels, width, height, zxingcpp.ImageFormat.Lum)
    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [str(one.text) for one in found[:CODES_MAX] if 0 < len(one.text) <= TEXT_MAX]


async def read_frame_aside(pixels: bytes, width: int, height: int) -> list[str]:
    """Do `read_frame` on a thread, one frame at a time, so that pages stay quick."""
    async with _ONE_AT_A_TIME:
        return await asyncio.to_thread(read_frame, pixels, width, height)
