from pathlib import Path
from typing import Any

import pytest

from tests.counter_app.desk import BEGIN, desk, in_loop
from tests.counter_app.fake_service import CARD, CARD_QR, OTHER_CLERK, PIN
from tests.counter_app.test_cards import mrz
from tests.counter_app.test_scanning import CODE, frame

AWAY = "019b0000-0000-7000-8000-000000000000"


@in_loop
async def test_the_three_steps(tmp_path: Path) -> None:
    """Scan, check, pay: figures, words, masked name and receipt are on the pages, the code in no address."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present(amount=4_440_000)
        assert "4.440.000\N{NO-BREAK SPACE}đ" in at.browser.text
        assert "Bốn triệu bốn trăm bốn mươi nghìn đồng" in at.browser.text
        assert "H••••• T•• Mai" in at.browser.text
        assert "•••••••••234" in at.browser.text
        assert 'data-lease="300"' in at.browser.text
        assert withdrawal.code not in str(at.browser.page.url if at.browser.page else "")
        await at.pay()
        assert "ĐÃ CHI TIỀN" in at.browser.text
        assert at.fake.receipts[0]["number"] in at.browser.text
        assert at.fake.receipts[0]["amount"] == 4_440_000


@pytest.mark.parametrize(("card", "checked"), [(CARD_QR, "qr"), (mrz(), "mrz"), (CARD, "typed")])
@in_loop
async def test_how_the_card_was_checked_is_recorded(tmp_path: Path, card: str, checked: str) -> None:
    """The receipt says whether the card was scanned or typed."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        await at.pay(card)
        assert at.fake.receipts[0]["identity_checked"] == checked


@pytest.mark.parametrize("digits", ["1234567890", "123-456-7890", " 123 456 7890 "])
@in_loop
async def test_digits_need_the_pin(tmp_path: Path, digits: str) -> None:
    """Who comes with digits must know the PIN as well."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        at.fake.withdrawal(digits="1234567890")
        await at.browser.open("/scan")
        await at.browser.send("/scan", code=digits)
        assert "Mã PIN của khách" in at.browser.text
        await at.pay(pin="12345")
        assert "Cần mã PIN" in at.browser.text
        await at.pay(pin="111111")
        assert "Sai mã PIN" in at.browser.text
        assert "Còn được thử 4 lần" in at.browser.text
        assert at.fake.receipts == []
        await at.pay(pin=PIN)
        assert "ĐÃ CHI TIỀN" in at.browser.text


@in_loop
async def test_a_pin_is_not_asked_of_a_scanned_code(tmp_path: Path) -> None:
    """A PIN that nobody asked for is not sent."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        assert 'name="pin"' not in at.browser.text
        await at.pay(pin="999999")
        assert "ĐÃ CHI TIỀN" in at.browser.text


@pytest.mark.parametrize("card", ["", "123", "not a card", "A" * 700])
@in_loop
async def test_a_card_that_is_none_is_not_sent(tmp_path: Path, card: str) -> None:
    """What is not a card is refused here; the service hears nothing of it."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        asked = len(at.fake.asked)
        await at.pay(card)
        assert "Chưa đọc được thẻ căn cước" in at.browser.text
        assert len(at.fake.asked) == asked


@in_loop
async def test_a_wrong_card_can_be_followed_by_the_right_one(tmp_path: Path) -> None:
    """Another person's card is refused with the attempts left, and the same claim goes on."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        await at.pay("020185001235")
        assert "Thẻ này không phải của chủ tài khoản" in at.browser.text
        assert "Còn được thử 2 lần" in at.browser.text
        await at.pay()
        assert "ĐÃ CHI TIỀN" in at.browser.text


