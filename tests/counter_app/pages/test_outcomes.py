import asyncio
from pathlib import Path

import pytest

from counter_app.app import watch_line
from tests.counter_app.desk import COUNTS, Desk, desk, in_loop
from tests.counter_app.fake_service import CARD, OTHER_CLERK, SUPERVISOR


async def lose(at: Desk) -> str:
    """Bring a desk to an unknown payment and return its address."""
    await at.open_shift()
    await at.present()
    at.line.cut, at.line.only = "lose-answer", "/payment"
    await at.pay()
    return at.browser.path


@in_loop
async def test_the_waiting_page_updates_itself(tmp_path: Path) -> None:
    """Without scripts the page reloads itself; with them it asks in one word until it is known."""
    async with desk(tmp_path) as at:
        path = await lose(at)
        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in at.browser.text
        asked = path.replace("/requests/", "/unknown/")
        assert f'data-watch="{path.removeprefix("/requests/")}"' in at.browser.text
        assert (await at.browser.client.get(asked)).json() == {"state": "unknown"}
        await at.resolve()
        assert (await at.browser.client.get(asked)).json() == {"state": "answered"}
        await at.browser.open(path)
        assert "ĐÃ CHI TIỀN" in at.browser.text


@in_loop
async def test_never_paid_without_a_receipt(tmp_path: Path) -> None:
    """No page says paid before the service's receipt was read."""
    async with desk(tmp_path) as at:
        at.line.times = 10**6
        path = await lose(at)
        at.line.times = 10**6
        for address in (path, "/", "/shift/close"):
            await at.browser.open(address)
            assert "<h1>ĐÃ CHI" not in at.browser.text


@in_loop
async def test_a_waiting_page_of_a_signed_out_clerk(tmp_path: Path) -> None:
    """The waiting page of a session that has ended is told so, to go and sign in."""
    async with desk(tmp_path) as at:
        path = await lose(at)
        await at.browser.send("/sign-out")
        answer = await at.browser.client.get(
            path.replace("/requests/", "/unknown/"), headers={"Accept": "application/json"}
        )
        assert answer.status_code == 401


@in_loop
async def test_colleagues_see_it_and_strangers_do_not(tmp_path: Path) -> None:
    """A colleague of the office sees the unknown; a supervisor elsewhere does not."""
    async with desk(tmp_path) as at:
        path = await lose(at)
        colleague, supervisor = at.another_browser(), at.another_browser()
        await at.sign_in(OTHER_CLERK, colleague)
        assert "Chưa rõ – không chi tiền lần nữa" in colleague.text
        await colleague.open(path)
        assert "Chỉ lan hỏi lại được" in colleague.text
        await at.sign_in(SUPERVISOR, supervisor)
        assert (await supervisor.open(path)).status_code == 404


@in_loop
async def test_a_lost_key_file_leaves_the_services_own_list(tmp_path: Path) -> None:
    """Answers that cannot be opened any more lead to the day's list instead of a broken page."""
    async with desk(tmp_path) as at:
        path = await lose(at)
        await at.resolve()
        fake = at.fake
    (tmp_path / "journal.key").unlink()
    async with desk(tmp_path, fake) as again:
        await again.sign_in()
        assert "Đã rõ: ĐÃ CHI" in again.browser.text
        await again.browser.open(path)
        assert again.browser.path == "/receipts"
        assert fake.receipts[0]["number"] in again.browser.text


@in_loop
async def test_asking_again_by_hand(tmp_path: Path) -> None:
    """The clerk may ask again at once instead of waiting."""
    async with desk(tmp_path) as at:
        await lose(at)
        await at.browser.send("/retry")
        assert "ĐÃ CHI TIỀN" in at.browser.text


@in_loop
async def test_an_unknown_says_whose_money(tmp_path: Path) -> None:
    """Amount and masked name stand on the page and on the start page, also after a restart; not so on the disk."""
    async with desk(tmp_path) as at:
        path = await lose(at)
        fake = at.fake
    async with desk(tmp_path, fake) as again:
        await again.sign_in()
        for address in ("/", path):
            await again.browser.open(address)
            assert "2.000.000\N{NO-BREAK SPACE}đ · H••••• T•• Mai" in again.browser.text
    on_disk = b"".join(file.read_bytes() for file in tmp_path.glob("journal.sqlite*"))  # noqa: ASYNC240 - small
    assert "H•••••".encode() not in on_disk
    assert b"\\u2022" not in on_disk


