"""The whole road of a withdrawal, from the wallet's screen to the receipt, in real browsers against the real thing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import (
    OLD_PC,
    PHONE,
    Counter,
    Demo,
    Phone,
    browser_with_camera,
    camera_film,
)

FULL_DRAWER = {"500000": 400}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give an old PC's page; whatever its scripts throw fails the test."""
    yield from _watched(chromium, OLD_PC)


@pytest.fixture
def phone_page(chromium: Browser) -> Iterator[Page]:
    """Give a phone's page, watched in the same way."""
    yield from _watched(chromium, PHONE)


def _watched(browser: Browser, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def text_of(picture: bytes, tmp_path: Path) -> str:
    path = tmp_path / "qr.png"
    path.write_bytes(picture)
    (read,) = zxingcpp.read_barcodes(Image.open(path))
    return str(read.text)


def test_the_camera_reads_the_wallets_screen(
    demo: Demo, chromium: Browser, phone_page: Page, tmp_path: Path
) -> None:
    """Without a browser detector the frames go to the app: scan, check, pay, print; again is already paid."""
    customer, clerk = demo.customers[0], demo.worker("clerk", "05971-1")
    phone = Phone(phone_page, demo.service_url)
    phone.sign_in(customer)
    phone.make_code(customer, "500.000")
    film = camera_film(tmp_path / "qr.mjpeg", phone.picture())
    with_camera = browser_with_camera(chromium.browser_type, film)
    try:
        page = with_camera.new_context(viewport=OLD_PC, locale="vi-VN").new_page()
        page.set_default_timeout(20_000)
        counter = Counter(page, demo.counter_url)
        counter.sign_in(clerk)
        counter.open_shift(FULL_DRAWER)
        page.goto(f"{demo.counter_url}/scan")
        assert page.evaluate("!('BarcodeDetector' in window)")
        page.wait_for_url("**/check", timeout=30_000)
        expect(page.locator(".sum").first).to_contain_text("500.000")
        counter.check_card(customer["id_number"])
        expect(page.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
        number = page.locator(".verdict .number b").inner_text()
        printed = page.pdf(width="80mm", path=str(tmp_path / "receipt.pdf"))
        assert printed.startswith(b"%PDF-")
        expect(phone_page.get_by_text("500.000").first).to_be_visible()
        page.goto(f"{demo.counter_url}/scan")
        expect(page.locator(".verdict")).to_contain_text("đã được chi", timeout=30_000)
        expect(page.get_by_role("definition").nth(1)).to_have_text("1")
        page.goto(f"{demo.counter_url}/receipts")
        expect(page.locator("main")).to_contain_text(number)
    finally:
        with_camera.close()


def test_a_hand_scanner_types_the_code(demo: Demo, page: Page, phone_page: Page, tmp_path: Path) -> None:
    """The scanner types the QR's text and Enter; the card comes as the text of its own QR."""
    customer, clerk = demo.customers[1], demo.worker("clerk", "05974-1")
    phone, counter = Phone(phone_page, demo.service_url), Counter(page, demo.counter_url)
    phone.sign_in(customer)
    phone.make_code(customer, "1.000.000")
    code = text_of(phone.picture(), tmp_path)
    counter.sign_in(clerk)
    counter.open_shift(FULL_DRAWER)
    counter.type_code(code)
    card = f"{customer['id_number']}|080123456|Hoàng Văn Thắng|02111975|Nam|Lạng Sơn|01012021"
    counter.check_card(card)
    expect(page.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
    expect(page.locator(".verdict")).to_contain_text("một triệu đồng", ignore_case=True)
    counter.type_code(code)
    expect(page.locator(".verdict")).to_contain_text("đã được chi")


def test_typed_digits_need_the_pin(demo: Demo, page: Page, phone_page: Page) -> None:
    """With a dead camera: ten digits, the card, the PIN; a wrong card pays nothing."""
    customer, clerk = demo.customers[3], demo.worker("clerk", "05977-1")
    phone, counter = Phone(phone_page, demo.service_url), Counter(page, demo.counter_url)
    phone.sign_in(customer)
    phone.make_code(customer, "2.000.000")
    counter.sign_in(clerk)
    counter.open_shift(FULL_DRAWER)
    counter.type_code(phone.digits())
    counter.check_card(demo.customers[0]["id_number"], customer["pin"])
    expect(page.locator("main")).to_contain_text("Căn cước", ignore_case=True)
    expect(page.locator(".verdict.good")).to_have_count(0)
    counter.type_code(phone.digits())
    counter.check_card(customer["id_number"], customer["pin"])
    expect(page.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")


def test_the_auditor_sees_every_dong(demo: Demo, page: Page) -> None:
    """After the day's payments all controls hold and the trial balance is balanced."""
    auditor = demo.worker("auditor")
    page.goto(f"{demo.service_url}/audit/")
    page.fill("input[name=username]", auditor["username"])
    page.fill("input[name=password]", auditor["password"])
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("đúng", ignore_case=True, timeout=30_000)
