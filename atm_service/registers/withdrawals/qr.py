"""A code as a picture: QR at error correction M, with the quiet zone that ISO/IEC 18004 asks for."""

from io import BytesIO
from typing import Final

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE: Final = 4
TEXT_MAX: Final = 512
PIXELS_PER_MODULE: Final = 8


def modules(text: str) -> list[list[bool]]:
    """Give the rows of the picture, True for dark, the quiet zone included.

    Raises `ValueError` when `text` is empty, not ASCII or longer than any code.
    """
    if not text or not text.isascii() or len(text) > TEXT_MAX:
        raise ValueError(f"a QR shows 1 to {TEXT_MAX} ASCII characters")
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    # One run of bytes: the library's splitting into kinds of characters makes the size depend on the content.
    symbol.add_data(text, optimize=0)
    rows: list[list[bool]] = symbol.get_matrix()
    return rows


def svg(text: str) -> bytes:
    """Draw `text` as SVG: one unit a module, a white ground and one path, sharp at any size."""
    rows = modules(text)
    size = len(rows)
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}"/></svg>'
    ).encode("ascii")


def png(text: str, pixels_per_module: int = PIXELS_PER_MODULE) -> bytes:
    """Draw `text` as a black and white PNG."""
    rows = modules(text)
    size = len(rows)
    image = Image.new("1", (size, size), color=1)
    image.putdata([not dark for row in rows for dark in row])
    side = size * pixels_per_module
    file = BytesIO()
    image.resize((side, side), Image.Resampling.NEAREST).save(file, format="PNG", optimize=True)
    return file.getvalue()


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Give the start and width of each unbroken run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs
