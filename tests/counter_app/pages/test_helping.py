"""Giúp khách: the card first, whom it names, then what it takes; code and new PIN are the customer's to type."""

from pathlib import Path

import pytest

from tests.counter_app import fake_service
from tests.counter_app.desk import Desk, desk, in_loop
from tests.counter_app.fake_helping import CODE, OTHER_FACE, WEAK
from tests.counter_app.fake_service import Cut

NEW_PIN = "927364"
OTHER_CARD = "020185001299"


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def found(at: Desk, what: str, **more: str) -> None:
    """Put the card on the counter."""
    await at.open_shift()
    await at.browser.open("/help")
    await at.browser.send("/help", card=fake_service.CARD, what=what, **more)


async def turned(at: Desk, what: str, face: str = "sample-clear", **more: str) -> None:
    """Have the code sent, and turn to the customer."""
    await found(at, what, **more)
    await at.browser.send("/help/check", face=face)


@in_loop
async def test_a_wallet_is_frozen_and_thawed(tmp_path: Path) -> None:
    """Whose it is stands there first, masked; the card's digits nowhere."""
    async with desk(tmp_path) as at:
        await found(at, "freeze")
        assert "L• T•• Mẩy" in at.browser.text
        assert fake_service.CARD not in at.browser.text
        assert at.fake.helping.frozen_by is None
        await at.browser.send("/help/check")
        assert "Ví đang bị tạm khoá" in at.browser.text
        assert at.fake.helping.frozen_by == "customer"
        await at.browser.open("/help")
        await at.browser.send("/help", card=fake_service.CARD, what="thaw")
        assert "Khách đã tự khoá" in at.browser.text
        await at.browser.send("/help/check", face=OTHER_FACE)
        assert "Khuôn mặt không khớp" in at.browser.text
        await at.browser.open("/help/check")
        await at.browser.send("/help/check", face="sample-clear")
        assert "Ví đã mở khoá" in at.browser.text
        assert at.fake.helping.frozen_by is None


@in_loop
async def test_a_forgotten_pin_is_typed_anew_by_the_customer(tmp_path: Path) -> None:
    """Mistyped in four ways it stays with the customer; then it is set once."""
    async with desk(tmp_path) as at:
        await turned(at, "pin")
        right = {"code": CODE, "pin": NEW_PIN, "again": NEW_PIN}
        assert "Quý khách đang đặt lại mã PIN" in at.browser.text
        for changed, words in (
            ({"code": "12"}, "bấm đủ các chữ số"),
            ({"again": "640193"}, "không giống nhau"),
            ({"pin": "12", "again": "12"}, "PIN có sáu chữ số"),
            ({"code": "111111"}, "Còn được thử 4 lần"),
            ({"pin": WEAK, "again": WEAK}, "quá dễ đoán"),
        ):
            await at.browser.send(at.browser.path, **(right | changed))
            assert words in at.browser.text
        await at.browser.send(at.browser.path, **right)
        assert "Đã đặt mã PIN mới" in at.browser.text
        assert at.fake.helping.pins == [NEW_PIN]
        assert at.fake.helping.sent == ["0912345678"]


@in_loop
async def test_another_number_has_a_code_and_no_pin(tmp_path: Path) -> None:
    """The code goes to the new number. Without one the form says so."""
    async with desk(tmp_path) as at:
        await found(at, "phone")
        assert "Thiếu số điện thoại mới" in at.browser.text
        await at.browser.send("/help", card=fake_service.CARD, what="phone", phone="0387 654 321")
        assert "0387654321" in at.browser.text
        await at.browser.send("/help/check", face="sample-clear")
        assert at.fake.helping.sent == ["0387654321"]
        assert 'id="pin"' not in at.browser.text
        await at.browser.send(at.browser.path, code=CODE)
        assert "Ví đã đổi số điện thoại" in at.browser.text
        assert at.fake.helping.phone == "0387654321"


@in_loop
async def test_pressed_twice_it_is_one_code(tmp_path: Path) -> None:
    """And a lost answer is asked for again with the same key: one PIN is set."""
    async with desk(tmp_path) as at:
        await found(at, "pin")
        form = at.browser.form("/help/check")
        await at.browser.send("/help/check", face="sample-clear")
        keypad = at.browser.path
        data = form.fields | {"held": at.browser.held, "face": "sample-clear"}
        again = await at.browser.client.post("/help/check", data=data, follow_redirects=True)
        assert again.url.path == keypad
        assert len(at.fake.helping.sent) == 1
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/help/pin", 1
        await at.browser.send(keypad, code=CODE, pin=NEW_PIN, again=NEW_PIN)
        assert "Đã đặt mã PIN mới" in at.browser.text
        assert at.fake.helping.pins == [NEW_PIN]


