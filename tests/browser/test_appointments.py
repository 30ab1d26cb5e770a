"""An appointment in the wallet, against the real service: made, broken by its office, moved with consent, paid."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from atm_service.registers.offices import life
from atm_service.registers.offices.domain import State
from atm_service.run import app
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clock, Customer, Service, context_on
from tests.browser.test_wallet_pages import LOW_TARGETS, PHONE_SIZE
from tests.database import Database


@dataclass(frozen=True)
class Seen:
    """A customer's phone, and the service behind it; its housekeeping runs."""

    page: Page
    service: Service
    customer: Customer
    url: str

    def go(self, route: str) -> None:
        self.page.goto(f"{self.url}/wallet/#/{route}")

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).last.click()

    def sign_in(self) -> None:
        self.go("welcome")
        self.page.fill("#phone", self.customer.facts["phone"])
        self.page.fill("#pin", self.customer.facts["pin"])
        self.press("Đăng nhập")
        expect(self.page.locator(".balance")).to_be_visible()

    def fits(self) -> None:
        """Nothing scrolls sideways, and everything can be touched."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE_SIZE["width"]
        assert self.page.evaluate(LOW_TARGETS) == []


@pytest.fixture
def seen(chromium: Browser, database: Database, tmp_path: Path) -> Iterator[Seen]:
    """Give a phone in front of a real service, where it is a Monday morning: the page goes by its answers' date."""
    clock = Clock()
    context = context_on(database.app, tmp_path, clock)
    service = Service(context, clock)
    service.clerk()
    service.clerk(OTHER_OFFICE)
    date = ("Date", format_datetime(clock.now, usegmt=True))
    config = uvicorn.Config(
        app.create(context), port=0, log_level="critical", date_header=False, headers=[date]
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    browser = chromium.new_context(viewport=PHONE_SIZE, locale="vi-VN")
    page = browser.new_page()
    page.set_default_timeout(15_000)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield Seen(page, service, service.customer(), url)
    browser.close()
    server.should_exit = True
    thread.join()


def test_an_appointment_is_broken_told_and_moved_with_consent(seen: Seen, tmp_path: Path) -> None:
    """Office and day are chosen; the page warns by itself, proposes, and moves only when the button is pressed."""
    page = seen.page
    seen.sign_in()
    seen.go("withdraw")
    page.get_by_role("button", name="2.000.000 đ").click()
    page.get_by_text("Hẹn trước, trong 72 giờ").click()
    page.get_by_role("link", name="Chọn điểm bưu điện").click()
    page.fill("#search", "hoang van thu")
    shown = page.get_by_role("button", name=re.compile("Hoàng Văn Thụ")).first
    expect(shown).to_contain_text("Đủ tiền mặt")
    seen.fits()
    page.screenshot(path=tmp_path / "offices.png", full_page=True)
    shown.click()
    page.get_by_role("group", name="Ngày hẹn").get_by_role("radio").nth(1).check(force=True)
    seen.fits()
    page.screenshot(path=tmp_path / "day.png", full_page=True)
    seen.press("Tiếp tục")
    page.fill("#pin", seen.customer.facts["pin"])
    seen.press(re.compile("Tạo mã rút"))
    expect(page.locator("img.qr")).to_be_visible()
    expect(page.get_by_text("Ngày hẹn")).to_be_visible()
    before = page.locator("img.qr").get_attribute("src")
    page.screenshot(path=tmp_path / "standing.png", full_page=True)
    with seen.service.context.transaction() as session:
        life.change_state(session, None, OFFICE, State.SUSPENDED, "Mất điện", seen.service.now)
    warned = page.locator(".notice.wait", has_text="Khoan đi!")
    expect(warned).to_contain_text("đang ngừng chi tiền")
    expect(warned).to_contain_text("Tam Thanh")
    expect(page.locator(".steps")).to_have_count(0)
    seen.fits()
    page.screenshot(path=tmp_path / "broken.png", full_page=True)
    made = seen.customer.get("/wallet/v1/withdrawals").json()["items"][0]
    assert (made["office"], made["reservation"]) == (OFFICE, "broken")
    seen.press(re.compile("Đồng ý chuyển đến"))
    expect(warned).to_have_count(0)
    expect(page.locator(".steps")).to_contain_text("Tam Thanh")
    page.screenshot(path=tmp_path / "moved.png", full_page=True)
    moved = seen.customer.look(made["id"])
    assert (moved["office"], moved["reservation"]) == (OTHER_OFFICE, "standing")
    assert page.locator("img.qr").get_attribute("src") != before


def test_a_notice_waits_on_the_first_page_and_is_kept(seen: Seen, tmp_path: Path) -> None:
    """Whoever was away reads it at once, looks, and finds it among the notices afterwards; another day is chosen."""
    page = seen.page
    booked = seen.customer.appointment()
    assert booked.status_code == 201, booked.text
    for office in (OFFICE, OTHER_OFFICE):
        with seen.service.context.transaction() as session:
            life.change_state(session, None, office, State.SUSPENDED, "Mất điện", seen.service.now)
    seen.sign_in()
    for _ in range(30):
        if page.locator(".notice.wait").count():
            break
        time.sleep(0.5)
        page.reload()
    expect(page.locator(".notice.wait").first).to_contain_text("Khoan đi!")
    seen.fits()
    page.screenshot(path=tmp_path / "home.png", full_page=True)
    page.get_by_role("link", name="Xem và đổi hẹn").click()
    page.get_by_role("link", name="Chọn điểm hoặc ngày khác").click()
    with seen.service.context.transaction() as session:
        life.change_state(session, None, OTHER_OFFICE, State.ACTIVE, "Có điện lại", seen.service.now)
    page.fill("#search", "tam thanh")
    page.get_by_role("button", name=re.compile("Tam Thanh")).first.click()
    page.get_by_role("group", name="Ngày hẹn").get_by_role("radio").nth(2).check(force=True)
    seen.fits()
    page.screenshot(path=tmp_path / "move.png", full_page=True)
    seen.press("Đổi cuộc hẹn")
    expect(page.locator(".steps")).to_contain_text("Tam Thanh")
    moved = seen.customer.look(booked.json()["id"])
    assert (moved["office"], moved["reservation"]) == (OTHER_OFFICE, "standing")
    assert moved["day"] > booked.json()["day"]
    seen.go("home")
    expect(page.locator(".code-card")).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0)
    seen.go("notices")
    expect(page.locator(".list .notice")).to_have_count(1)
    seen.fits()
    page.screenshot(path=tmp_path / "notices.png", full_page=True)
