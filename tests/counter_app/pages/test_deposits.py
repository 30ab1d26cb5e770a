"""Deposits at the counter: counted, named, confirmed; a lost answer is never guessed."""

from pathlib import Path

from counter_app.journal import Kind
from tests.counter_app import fake_money, fake_service
from tests.counter_app.desk import Desk, desk, in_loop

ONE = {"count-500000": "2"}


async def proposed(at: Desk, **counts: str) -> None:
    """Count and name."""
    await at.open_shift()
    await at.browser.open("/deposits/new")
    await at.browser.send("/deposits/new", to=fake_money.PHONE, action="send", **(counts or ONE))


@in_loop
async def test_cash_comes_in(tmp_path: Path) -> None:
    """The masked name is shown first; then RECEIVED, with the voucher."""
    async with desk(tmp_path) as at:
        await proposed(at)
        assert at.fake.money.vouchers == []
        assert "H••••• T•• Mai" in at.browser.text
        assert "1.000.000" in at.browser.text
        await at.browser.send("/confirm", name="Hoàng Thị Lan")
        assert "Đây không phải tên chủ tài khoản" in at.browser.text
        assert (await at.browser.send("/confirm")).status_code == 409
        assert at.fake.money.vouchers == []
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        assert "ĐÃ THU TIỀN" in at.browser.text
        assert at.fake.money.vouchers[0]["number"] in at.browser.text
        assert at.fake.money.vouchers[0]["confirmed"] == "name"


@in_loop
async def test_a_larger_amount_takes_card_or_pin(tmp_path: Path) -> None:
    """Without either it asks; a wrong PIN is said here; the right one goes through."""
    async with desk(tmp_path) as at:
        await proposed(at, **{"count-500000": "6"})
        page = await at.browser.send("/confirm")
        assert (page.status_code, at.fake.money.vouchers) == (409, [])
        page = await at.browser.send("/confirm", pin="111111")
        assert page.status_code == 403
        assert "PIN" in at.browser.text
        await at.browser.send("/confirm", pin=fake_service.PIN)
        assert "ĐÃ THU TIỀN" in at.browser.text


@in_loop
async def test_a_scanned_card_names_and_confirms(tmp_path: Path) -> None:
    """The card's QR is read in both places; only its number leaves."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/deposits/new")
        await at.browser.send("/deposits/new", to=fake_service.CARD_QR, action="send", **ONE)
        await at.browser.send("/confirm", card=fake_service.CARD_QR)
        assert at.fake.money.vouchers[0]["confirmed"] == "card"


@in_loop
async def test_nobody_and_nonsense_are_said_on_the_form(tmp_path: Path) -> None:
    """What was counted stays on the form."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        for to, status in (("0999999999", 404), ("Mai", 422)):
            await at.browser.open("/deposits/new")
            page = await at.browser.send("/deposits/new", to=to, action="send", **ONE)
            assert page.status_code == status
            assert "Không có khách hàng nào" in at.browser.text
            assert at.browser.form("/deposits/new").fields["count-500000"] == "2"


