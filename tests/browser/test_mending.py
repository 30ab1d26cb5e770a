"""A person forgets the PIN, loses the phone, changes the number: wallet and counter in a real browser."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import PHONE, Counter, Demo, Phone, wrong_for_some
from tests.browser.test_counter_money import fits, page_of, ready, strike
from tests.browser.test_transfers import CLIPPED, LARGE_TYPE, SMALL, go, press

NEW_PIN, NEW_NUMBER = "927364", "0387654321"


@pytest.fixture
def phone(chromium: Browser, demo: Demo) -> Iterator[Phone]:
    """Give a phone on which nobody is signed in; whatever its scripts throw fails the test."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    errors: list[str] = []
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{demo.service_url}/wallet/")
    yield Phone(page, demo.service_url)
    context.close()
    assert errors == []


@pytest.fixture
def clerk(demo: Demo, chromium: Browser) -> Iterator[Counter]:
    """Give a clerk with an open shift, on an old PC."""
    counter = Counter(page_of(chromium), demo.counter_url)
    counter.sign_in(demo.worker("clerk"))
    counter.page.goto(demo.counter_url)
    if counter.page.locator("main a[href='/scan']").count() == 0:
        counter.open_shift({"500000": 400})
    yield counter
    counter.page.context.close()


def code_on(demo: Demo, chromium: Browser, number: str, what: str = "dat lai PIN") -> str:
    """Read the code for this on the demo's page of phones, once it has come."""
    page = chromium.new_page()
    page.goto(demo.service_url)
    came = page.locator("#phones tr", has_text=number).filter(has_text=f"la ma {what}").first
    expect(came).to_be_visible()
    found = re.search(rf": ([0-9]{{6}}) la ma {what}", came.inner_text())
    page.close()
    assert found
    return found[1]


def photograph(page: Page, name: str) -> None:
    """Keep a picture where one is wanted."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def help_with(clerk: Counter, customer: dict[str, str], what: str) -> None:
    """Come by F5, scan the card, choose what for."""
    page = clerk.page
    page.goto(clerk.url)
    ready(page)
    page.keyboard.press("F5")
    expect(page.locator("#card")).to_be_focused()
    page.get_by_role("radio", name=what).check()
    page.fill("#card", customer["id_number"])


def looked_at(page: Page, name: str) -> list[str]:
    """Look at a screen on a phone, on a small one, and in large type: what is wrong with it, and what is cut."""
    wrong = wrong_for_some(page)
    for size, viewport, style in (
        ("", PHONE, ""),
        ("-small", SMALL, ""),
        ("-large", PHONE, LARGE_TYPE),
    ):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.evaluate(style or "0")
        wrong += [f"{name}{size}: {one}" for one in page.evaluate(CLIPPED)]
        photograph(page, f"{name}{size}")
        page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return wrong


def test_a_forgotten_pin_is_set_anew_at_the_counter(
    demo: Demo, chromium: Browser, phone: Phone, clerk: Counter
) -> None:
    """The sign-in says where to go; the customer types code and PIN on the keypad page, and signs in by the new one."""
    customer, page = demo.customers[0], clerk.page
    phone.page.get_by_role("link", name="Quên mã PIN?").click()
    expect(phone.page.get_by_text("Mang thẻ căn cước đến quầy bưu điện bất kỳ")).to_be_visible()

    help_with(clerk, customer, "Quên mã PIN")
    wrong = wrong_for_some(page)
    photograph(page, "counter-help")
    press_main(page)
    expect(page.locator("main dl")).to_contain_text("•••")
    wrong += wrong_for_some(page)
    photograph(page, "counter-help-check")
    press_main(page)
    expect(page.locator("#code")).to_be_focused()
    fits(page)
    photograph(page, "counter-help-keypad")
    wrong += wrong_for_some(page)
    page.keyboard.type(
        code_on(demo, chromium, customer["phone"]) + NEW_PIN + NEW_PIN
    )  # from field to field by itself
    page.keyboard.press("Enter")
    strike(page)
    expect(page.get_by_role("heading", name="Đã đặt mã PIN mới")).to_be_visible()
    photograph(page, "counter-help-done")
    assert [*wrong, *wrong_for_some(page)] == []

    phone.sign_in({**customer, "pin": NEW_PIN})
    expect(phone.page.get_by_text("chỉ ra được thêm 5.000.000")).to_be_visible()
    assert looked_at(phone.page, "wallet-cooling") == []


def press_main(page: Page) -> None:
    """Press the main button, once the page's scripts listen."""
    ready(page)
    page.locator("main form .primary, main form .danger").first.click()


