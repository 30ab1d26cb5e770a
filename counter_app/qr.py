"""A code as a picture on a printed slip: QR at error correction M, drawn here, so that no picture travels the line."""

from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE: Final = 4


def path(text: str) -> tuple[int, str]:
    """Give the size in modules, the quiet zone included, and the dark modules as an SVG path."""
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    symbol.add_data(text, optimize=0)
    rows: list[list[bool]] = symbol.get_matrix()
    dark = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return len(rows), dark
