from pathlib import Path

from tests.counter_app.desk import Desk, desk, in_loop
from tests.counter_app.fake_service import OTHER_CLERK, SUPERVISOR


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
