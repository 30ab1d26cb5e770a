from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageFilter

from atm_service.platform.keys.domain import SigningKey
from atm_service.registers.withdrawals import codes, qr

KEYS = [SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32), "code") for n in range(12)]
SVG = "{http://www.w3.org/2000/svg}"


def text_of(n: int = 0, amount: int = 99_999_999, office: str | None = None) -> str:
    facts = codes.Code(UUID(int=n << 64), amount, datetime(2026, 3, 3, tzinfo=UTC), office=office)
    return codes.issue(facts, KEYS[n])


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


def read(picture: Image.Image) -> str | None:
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return found[0].text if found else None


@pytest.mark.parametrize("amount", [10_000, 99_999_999, codes.AMOUNT_MAX])
def test_an_unbound_code_is_version_10_or_less(amount: int) -> None:
    """The QR of an unbound code has at most 57 modules a side (version 10), at error correction M."""
    found = zxingcpp.read_barcodes(opened(qr.png(text_of(amount=amount))).convert("L"))
    assert [(one.format, one.ec_level) for one in found] == [(zxingcpp.BarcodeFormat.QRCode, "M")]
    assert len(qr.modules(text_of(amount=amount))) <= 57 + 2 * 4


def test_a_bound_code_is_read_too() -> None:
    """A code bound to an office needs a version more, and is read as well."""
    text = text_of(office="05971-1")
    assert len(qr.modules(text)) == 61 + 2 * 4
    assert read(opened(qr.png(text))) == text


@pytest.mark.parametrize("n", range(12))
def test_a_small_blurred_turned_picture_is_read(n: int) -> None:
    """At 200 pixels, blurred and turned by 20°, the picture is read to the letter."""
    text = text_of(n)
    small = opened(qr.png(text)).convert("L").resize((200, 200), Image.Resampling.BOX)
    blurred = small.filter(ImageFilter.GaussianBlur(1))
    turned = blurred.rotate(20, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert read(turned) == text


def test_the_quiet_zone_is_white() -> None:
    """Four modules of white lie around the code, and a finder's dark corner begins right behind them."""
    rows = qr.modules(text_of())
    assert not any(any(row) for row in rows[:4] + rows[-4:])
    assert not any(any(row[:4]) or any(row[-4:]) for row in rows)
    assert rows[4][4:11] == [True] * 7


def test_png_is_crisp_and_small() -> None:
    """The PNG has two colours, whole pixels for each module, and few bytes for a weak line."""
    picture = qr.png(text_of(), pixels_per_module=3)
    image = opened(picture)
    assert (image.format, image.mode, image.size) == ("PNG", "1", (195, 195))
    rows = [[image.getpixel((3 * x + 1, 3 * y + 1)) == 0 for x in range(65)] for y in range(65)]
    assert rows == qr.modules(text_of())
    assert len(qr.png(text_of())) < 3_000


def test_svg_draws_the_same_modules() -> None:
    """The SVG stands alone in an <img>: namespace, viewBox, white ground, one path of the same modules."""
    picture = qr.svg(text_of())
    assert picture.startswith(b"<svg ")
    root = ET.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"] == "0 0 65 65"
    ground, path = root
    assert (ground.tag, ground.attrib) == (f"{SVG}rect", {"width": "65", "height": "65", "fill": "#fff"})
    assert path.tag == f"{SVG}path"
    assert _painted(path.attrib["d"], 65) == qr.modules(text_of())


def _painted(path: str, size: int) -> list[list[bool]]:
    rows = [[False] * size for _ in range(size)]
    for run in path.removesuffix("z").split("z"):
        start, _, rest = run.removeprefix("M").partition("h")
        width, down, back = rest.replace("v", "h").split("h")
        x, y = map(int, start.split())
        assert (down, int(back)) == ("1", -int(width))
        assert not rows[y][x - 1], "a run begins where another ends"
        rows[y][x : x + int(width)] = [True] * int(width)
    return rows


@pytest.mark.parametrize("text", ["", "é", "A" * 513])
def test_other_texts_are_not_drawn(text: str) -> None:
    """Only what may be a code is drawn: nothing empty, outside ASCII or longer than any code."""
    with pytest.raises(ValueError, match="ASCII"):
        qr.svg(text)
    with pytest.raises(ValueError, match="ASCII"):
        qr.png(text)