@in_loop
async def test_a_mistyped_phone_is_corrected_on_the_form(tmp_path: Path) -> None:
    """What was refused stands under its key: the form that comes back has another."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/deposits/new")
        await at.browser.send("/deposits/new", to="0999999999", action="send", **ONE)
        await at.browser.send("/deposits/new", to=fake_money.PHONE, action="send", **ONE)
        assert "H••••• T•• Mai" in at.browser.text


@in_loop
async def test_a_lost_answer_is_unknown_until_it_is_known(tmp_path: Path) -> None:
    """The screen says not to take the cash again; asking again finds the one deposit."""
    async with desk(tmp_path) as at:
        await proposed(at)
        where = at.browser.path
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/confirmation", 1
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        assert "không thu tiền lần nữa" in at.browser.text
        assert [entry.kind for entry in at.unknown()] == [Kind.DEPOSIT]
        await at.browser.open(where)
        assert at.browser.path.startswith("/requests/")
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "ĐÃ THU TIỀN" in at.browser.text
        assert len(at.fake.money.vouchers) == 1


@in_loop
async def test_somebody_elses_voucher_is_no_answer(tmp_path: Path) -> None:
    """An answer about another deposit is garbled: unknown, and asked again."""
    async with desk(tmp_path) as at:
        await proposed(at)
        made = next(iter(at.fake.money.proposals.values()))
        mine, made["id"] = made["id"], "7a4bb7de-6a3e-4b3a-9d0c-0a3d5f1f4e55"
        at.fake.money.answer_for_others = True
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        assert "không thu tiền lần nữa" in at.browser.text
        assert at.unknown()[0].subject == mine


@in_loop
async def test_a_restart_does_not_forget(tmp_path: Path) -> None:
    """After a power cut the deposit is asked for with the same key."""
    async with desk(tmp_path) as at:
        await proposed(at)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/confirmation", 99
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        fake = at.fake
    async with desk(tmp_path, fake) as at:
        await at.sign_in()
        await at.resolve()
        await at.browser.open("/")
        assert "Đã rõ: ĐÃ THU TIỀN" in at.browser.text
    assert len(fake.money.vouchers) == 1


@in_loop
async def test_nothing_alike_is_begun_while_a_deposit_is_unknown(tmp_path: Path) -> None:
    """A new proposal of the same cash, or one that lay ready, leads to what is not known: one voucher."""
    async with desk(tmp_path) as at:
        await proposed(at)
        ready = at.browser.path
        await at.browser.open("/deposits/new")
        await at.browser.send("/deposits/new", to=fake_money.PHONE, action="send", **ONE)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/confirmation", 2
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        (unknown,) = at.unknown()
        await at.browser.open("/deposits/new")
        assert at.browser.path == f"/requests/{unknown.key}"
        await at.browser.open(ready)
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        assert at.browser.path == f"/requests/{unknown.key}"
        assert len(at.fake.money.vouchers) == 1


@in_loop
async def test_another_clerk_finds_the_voucher(tmp_path: Path) -> None:
    """Whoever asked is away: a colleague's list of the day settles it."""
    async with desk(tmp_path) as at:
        await proposed(at)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/confirmation", 99
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        fake = at.fake
    async with desk(tmp_path, fake) as at:
        await at.sign_in(fake_service.OTHER_CLERK)
        await at.resolve()
        assert at.unknown() == []


@in_loop
async def test_a_large_deposit_waits_for_a_supervisor(tmp_path: Path) -> None:
    """Asked with words; the page waits; approved, it goes on; the home page shows it."""
    async with desk(tmp_path) as at:
        await proposed(at, **{"count-500000": "30"})
        where = at.browser.path
        await at.browser.send("/approval", words="bán trâu")
        assert "Đang chờ kiểm soát viên" in at.browser.text
        waiting = at.browser.path
        await at.browser.open("/")
        assert waiting in at.browser.text
        at.fake.money.decide()
        state = await at.browser.open(f"{waiting}/state")
        assert state.json() == {"state": "approved"}
        await at.browser.open(waiting)
        assert "ĐÃ DUYỆT" in at.browser.text
        await at.browser.open(where)
        await at.browser.send("/confirm", pin=fake_service.PIN)
        assert "ĐÃ THU TIỀN" in at.browser.text


@in_loop
async def test_a_refused_request_may_be_asked_again(tmp_path: Path) -> None:
    """The supervisor's reason stands on the page, above the form."""
    async with desk(tmp_path) as at:
        await proposed(at, **{"count-500000": "30"})
        where = at.browser.path
        await at.browser.send("/approval", words="bán trâu")
        at.fake.money.decide(approve=False)
        await at.browser.open(where)
        assert "Đã gọi điện" in at.browser.text
        await at.browser.send("/approval", words="bán trâu thật")
        assert len(at.fake.money.approvals) == 2