@in_loop
async def test_paid_is_said_once(tmp_path: Path) -> None:
    """Whoever goes back to PAID reads that it was seen, not that cash is to be handed over; its paper is a copy."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        await at.pay()
        assert "Đếm và giao cho khách" in at.browser.text
        assert "BẢN SAO" not in at.browser.text
        await at.browser.open(at.browser.path)
        assert "ĐÃ CHI TIỀN – đã xem" in at.browser.text
        assert "Đã hiện lúc 08:30: không giao tiền lần nữa" in at.browser.text
        assert "Đếm và giao cho khách" not in at.browser.text
        assert "BẢN SAO" in at.browser.text


@pytest.mark.parametrize("cut", [False, True])
@in_loop
async def test_paid_here_and_undone_elsewhere(tmp_path: Path, cut: bool) -> None:  # noqa: FBT001
    """Undone at another machine, the payment does not look valid here; without a line nobody is told that it is."""
    async with desk(tmp_path) as at:
        path = await lose(at)
        await at.resolve()
        at.clock.turn(minutes=2)
        at.fake.receipts[0]["undone_by"] = "05971-1-V000001"
        if cut:
            at.line.cut, at.line.times, at.line.only = "refuse-connection", 10, "/receipts"
        await at.browser.open(path)  # for the first time
        if cut:
            assert "Hiện chưa xem được" in at.browser.text
        else:
            assert at.browser.path.startswith("/receipts/")
            assert "05971-1-V000001" in at.browser.text


@in_loop
async def test_home_without_a_line(tmp_path: Path) -> None:
    """The start page is not ready: since when, what goes on by itself, and whom to call."""
    async with desk(tmp_path, help_phone="0205 3 812 345") as at:
        await at.open_shift()
        assert "Sẵn sàng" in at.browser.text
        at.line.cut, at.line.times = "refuse-connection", 10**6
        await at.browser.open("/")
        at.clock.turn(minutes=3)
        await at.browser.open("/")
        assert "Sẵn sàng" not in at.browser.text
        assert 'href="/scan"' not in at.browser.text
        assert "Không có trả lời từ 08:30" in at.browser.text
        assert "gọi 0205 3 812 345" in at.browser.text
        at.line.times = 0
        await at.browser.open("/")
        assert "Sẵn sàng" in at.browser.text


@in_loop
async def test_nothing_waits_on_a_line_that_is_known_to_be_down(tmp_path: Path) -> None:
    """Once the line is seen to be down, a scan and a payment are answered without a request; later they are sent."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        at.line.cut, at.line.times = "lose-request", 10**6
        watching = asyncio.create_task(watch_line(at.app.service))
        await at.browser.client.get("/")  # a time-out, and then it is known
        at.line.lost.clear()
        await at.pay()
        assert "Chưa gửi được – chưa chi tiền" in at.browser.text
        pay = at.browser.path
        await at.browser.open("/scan")
        await at.browser.send("/scan", code="123-456-7890")
        assert "Hệ thống không trả lời" in at.browser.text
        assert set(at.line.lost) <= {"/healthz"}
        at.line.times = 0
        while at.app.service.line.state != "online":  # noqa: ASYNC110 - the watcher says it nowhere else
            await asyncio.sleep(0.1)
        await at.browser.open(pay)
        await at.browser.send("/retry")
        assert "ĐÃ CHI TIỀN" in at.browser.text
        watching.cancel()


@in_loop
async def test_the_askers_own_session_asks(tmp_path: Path) -> None:
    """Signed in twice, and signed out of the first from elsewhere: the second one's payment is paid, not unknown."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        stale = set(at.fake.tokens)
        at.clock.turn(minutes=1)
        second = at.another_browser()
        await at.sign_in(browser=second)
        for token in stale:
            del at.fake.tokens[token]
        withdrawal = at.fake.withdrawal()
        await second.open("/scan")
        await second.send("/scan", code=withdrawal.code)
        await second.send("/payment", card=CARD)
        assert "ĐÃ CHI TIỀN" in second.text


@in_loop
async def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A payment that cannot be written down is not sent, and the page says what to do; an answer is found out later."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        at.journal._database.execute("PRAGMA query_only = ON")
        answer = await at.pay()
        assert answer.status_code == 507
        assert "Chưa gửi: máy này không ghi được" in answer.text
        assert at.fake.receipts == []


@in_loop
async def test_an_emptied_journal_is_told_of(tmp_path: Path) -> None:
    """Every page says what may be missing, until something is asked."""
    async with desk(tmp_path) as at:
        at.journal._was_lost = True
        await at.sign_in()
        assert "Nhật ký của máy này trống" in at.browser.text
        await at.browser.open("/shift/open")
        await at.browser.send("/shift/open", drawer="1", **COUNTS)
        assert "Nhật ký của máy này trống" not in at.browser.text
