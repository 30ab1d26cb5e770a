"""The board of two hundred offices in a real browser: an old PC, a phone, the keyboard alone, paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from atm_service.platform import database as db
from atm_service.registers.offices import life
from atm_service.registers.offices.domain import State
from tests.browser.road import OLD_PC, PHONE, Counter, Demo, later


@pytest.fixture(scope="module")
def demo(demo: Demo) -> Demo:
    """Give a running demo in which a third of all offices are active and some of them suspended."""
    engine = db.owner_engine(demo.database_url)
    with engine.begin() as session:
        now = session.execute(text("SELECT now()")).scalar_one()
        codes = session.execute(text("SELECT code FROM service.office ORDER BY code")).scalars().all()
        for code in codes[::3]:
            life.activate(session, code, 1, now)
        for code in codes[::21]:
            life.change_state(session, None, code, State.SUSPENDED, "Mất điện cả xã", now)
    engine.dispose()
    return demo


@pytest.fixture
def boss(demo: Demo, chromium: Browser) -> Iterator[Page]:
    """Give a supervisor's page on an old PC; whatever its scripts throw fails the test."""
    page = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    Counter(page, demo.counter_url).sign_in(demo.worker("supervisor"))
    yield page
    page.context.close()
    assert errors == []


def seen(page: Page, tmp_path: Path, name: str) -> None:
    """Photograph the page, and see that nothing is cut off at the side."""
    page.screenshot(path=str(tmp_path / f"{name}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def test_two_hundred_offices_at_a_glance(demo: Demo, boss: Page, tmp_path: Path) -> None:
    """All are there, the worst first in their area, with signs; the filter; a phone; paper."""
    boss.goto(f"{demo.counter_url}/board")
    expect(boss.locator("a.desk")).to_have_count(200)
    seen(boss, tmp_path, "board-pc")
    for area in boss.locator(".area").all():
        classes = [one.get_attribute("class") or "" for one in area.locator("a.desk").all()]
        order = [
            next(n for n, mark in enumerate(("act", "look", "well", "rest")) if mark in one)
            for one in classes
        ]
        assert order == sorted(order)
    assert boss.locator("a.desk.act").first.locator(".sign").inner_text() == "!"
    boss.get_by_role("link", name="Cần chú ý").click()
    expect(boss.locator("a.desk.rest")).to_have_count(0)
    seen(boss, tmp_path, "board-attention")
    boss.set_viewport_size(PHONE)  # type: ignore[arg-type]
    seen(boss, tmp_path, "board-phone")
    boss.emulate_media(media="print")
    boss.screenshot(path=str(tmp_path / "board-paper.png"), full_page=True)


def test_by_keyboard_from_the_board_to_a_suspended_office(demo: Demo, boss: Page, tmp_path: Path) -> None:
    """F2 to the board, Tab and Enter into an office, suspend it with a reason, Esc back to where it was."""
    boss.wait_for_selector("html[data-ready]")
    boss.keyboard.press("F2")
    desk = boss.locator("a.desk.act[href='/board/05983-1'], a.desk[href='/board/05983-1']").first
    desk.focus()
    later(boss)
    boss.keyboard.press("Enter")
    expect(boss.locator("h1")).to_contain_text("05983-1")
    seen(boss, tmp_path, "office-pc")
    boss.screenshot(path=str(tmp_path / "office-whole.png"), full_page=True)
    boss.locator("form[action$='/state'] input[name=reason]").focus()
    boss.keyboard.type("Lũ về, đường bị cắt")
    boss.keyboard.press("Enter")
    later(boss)
    boss.keyboard.press("Enter")
    expect(boss.get_by_role("heading", name="Cho điểm hoạt động lại")).to_be_visible()
    expect(boss.locator("main")).to_contain_text("Lũ về, đường bị cắt")
    boss.set_viewport_size(PHONE)  # type: ignore[arg-type]
    seen(boss, tmp_path, "office-phone")
    boss.keyboard.press("Escape")
    expect(boss.locator("a.desk[href='/board/05983-1'] .alarm")).to_contain_text("tạm dừng")


def test_the_board_changes_without_taking_the_focus(demo: Demo, boss: Page) -> None:
    """Half a minute later it is another, and the keyboard is where it was."""
    boss.clock.install()
    boss.goto(f"{demo.counter_url}/board")
    boss.wait_for_selector("html[data-ready]")
    boss.locator("#o05980-1").focus()
    boss.evaluate("document.querySelector('.hint').textContent = 'old'")
    boss.clock.run_for(31_000)
    expect(boss.locator(".hint").first).not_to_have_text("old")
    expect(boss.locator("#o05980-1")).to_be_focused()
