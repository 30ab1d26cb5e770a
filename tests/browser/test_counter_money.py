"""Deposit, assisted transfer and reversal in a real browser, the supervisor in a second one: by keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import OLD_PC, Counter, Demo, Phone, at_once, later


def page_of(chromium: Browser) -> Page:
    """Open an old PC's page."""
    return chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]


def ready(page: Page) -> None:
    """Wait until the page's scripts listen."""
    page.wait_for_selector("html[data-ready]")


def strike(page: Page) -> None:
    """Strike Enter as a person does, on what has had the focus."""
    later(page)
    page.keyboard.press("Enter")


def count(page: Page, notes: str) -> None:
    """Type a count of the largest notes, and walk by Enter to the button."""
    page.keyboard.type(notes)
    for _ in range(9):
        page.keyboard.press("Enter")
    expect(page.locator("form.count .primary")).to_be_focused()
    strike(page)


@pytest.fixture
def clerk(demo: Demo, chromium: Browser) -> Iterator[Counter]:
    """Give a clerk with an open shift."""
    counter = Counter(page_of(chromium), demo.counter_url)
    counter.sign_in(demo.worker("clerk", "05980-1"))
    expect(counter.page.locator("main a[href='/scan'], main a[href='/shift/open']").first).to_be_visible()
    if counter.page.locator("main a[href='/scan']").count() == 0:
        counter.open_shift({"500000": 400})
    counter.page.goto(demo.counter_url)
    ready(counter.page)
    yield counter
    counter.page.context.close()


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and the main button is seen without scrolling."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button = page.locator("main .primary").first.bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= OLD_PC["height"]


def test_a_deposit(demo: Demo, clerk: Counter) -> None:
    """F6, the phone, the notes, the name that is said, Enter: received."""
    page = clerk.page
    page.keyboard.press("F6")
    expect(page.locator("#to")).to_be_focused()
    ready(page)
    page.keyboard.type(demo.customers[1]["phone"])
    page.keyboard.press("Enter")
    expect(page.locator("[name=count-500000]")).to_be_focused()
    fits(page)
    count(page, "2")
    expect(page.locator("dd").first).to_contain_text("•••")
    expect(page.locator("#name")).to_be_focused()
    fits(page)
    page.keyboard.type(demo.customers[1]["full_name"].upper())
    page.keyboard.press("Enter")
    expect(page.locator("#pay")).to_be_focused()
    at_once(page)
    page.keyboard.press("Enter")  # the second of two
    expect(page.locator("form[data-sent]")).to_have_count(0)
    expect(page.locator("#pay")).to_be_focused()
    later(page)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("ĐÃ THU TIỀN")
    fits(page)


def test_a_transfer(demo: Demo, clerk: Counter) -> None:
    """F7, the card, the payee, the amount; both names; the PIN on the keypad: sent."""
    page = clerk.page
    page.keyboard.press("F7")
    expect(page.locator("#card")).to_be_focused()
    ready(page)
    for typed in (demo.customers[0]["id_number"], demo.customers[1]["phone"], "150.000"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(page.locator("form .primary")).to_be_focused()
    later(page)  # a second Enter of a scanner is not the one that sends
    fits(page)
    page.keyboard.press("Enter")
    expect(page.locator("#pin")).to_be_focused()
    ready(page)
    fits(page)
    page.keyboard.type(demo.customers[0]["pin"])
    page.keyboard.press("Enter")
    expect(page.locator("#pay")).to_be_focused()
    later(page)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("ĐÃ CHUYỂN")


def test_a_reversal_with_a_supervisor_elsewhere(demo: Demo, clerk: Counter, chromium: Browser) -> None:
    """Paid, asked, approved in the second browser, seen by itself in the first, counted back: undone."""
    phone = Phone(page_of(chromium), demo.service_url)
    phone.sign_in(demo.customers[0])
    phone.make_code(demo.customers[0], "500.000")
    page, pin = clerk.page, demo.customers[0]["pin"]
    clerk.type_code(phone.digits())
    clerk.check_card(demo.customers[0]["id_number"], pin)
    expect(page.locator("h1")).to_have_text("ĐÃ CHI TIỀN")
    page.goto(f"{demo.counter_url}/receipts")
    page.locator("table.rows a").first.click()
    ready(page)
    page.keyboard.press("F7")
    expect(page.locator("[name=reason]").first).to_be_focused()
    fits(page)
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Khách đi mất, tiền còn trên quầy")
    page.keyboard.press("Enter")
    strike(page)
    expect(page.locator("h1")).to_have_text("Đang chờ kiểm soát viên")

    supervisor = Counter(page_of(chromium), demo.counter_url)
    supervisor.sign_in(demo.worker("supervisor"))
    other = supervisor.page
    expect(other.locator("[name=reason]")).to_be_focused()
    expect(other.locator(".review")).to_contain_text("Khách đi mất, tiền còn trên quầy")
    fits(other)
    other.keyboard.type("Đã gọi cho khách")
    other.keyboard.press("Tab")
    strike(other)
    expect(other.locator(".empty")).to_be_visible()

    expect(page.locator("h1")).to_have_text("ĐÃ DUYỆT")  # by itself
    ready(page)
    later(page)  # an Enter just as a verdict appears is not an answer to it
    page.keyboard.press("Enter")
    expect(page.locator("[name=count-500000]")).to_be_focused()
    ready(page)
    fits(page)
    count(page, "1")
    expect(page.locator("h1")).to_have_text("ĐÃ ĐẢO")
    phone.page.goto(f"{demo.service_url}/wallet/")
    expect(phone.page.locator(".balance")).to_be_visible()
    phone.page.context.close()
    other.context.close()


def test_a_large_deposit_waits(demo: Demo, clerk: Counter, chromium: Browser) -> None:
    """Above the threshold the clerk asks; the supervisor's open queue shows it by itself; NO is read here."""
    supervisor = Counter(page_of(chromium), demo.counter_url)
    supervisor.sign_in(demo.worker("supervisor"))
    page, other = clerk.page, supervisor.page
    page.keyboard.press("F6")
    expect(page.locator("#to")).to_be_focused()
    ready(page)
    page.keyboard.type(demo.customers[2]["phone"])
    page.keyboard.press("Enter")
    expect(page.locator("[name=count-500000]")).to_be_focused()
    count(page, "24")
    expect(page.locator("[name=words]")).to_be_focused()
    page.keyboard.type("Bán trâu ở chợ phiên")
    page.keyboard.press("Enter")
    strike(page)
    expect(page.locator("h1")).to_have_text("Đang chờ kiểm soát viên")
    expect(other.locator(".review")).to_contain_text("12.000.000")  # by itself
    other.locator("[name=reason]").fill("Chưa rõ nguồn tiền")
    other.get_by_role("button", name="Không duyệt").click()
    expect(page.locator("h1")).to_have_text("Kiểm soát viên KHÔNG duyệt")
    expect(page.locator(".facts")).to_contain_text("Chưa rõ nguồn tiền")
    other.context.close()


def test_a_counterfeit(demo: Demo, clerk: Counter) -> None:
    """Put on record, and the paper is ready for printing."""
    page = clerk.page
    page.goto(f"{demo.counter_url}/counterfeits")
    expect(page.locator("select")).to_be_focused()
    ready(page)
    fits(page)
    page.keyboard.press("Tab")
    for typed in ("QX24813579", "Lộc Văn Bình", demo.customers[2]["id_number"]):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    later(page)
    page.keyboard.press("Enter")
    expect(page.locator(".slip")).to_contain_text(re.compile("QX24813579"))