def test_a_lost_phone_is_no_loss(demo: Demo, chromium: Browser, phone: Phone, clerk: Counter) -> None:
    """Frozen from a borrowed phone; at the counter the number changes and the wallet is thawed; then it is used."""
    customer, page = demo.customers[1], phone.page
    page.get_by_role("link", name="Mất điện thoại?").click()
    expect(page.get_by_role("button", name="Khoá ví ngay")).to_be_visible()
    wrong = looked_at(page, "wallet-lost")
    page.fill("#phone", customer["phone"])
    page.fill("#pin", customer["pin"])
    press(page, "Khoá ví ngay")
    page.locator("dialog .danger").click()
    expect(page.get_by_role("heading", name="Ví đã khoá")).to_be_visible()
    expect(page.get_by_text("Mang theo thẻ căn cước")).to_be_visible()
    wrong += looked_at(page, "wallet-frozen")
    assert page.evaluate("sessionStorage.getItem('soft-atm.wallet')") is None
    phone.sign_in(customer)
    expect(page.locator(".notice.bad")).to_contain_text("Bạn đã khoá ví")
    wrong += looked_at(page, "wallet-home-frozen")

    help_with(clerk, customer, "Đổi số điện thoại")
    clerk.page.fill("[name=phone]", NEW_NUMBER)
    press_main(clerk.page)
    expect(clerk.page.locator("main dl")).to_contain_text(NEW_NUMBER)
    expect(clerk.page.locator("main dl")).to_contain_text("Khách đã tự khoá")
    press_main(clerk.page)
    expect(clerk.page.locator("#code")).to_be_focused()
    clerk.page.keyboard.type(code_on(demo, chromium, NEW_NUMBER, "doi so"))
    clerk.page.keyboard.press("Enter")
    strike(clerk.page)
    expect(clerk.page.get_by_role("heading", name="Ví đã đổi số điện thoại")).to_be_visible()
    help_with(clerk, customer, "Mở khoá ví")
    press_main(clerk.page)
    press_main(clerk.page)
    expect(clerk.page.get_by_role("heading", name="Ví đã mở khoá")).to_be_visible()

    page.reload()
    page.locator(".notice.bad").get_by_role("link", name="Đăng nhập").first.click()  # the session has ended
    phone.sign_in({**customer, "phone": NEW_NUMBER})
    expect(page.locator(".notice.bad")).to_have_count(0)
    go(phone, "freeze")
    expect(page.get_by_role("button", name="Khoá ví ngay")).to_be_visible()
    wrong += looked_at(page, "wallet-freeze")
    assert wrong == []


def test_a_forgotten_pin_is_set_anew_on_the_phone(demo: Demo, chromium: Browser, phone: Phone) -> None:
    """By the code and the face; another's face is refused, and says where to go."""
    customer, page = demo.customers[2], phone.page
    go(phone, "forgot")
    page.fill("#phone", customer["phone"])
    wrong = looked_at(page, "wallet-forgot")
    press(page, "Gửi mã đến số này")
    expect(page.locator("#code")).to_be_visible()
    page.fill("#code", code_on(demo, chromium, customer["phone"]))
    page.fill("#new_pin", NEW_PIN)
    page.fill("#again", NEW_PIN)
    page.select_option("#face", "sample-other-face")
    press(page, "Đặt mã PIN mới")
    expect(page.locator(".notice.bad")).to_contain_text("mang thẻ căn cước đến quầy")
    wrong += looked_at(page, "wallet-forgot-code")
    page.select_option("#face", "sample-clear")
    press(page, "Đặt mã PIN mới")
    expect(page.locator("#live")).to_contain_text("Đã đặt mã PIN mới")
    phone.sign_in({**customer, "pin": NEW_PIN})
    assert wrong == []


def test_a_wallet_is_closed_when_nothing_is_left(demo: Demo, phone: Phone) -> None:
    """What is left is named, and where it can go; then it is closed, and the phone forgets it."""
    customer, page = demo.customers[3], phone.page
    phone.sign_in(customer)
    go(phone, "close")
    expect(page.get_by_role("button", name="Đóng ví")).to_be_visible()
    wrong = looked_at(page, "wallet-close")
    closing(page, customer["pin"])
    expect(page.locator(".notice.bad")).to_contain_text("Còn tiền trong ví")
    wrong += looked_at(page, "wallet-close-left")
    page.locator(".notice.bad a", has_text="Xem").click()
    expect(page.get_by_role("heading", name="Rút về ngân hàng")).to_be_visible()
    empty(demo, customer)
    go(phone, "close")
    closing(page, customer["pin"])
    expect(page.get_by_role("heading", name="Ví đã đóng")).to_be_visible()
    wrong += looked_at(page, "wallet-closed")
    assert page.evaluate("sessionStorage.getItem('soft-atm.wallet')") is None
    assert wrong == []


def closing(page: Page, pin: str) -> None:
    """Type the PIN, and be sure."""
    page.fill("#pin", pin)
    press(page, "Đóng ví")
    page.locator("dialog .danger").click()


def empty(demo: Demo, customer: dict[str, str]) -> None:
    """Pay all that there is out to the bank, over the contract."""
    with httpx2.Client(base_url=demo.service_url, timeout=30, trust_env=False) as client:
        told = client.post(
            "/wallet/v1/sessions", json={name: customer[name] for name in ("phone", "pin")}
        ).json()
        client.headers["Authorization"] = f"Bearer {told['access_token']}"
        (link,) = client.get("/wallet/v1/bank-links").json()["items"]
        left = client.get("/wallet/v1/account").json()["available"]
        while left:
            part = min(left, 9_000_000)  # no face is asked for
            body = {"bank_link_id": link["id"], "amount": part, "fee": 0, "pin": customer["pin"]}
            made = client.post("/wallet/v1/payouts", json=body, headers={"Idempotency-Key": str(uuid4())})
            assert made.json()["status"] == "succeeded", made.text
            left -= part