@in_loop
async def test_paid_already(tmp_path: Path) -> None:
    """A code paid before says when and at which drawer, and leads to the receipt."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present()
        await at.pay()
        await at.browser.open("/scan")
        answer = await at.browser.send("/scan", code=withdrawal.code)
        assert answer.status_code == 409
        assert "Đã chi rồi – không chi lần nữa" in answer.text
        assert "08:30 · 22/11/2026" in answer.text
        assert f"/receipts/{at.fake.receipts[0]['id']}" in answer.text


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            (410, "code-expired", {"expired_at": "2026-11-22T01:00:00Z"}),
            ("Mã đã hết hạn", "08:00 · 22/11/2026"),
        ),
        ((409, "already-paid", {}), ("Đã chi rồi",)),
        (
            (409, "wrong-office", {"office": "05972-1", "office_name": "Hữu Lũng"}),
            ("điểm bưu điện khác", "Hữu Lũng"),
        ),
        ((409, "wrong-day", {"day": "2026-11-24"}), ("chưa đến", "24/11/2026")),
        ((409, "code-replaced", {}), ("mã cũ",)),
        ((410, "withdrawal-cancelled", {}), ("Khách đã huỷ",)),
        ((410, "withdrawal-reversed", {}), ("đảo lại",)),
        ((409, "drawer-short", {}), ("không đủ tiền mặt",)),
        ((409, "already-presented", {"retry_after_s": 200}), ("Ngăn kéo khác", "200")),
        (
            (409, "code-not-yet-valid", {"not_before": "2026-11-22T02:00:00Z"}),
            ("chưa đến giờ", "09:00 · 22/11/2026"),
        ),
        ((429, "too-many-attempts", {"retry_after_s": 60}), ("Sai quá nhiều lần", "60")),
        ((409, "made-tomorrow", {"thing": "<script>"}), ("Hệ thống từ chối", "made-tomorrow")),
    ],
    ids=lambda value: value[1] if isinstance(value[0], int) else "",
)
@in_loop
async def test_refusals_of_a_scan(
    tmp_path: Path, problem: tuple[int, str, dict[str, Any]], said: tuple[str, ...]
) -> None:
    """Every refusal says what happened and what to do next."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(problem=problem)
        for text in said:
            assert text in at.browser.text
        assert "<script>" not in at.browser.text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "Đây không phải mã rút tiền"),
        ("x" * 2000, "Đây không phải mã rút tiền"),
        ("eyJhbGciOiJFZERTQSJ9.â.b", "Bàn phím đang bật gõ tiếng Việt"),
        ("hello", "Đây không phải mã rút tiền"),
        ("EYjHBGcIoIjfZerTqsj9.1234567890.C2LNBMF0DXJL", "Phím Caps Lock đang bật"),
        (CARD_QR, "Đây là thẻ căn cước, không phải mã"),
        (f"]Q1{CARD}", "Đây là thẻ căn cước, không phải mã"),
        ("0000000001", "Sai một trong mười chữ số"),
        ("9999999999", "Không có lệnh rút tiền nào"),
        ("eyJhbGciOiJub25lIn0.e30.", "Mã này không phải do hệ thống cấp"),
        ("<script>alert(1)</script>", "Đây không phải mã rút tiền"),
    ],
)
@in_loop
async def test_codes_that_are_none(tmp_path: Path, code: str, said: str) -> None:
    """Whatever is scanned or typed gets its own clear answer."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/scan")
        await at.browser.send("/scan", code=code)
        assert said in at.browser.text
        assert CARD not in at.browser.text
        assert "<script>alert" not in at.browser.text


@in_loop
async def test_a_scanner_with_prefixes(tmp_path: Path) -> None:
    """A scanner that names the symbol before its text, or ends with a control character, is understood."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = at.fake.withdrawal()
        await at.browser.open("/scan")
        await at.browser.send("/scan", code=f"]Q1\\000026{withdrawal.code}\x1d")
        assert at.browser.path.endswith("/check")
        await at.pay(withdrawal.code)
        assert "Đây là mã rút tiền, không phải thẻ căn cước" in at.browser.text


@in_loop
async def test_scanning_without_a_shift(tmp_path: Path) -> None:
    """Without a shift the refusal leads to opening one."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.present()
        assert "Chưa mở ca" in at.browser.text
        assert 'href="/shift/open"' in at.browser.text


@in_loop
async def test_a_scan_whose_answer_is_lost_is_repeated(tmp_path: Path) -> None:
    """Presenting again at the same drawer is harmless, so one lost answer costs nothing."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        at.line.cut, at.line.only = "lose-answer", "/presentations"
        await at.present()
        assert at.browser.path.endswith("/check")


@in_loop
async def test_a_scan_without_a_line(tmp_path: Path) -> None:
    """Without a line the code stays in the field and nothing is claimed."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        at.line.cut, at.line.times, at.line.only = "refuse-connection", 5, "/presentations"
        withdrawal = await at.present()
        assert "Hệ thống không trả lời" in at.browser.text
        assert at.browser.form("/scan").fields["code"] == withdrawal.code


@in_loop
async def test_an_unknown_payment_is_not_begun_anew(tmp_path: Path) -> None:
    """Scanning a code whose payment is unknown leads to that unknown, and so does its old form."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present()
        old = at.browser.form("/payment")
        at.line.cut, at.line.times, at.line.only = "lose-request", 10**6, "/payment"
        await at.pay()
        unknown = at.browser.path
        await at.browser.open("/scan")
        await at.browser.send("/scan", code=withdrawal.code)
        assert at.browser.path == unknown
        await at.browser.open(f"/withdrawals/{withdrawal.id}/check")
        assert at.browser.path == unknown
        typed = {"held": at.browser.held, "key": "11111111-1111-4111-8111-111111111111", "card": CARD}
        answer = await at.browser.client.post(old.action, data=old.fields | typed)
        assert answer.headers["Location"] == unknown
        assert len(at.unknown()) == 1


