"""Customers without a phone: the PIN on the keypad page, cash once, slips and delegations from memory."""

from pathlib import Path

from tests.counter_app import fake_elders, fake_service
from tests.counter_app.desk import Desk, desk, in_loop


async def asked(at: Desk, what: str = "cash", amount: str = "500.000") -> None:
    """Put the card on the counter, and turn to the customer."""
    await at.open_shift()
    await at.browser.open("/card")
    await at.browser.send("/card", card=fake_service.CARD, what=what, amount=amount)


async def typed(at: Desk, pin: str = fake_elders.PIN) -> None:
    await at.browser.send(at.browser.path, pin=pin)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


@in_loop
async def test_cash_by_card_and_pin(tmp_path: Path) -> None:
    """The keypad says what for and how much, and nothing of the card; then the clerk reads PAID."""
    async with desk(tmp_path) as at:
        await asked(at)
        assert "Quý khách đang rút tiền mặt" in at.browser.text
        assert "Năm trăm nghìn đồng" in at.browser.text
        assert fake_service.CARD not in at.browser.text
        await typed(at)
        assert "ĐÃ CHI TIỀN" in at.browser.text
        assert [one["amount"] for one in at.fake.elders.paid] == [500_000]


@in_loop
async def test_a_wrong_pin_stays_with_the_customer(tmp_path: Path) -> None:
    """It says how many tries are left; the right one pays once."""
    async with desk(tmp_path) as at:
        await asked(at)
        for pin, words in (("111111", "Còn được thử 4 lần"), ("12", "PIN có sáu chữ số")):
            await typed(at, pin)
            assert words in at.browser.text
        await typed(at)
        assert len(at.fake.elders.paid) == 1


@in_loop
async def test_a_shut_door_goes_back_to_the_clerk(tmp_path: Path) -> None:
    """After the last wrong PIN nobody is asked to type again."""
    async with desk(tmp_path) as at:
        at.fake.elders.tries = 1
        await asked(at)
        await typed(at, "111111")
        assert at.browser.path.startswith("/requests/")
        assert "ĐÃ CHI TIỀN" not in at.browser.text


@in_loop
async def test_a_lost_answer_is_unknown_and_paid_once(tmp_path: Path) -> None:
    """Do not pay again; asking again with the same key finds the one payment."""
    async with desk(tmp_path) as at:
        await asked(at)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/card-withdrawals", 1
        await typed(at)
        assert "không chi tiền lần nữa" in at.browser.text
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "ĐÃ CHI TIỀN" in at.browser.text
        assert len(at.fake.elders.paid) == 1


@in_loop
async def test_the_keypad_closes_by_itself(tmp_path: Path) -> None:
    """After two minutes the PIN is asked for nothing: the clerk begins again."""
    async with desk(tmp_path) as at:
        await asked(at)
        keypad = at.browser.path
        at.clock.turn(seconds=119)
        await at.browser.open(keypad)
        assert "Quý khách đang rút tiền mặt" in at.browser.text
        at.clock.turn(seconds=1)
        await at.browser.open(keypad)
        assert at.browser.path == "/card"
        assert "Trang bàn phím đã đóng" in at.browser.text
        assert at.fake.elders.paid == []


@in_loop
async def test_the_customer_does_not_want_to(tmp_path: Path) -> None:
    """Esc turns back; the keypad is gone."""
    async with desk(tmp_path) as at:
        await asked(at)
        keypad = at.browser.path
        await at.browser.send("/back")
        assert at.browser.path == "/card"
        await at.browser.open(keypad)
        assert at.browser.path == "/card"
        assert at.fake.elders.paid == []


@in_loop
async def test_a_slip_is_printed_from_memory(tmp_path: Path) -> None:
    """QR, ten digits, amount in words; the next customer's page has laid it away; the journal knows nothing of it."""
    async with desk(tmp_path) as at:
        await asked(at, "slip")
        await typed(at)
        for words in ("480-152-7712", "Năm trăm nghìn đồng", "Mọi điểm bưu điện", '<svg class="qr"'):
            assert words in at.browser.text
        assert b"480-152-7712" not in on_disk(tmp_path)
        await at.browser.open("/card")
        await at.browser.open("/slips")
        assert "480-152-7712" not in at.browser.text


@in_loop
async def test_printed_again_by_pin(tmp_path: Path) -> None:
    """What can still be paid, and no amount is asked for."""
    async with desk(tmp_path) as at:
        await asked(at, "reprint", "")
        await typed(at)
        assert "Không có phiếu còn hiệu lực" in at.browser.text


@in_loop
async def test_an_appointment_at_this_office(tmp_path: Path) -> None:
    """The office is the clerk's own."""
    async with desk(tmp_path) as at:
        await asked(at, "appointment")
        await typed(at)
        assert at.fake.elders.slips[0]["office"] == fake_service.OFFICE


@in_loop
async def test_a_delegation_from_form_to_revocation(tmp_path: Path) -> None:
    """Made by PIN, half of the digits on each slip, ended by PIN."""
    async with desk(tmp_path) as at:
        await asked(at, "delegations", "")
        wish = {"delegate": fake_elders.CARD, "ceiling": "500.000", "per_month": "1.000.000", "months": "3"}
        await at.browser.send("/delegations", **wish)
        assert "7788" in at.browser.text
        await typed(at)
        (made,) = at.fake.elders.delegations
        assert (made["ceiling"], made["per_month"], made["ends_on"]) == (500_000, 1_000_000, "2027-02-22")
        await at.browser.send("/slip", amount="500.000")
        await typed(at)
        assert "480-152-7712" in at.browser.text
        assert "eyJ" not in at.browser.text  # no code
        await at.browser.open("/delegations")
        await at.browser.send("/revoke")
        await typed(at)
        assert "Đã huỷ lúc" in at.browser.text


@in_loop
async def test_the_form_says_what_is_wrong(tmp_path: Path) -> None:
    """Card and amount, one by one; nobody is asked for a PIN."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        for wrong in ({"card": "123", "amount": "500000"}, {"card": fake_service.CARD, "amount": "nhiều"}):
            await at.browser.open("/card")
            page = await at.browser.send("/card", what="cash", **wrong)
            assert page.status_code == 422
            assert at.browser.path == "/card"


@in_loop
async def test_nothing_alike_is_begun_while_a_payment_is_unknown(tmp_path: Path) -> None:
    """By back or by a second tab: the clerk comes to what is not known; what moves no cash goes on."""
    async with desk(tmp_path) as at:
        await asked(at)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/card-withdrawals", 2
        await typed(at)
        (unknown,) = at.unknown()
        await at.browser.open("/card")
        await at.browser.send("/card", card=fake_service.CARD, what="cash", amount="500.000")
        assert at.browser.path == f"/requests/{unknown.key}"
        await at.browser.open("/card")
        await at.browser.send("/card", card=fake_service.CARD, what="slip", amount="500.000")
        assert at.browser.path.startswith("/keypad/")
        assert len(at.fake.elders.paid) == 1
