"""A supervisor's clerks, a customer's wallet and an office's drawers: seen, changed, and never by a clerk."""

from pathlib import Path

import pytest

from tests.counter_app import fake_service
from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_board import CODE
from tests.counter_app.fake_members import CLERK_ID, PHONE, TWICE_FROZEN

WHY = {"reason": "Nghỉ việc"}


@in_loop
async def test_a_clerk_is_switched_off_and_on(tmp_path: Path) -> None:
    """With a reason; the list shows it again."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open("/members")
        assert "đang làm việc" in at.browser.text
        await at.browser.send(f"/members/{CLERK_ID}/state", **WHY)
        assert at.browser.path == "/members"
        assert "đã khoá" in at.browser.text
        await at.browser.send(f"/members/{CLERK_ID}/state", **WHY)
        assert "đang làm việc" in at.browser.text
        await at.browser.send(f"/members/{CLERK_ID}/office", office="05974-1", **WHY)
        assert "05974-1" in at.browser.text


@pytest.mark.parametrize(
    ("words", "is_found"), [("hoa", True), ("LY THI", True), ("chi lang", True), ("minh", False)]
)
def test_the_search_takes_words_without_accents(tmp_path: Path, words: str, is_found: bool) -> None:  # noqa: FBT001
    """By name, user name or office; nobody is said in words."""

    @in_loop
    async def search() -> None:
        async with desk(tmp_path) as at:
            await at.sign_in(fake_service.SUPERVISOR)
            await at.browser.open(f"/members?q={words.replace(' ', '%20')}")
            assert ("Lý Thị Hoa" in at.browser.text) is is_found
            assert ("Không tìm thấy ai" in at.browser.text) is not is_found

    search()


@in_loop
async def test_a_first_password_is_shown_once(tmp_path: Path) -> None:
    """On a page of its own, and in no list after it."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open("/members")
        await at.browser.send(f"/members/{CLERK_ID}/password", **WHY)
        assert "k7fm-2xqp-hh9d-wn3c" in at.browser.text
        await at.browser.open("/members")
        assert "k7fm" not in at.browser.text
        assert "đang có mật khẩu cấp lần đầu" in at.browser.text


@in_loop
async def test_a_wallet_is_found_frozen_and_thawed(tmp_path: Path) -> None:
    """By its phone number as people type it; a number that is nobody's says so."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open("/wallets")
        for number in ("0999 999 999", "12"):
            await at.browser.send("/wallets", number=number)
            assert "Không có khách" in at.browser.text
        await at.browser.send("/wallets", number="0912 345 678")
        assert "Ví đang dùng bình thường" in at.browser.text
        assert PHONE not in at.browser.text
        await at.browser.send("/freeze", **WHY)
        assert at.browser.path == "/wallets"
        await at.browser.send("/wallets", number=PHONE)
        assert "Ví đang bị tạm khoá" in at.browser.text
        assert "Khoá của bưu điện" not in at.browser.text
        await at.browser.send("/freeze", **WHY)
        await at.browser.send("/wallets", number=PHONE)
        assert "Ví đang dùng bình thường" in at.browser.text


@in_loop
async def test_a_drawer_is_frozen_on_the_page_of_its_office(tmp_path: Path) -> None:
    """And thawed there."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open(f"/board/{CODE}")
        await at.browser.send("/drawers/1/freeze", **WHY)
        assert at.browser.path == f"/board/{CODE}"
        assert "đang phong toả" in at.browser.text
        await at.browser.send("/drawers/1/freeze", **WHY)
        assert "đang phong toả" not in at.browser.text


@in_loop
async def test_it_is_no_clerks(tmp_path: Path) -> None:
    """Neither page opens for one."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        for path in ("/members", "/wallets"):
            await at.browser.open(path)
            assert at.browser.page is not None
            assert at.browser.page.status_code == 403


@in_loop
async def test_what_the_customer_froze_is_thawed_with_it_when_asked(tmp_path: Path) -> None:
    """Only where both have frozen it; the supervisor chooses, and the customer's is not chosen beforehand."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open("/wallets")
        await at.browser.send("/wallets", number=TWICE_FROZEN)
        assert "vẫn còn khoá của khách" in at.browser.text
        await at.browser.send("/freeze", **WHY, customers_too="no")
        await at.browser.send("/wallets", number=PHONE)
        assert "Khách đã tự khoá" in at.browser.text
        await at.browser.send("/wallets", number=TWICE_FROZEN)
        await at.browser.send("/freeze", **WHY, customers_too="yes")
        await at.browser.send("/wallets", number=PHONE)
        assert "Ví đang dùng bình thường" in at.browser.text