@in_loop
async def test_the_same_form_again_is_the_same_payment(tmp_path: Path) -> None:
    """Going back and sending the paid form again shows the same receipt."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        form = at.browser.form("/payment")
        await at.pay()
        data = form.fields | {"held": at.browser.held, "card": CARD}
        answer = await at.browser.client.post(form.action, data=data, follow_redirects=True)
        assert at.fake.receipts[0]["number"] in answer.text
        assert len(at.fake.receipts) == 1


@in_loop
async def test_giving_a_claim_up(tmp_path: Path) -> None:
    """Esc gives the withdrawal back, and the card page is gone."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present()
        await at.browser.send("/release")
        assert at.browser.path == "/scan"
        assert withdrawal.status == "authorised"
        await at.browser.open(f"/withdrawals/{withdrawal.id}/check")
        assert at.browser.path == "/scan"


@in_loop
async def test_the_countdown_survives_a_wrong_clock(tmp_path: Path) -> None:
    """The time left is by the service's clock, be the PC's an hour off, and a reload goes on counting."""
    async with desk(tmp_path) as at:
        at.app.service.line.skew = BEGIN - BEGIN.replace(hour=0)
        at.fake.clock = lambda: at.clock.now + at.app.service.line.skew
        await at.open_shift()
        await at.present()
        assert 'data-lease="300"' in at.browser.text
        at.clock.turn(seconds=100)
        await at.browser.open(at.browser.path)
        assert 'data-lease="200"' in at.browser.text
        at.clock.turn(seconds=1000)
        await at.browser.open(at.browser.path)
        assert 'data-lease="0"' in at.browser.text


@pytest.mark.parametrize(
    "path", [f"/withdrawals/{AWAY}/check", "/withdrawals/1/check", "/requests/1", f"/receipts/{AWAY}"]
)
@in_loop
async def test_addresses_of_nothing(tmp_path: Path, path: str) -> None:
    """An address that leads nowhere is a page in plain words."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        answer = await at.browser.open(path)
        assert answer.status_code in (200, 404)
        assert "<h1>" in answer.text
        assert "detail" not in answer.text


@pytest.mark.parametrize("key", ["", "1", "x" * 64, "7a4bb7de-6a3e-1b3a-9d0c-0a3d5f1f4e55", "../../etc"])
@in_loop
async def test_a_key_that_is_none(tmp_path: Path, key: str) -> None:
    """A form without its own key pays nothing."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        assert (await at.browser.send("/payment", key=key, card=CARD)).status_code == 400
        assert at.fake.receipts == []


@in_loop
async def test_another_clerks_key_is_refused(tmp_path: Path) -> None:
    """Nobody can ask under a key that somebody else's request has."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        at.line.cut, at.line.only = "refuse-connection", "/payment"
        await at.pay()
        key = at.browser.path.removeprefix("/requests/")
        other = at.another_browser()
        await at.sign_in(OTHER_CLERK, other)
        await other.open("/shift/open")
        await other.send("/shift/open", drawer="2")
        await other.open("/scan")
        withdrawal = at.fake.withdrawal(digits="5555555555")
        await other.send("/scan", code=withdrawal.code)
        assert (await other.send("/payment", key=key, card=CARD)).status_code == 404
        assert at.fake.receipts == []


@in_loop
async def test_a_frame_is_read(tmp_path: Path) -> None:
    """A frame of the page's own camera is answered with its code."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/scan")
        headers = {"X-CSRF-Token": at.browser.form("/scan").fields["csrf"], "X-Held": at.browser.held}
        pixels, width, height = frame(CODE)
        path = f"/scan/frame?width={width}&height={height}"
        assert (await at.browser.client.post(path, content=pixels, headers=headers)).json() == {
            "texts": [CODE]
        }
        answers = [await at.browser.client.post(path, content=pixels[:-1], headers=headers)]
        answers.append(await at.browser.client.post(path, content=pixels + bytes(200_000), headers=headers))
        del headers["X-CSRF-Token"]
        answers.append(await at.browser.client.post(path, content=pixels, headers=headers))
        assert [answer.status_code for answer in answers] == [400, 413, 403]


@in_loop
async def test_frames_are_bounded(tmp_path: Path) -> None:
    """One browser cannot keep the PC busy with frames; a second later it may send again."""
    async with desk(tmp_path, frames_per_second=4) as at:
        await at.open_shift()
        await at.browser.open("/scan")
        headers = {"X-CSRF-Token": at.browser.form("/scan").fields["csrf"], "X-Held": at.browser.held}
        path = "/scan/frame?width=40&height=40"
        statuses = [
            (await at.browser.client.post(path, content=bytes(1600), headers=headers)).status_code
            for _ in range(6)
        ]
        assert statuses == [200] * 4 + [429] * 2
        at.clock.turn(seconds=1)
        assert (await at.browser.client.post(path, content=bytes(1600), headers=headers)).status_code == 200


@in_loop
async def test_frames_of_strangers_are_not_read(tmp_path: Path) -> None:
    """Without signing in no frame is read."""
    async with desk(tmp_path) as at:
        answer = await at.browser.client.post("/scan/frame?width=40&height=40", content=bytes(1600))
        assert answer.status_code == 303