@pytest.mark.parametrize("cut", ["lose-answer", "lose-request"])
@in_loop
async def test_what_was_sent_is_sent_again_and_nothing_else(tmp_path: Path, cut: Cut) -> None:
    """No answer came: nobody types another PIN under the same key, which would be told as set and is not."""
    async with desk(tmp_path) as at:
        await turned(at, "pin")
        keypad = at.browser.path
        at.line.cut, at.line.only, at.line.times = cut, "/help/pin", 2
        await at.browser.send(keypad, code=CODE, pin=NEW_PIN, again=NEW_PIN)
        assert at.browser.path == keypad
        assert "Hệ thống không trả lời" in at.browser.text
        assert "data-typed" not in at.browser.text
        assert NEW_PIN not in at.browser.text
        await at.browser.send(keypad, code=CODE, pin="640193", again="640193")
        assert "Đã đặt mã PIN mới" in at.browser.text
        assert at.fake.helping.pins == [NEW_PIN]
        assert NEW_PIN.encode() not in on_disk(tmp_path)


@in_loop
async def test_still_at_work_is_not_refused(tmp_path: Path) -> None:
    """Sent again while the first is at work, it is not known; the same form again has what was done told."""
    async with desk(tmp_path) as at:
        at.fake.helping.frozen_by = "customer"
        await found(at, "thaw")
        at.fake.refuse_next = [(409, "request-in-progress", {"retry_after_s": 1})]
        await at.browser.send("/help/check", face="sample-clear")
        assert at.browser.path == "/help/check"
        assert "Hệ thống không trả lời" in at.browser.text
        await at.browser.send("/help/check", face="sample-clear")
        assert "Ví đã mở khoá" in at.browser.text


@in_loop
async def test_what_nobody_knows_is_not_called_undone(tmp_path: Path) -> None:
    """Turned back while no answer has come, the clerk reads that it is not known."""
    async with desk(tmp_path) as at:
        await turned(at, "pin")
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/help/pin", 2
        await at.browser.send(at.browser.path, code=CODE, pin=NEW_PIN, again=NEW_PIN)
        await at.browser.send("/back")
        assert at.browser.path == "/help"
        assert "Chưa rõ đã làm xong hay chưa" in at.browser.text


@in_loop
async def test_the_keypad_waits_as_long_as_the_code_lives(tmp_path: Path) -> None:
    """Ten minutes for a message in the mountains; nothing of it is on disk."""
    async with desk(tmp_path) as at:
        await turned(at, "pin")
        keypad = at.browser.path
        at.clock.turn(seconds=599)
        await at.browser.open(keypad)
        assert at.browser.path == keypad
        await at.browser.send(keypad, code=CODE, pin=NEW_PIN, again="000000")
        at.clock.turn(seconds=2)
        await at.browser.open(keypad)
        assert at.browser.path == "/help"
        assert NEW_PIN.encode() not in on_disk(tmp_path)
        assert at.fake.helping.pins == []


@in_loop
async def test_the_next_customer_finds_nothing_of_the_last(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await found(at, "freeze")
        await at.browser.open("/help")
        await at.browser.open("/help/check")
        assert at.browser.path == "/help"
        await at.browser.open("/help/done")
        assert at.browser.path == "/help"


@pytest.mark.parametrize("what", ["freeze", "thaw", "pin"])
@in_loop
async def test_what_a_page_shows_is_what_it_does(tmp_path: Path, what: str) -> None:
    """Two tabs: the first shows one customer, the second finds another, and the first's button does nothing to them."""
    async with desk(tmp_path) as at:
        await found(at, what)
        first = at.browser.page
        await at.browser.open("/help")
        await at.browser.send("/help", card=OTHER_CARD, what="freeze")
        at.browser.page = first
        await at.browser.send("/help/check", face="sample-clear")
        assert at.browser.path == "/help"
        assert "Trang đó là của một khách khác" in at.browser.text
        assert (at.fake.helping.frozen_by, at.fake.helping.sent) == (None, [])
