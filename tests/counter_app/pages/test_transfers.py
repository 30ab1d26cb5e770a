"""Assisted transfers at the counter: both names shown, the sender's PIN, once."""

from pathlib import Path

from tests.counter_app import fake_money, fake_service
from tests.counter_app.desk import Desk, desk, in_loop


async def proposed(at: Desk, amount: str = "500.000") -> None:
    """Put the sender's card on the counter, and name the payee."""
    await at.open_shift()
    await at.browser.open("/transfers/new")
    await at.browser.send("/transfers/new", card=fake_service.CARD, to=fake_money.PHONE, amount=amount)


@in_loop
async def test_money_is_sent(tmp_path: Path) -> None:
    """Both names and the amount in words before the PIN; SENT after it."""
    async with desk(tmp_path) as at:
        await proposed(at)
        assert at.browser.text.count("H••••• T•• Mai") == 2
        assert "Năm trăm nghìn đồng" in at.browser.text
        await at.browser.send("/confirm", pin=fake_service.PIN)
        assert "ĐÃ CHUYỂN" in at.browser.text
        assert at.fake.money.vouchers[0]["amount"] == 500_000


@in_loop
async def test_a_pin_is_six_digits_and_right(tmp_path: Path) -> None:
    """Anything else is said on this page, and nothing moves."""
    async with desk(tmp_path) as at:
        await proposed(at)
        for pin, status in (("12", 409), ("111111", 403)):
            page = await at.browser.send("/confirm", pin=pin)
            assert page.status_code == status
        assert at.fake.money.vouchers == []


@in_loop
async def test_the_form_says_what_is_wrong(tmp_path: Path) -> None:
    """Card, payee and amount, one by one."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        good = {"card": fake_service.CARD, "to": fake_money.PHONE, "amount": "500000"}
        for wrong, words in (
            ({"card": "123"}, "thẻ"),
            ({"to": "Mai"}, "Không có khách hàng nào"),
            ({"amount": "nhiều"}, "Không đọc được số tiền"),
            ({"amount": "500.000,00"}, "Mới hiểu đến: 500.000"),
        ):
            await at.browser.open("/transfers/new")
            page = await at.browser.send("/transfers/new", **(good | wrong))
            assert page.status_code == 422
            assert words in at.browser.text


@in_loop
async def test_a_refused_amount_names_its_limits(tmp_path: Path) -> None:
    """How little and how much it may be stands beside the no."""
    async with desk(tmp_path) as at:
        limits = {"amount_min": 50_000, "amount_max": 20_000_000}
        await at.open_shift()
        at.fake.refuse_next = [(409, "amount-out-of-range", limits)]
        await at.browser.open("/transfers/new")
        await at.browser.send("/transfers/new", card=fake_service.CARD, to=fake_money.PHONE, amount="5.000")
        assert "Ít nhất: 50.000" in at.browser.text
        assert "Nhiều nhất: 20.000.000" in at.browser.text


@in_loop
async def test_a_lost_answer_is_unknown(tmp_path: Path) -> None:
    """Not sent again; asking again finds the one transfer."""
    async with desk(tmp_path) as at:
        await proposed(at)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/confirmation", 1
        await at.browser.send("/confirm", pin=fake_service.PIN)
        assert "không chuyển lần nữa" in at.browser.text
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "ĐÃ CHUYỂN" in at.browser.text
        assert len(at.fake.money.vouchers) == 1
