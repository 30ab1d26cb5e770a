"""A drawer handed over at noon, taken over from an absent colleague, and a close with a payment in the way."""

from pathlib import Path

from tests.counter_app.desk import COUNTS, desk, in_loop
from tests.counter_app.fake_service import CLERK, OTHER_CLERK, PASSWORD, SUPERVISOR

SHORT = COUNTS | {"count-500000": "39"}


@in_loop
async def test_a_drawer_is_handed_over(tmp_path: Path) -> None:
    """One count, both clerks: the page says whose the drawer is now."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/shift/hand-over")
        assert "22.000.000" not in at.browser.text
        await at.browser.send("/shift/hand-over", username=OTHER_CLERK, password=PASSWORD, **COUNTS)
        assert "Ngăn kéo nay do Lương Văn Minh giữ" in at.browser.text
        assert at.fake.shifts[OTHER_CLERK]["status"] == "open"
        await at.browser.open("/")
        assert "Chưa mở ca" in at.browser.text


@in_loop
async def test_a_hand_over_that_differs_is_counted_again(tmp_path: Path) -> None:
    """Back to the form, without a figure; the second count stands."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/shift/hand-over")
        for _ in range(2):
            await at.browser.send("/shift/hand-over", username=OTHER_CLERK, password=PASSWORD, **SHORT)
            if "Số đếm không khớp" in at.browser.text:
                assert "500.000\N{NO-BREAK SPACE}đ" not in at.browser.text
        assert "thiếu 500.000" in at.browser.text.replace("\N{NO-BREAK SPACE}đ", "")


@in_loop
async def test_a_wrong_colleague_takes_nothing(tmp_path: Path) -> None:
    """The reason, what to do, and the way back to the form; the password is nowhere on a page."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/shift/hand-over")
        await at.browser.send("/shift/hand-over", username=OTHER_CLERK, password="sai-mat-khau", **COUNTS)
        assert "Tên hoặc mật khẩu của đồng nghiệp không đúng" in at.browser.text
        assert 'href="/shift/hand-over"' in at.browser.text
        assert "sai-mat-khau" not in at.browser.text
        assert at.fake.shifts[CLERK]["status"] == "open"
        await at.browser.open("/shift/hand-over")
        answer = await at.browser.send("/shift/hand-over", username="", password="", **COUNTS)
        assert answer.status_code == 422


@in_loop
async def test_a_shift_left_open_is_taken_over(tmp_path: Path) -> None:
    """Without leave the page says whom to call; with it the clerk counts, and the absent one is named."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        other, boss = at.another_browser(), at.another_browser()
        await at.sign_in(OTHER_CLERK, other)
        await other.open("/shift/open")
        await other.send("/shift/open", drawer="1")
        assert 'href="/shift/left"' in other.text
        await other.open("/shift/left")
        assert "Gọi kiểm soát viên" in other.text
        assert "Nông Thị Lan" in other.text
        await at.sign_in(SUPERVISOR, boss)
        await boss.open("/supervision")
        shift = at.fake.shifts[CLERK]["id"]
        await boss.send(f"/supervision/shifts/{shift}", reason="Ốm, đã gọi điện")
        assert boss.path == "/supervision"
        assert "được đóng ca này" in boss.text
        await other.open("/shift/left")
        await other.open(f"/shift/left/{shift}")
        await other.send(f"/shift/left/{shift}", **SHORT)
        assert "Số đếm không khớp" in other.text
        await other.send(f"/shift/left/{shift}", **SHORT)
        assert "Ca của Nông Thị Lan, do Lương Văn Minh kiểm đếm" in other.text
        assert at.fake.shifts[CLERK]["status"] == "closed"


@in_loop
async def test_a_payment_in_the_way_is_given_back_there(tmp_path: Path) -> None:
    """The close names the amount and releases it on the spot; then the count can be sent again."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present(amount=2_000_000)
        await at.browser.open("/shift/close")
        await at.browser.send("/shift/close", **COUNTS)
        assert "2.000.000" in at.browser.text
        await at.browser.send(f"/shift/release/{withdrawal.id}")
        assert at.browser.path == "/shift/close"
        assert withdrawal.status == "authorised"
        await at.browser.send("/shift/close", **COUNTS)
        assert "quỹ khớp" in at.browser.text


@in_loop
async def test_a_supervisor_takes_nothing_over(tmp_path: Path) -> None:
    """The pages are a clerk's, and leave is a supervisor's."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        for path in ("/shift/hand-over", "/shift/left", "/cash", "/cash/to-vault"):
            assert (await at.browser.open(path)).status_code == 403, path
        clerk = at.another_browser()
        await at.sign_in(CLERK, clerk)
        assert (await clerk.open("/supervision")).status_code == 403
