"""Money between wallet and bank on a phone, in a real browser against the real service."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.road import PHONE, Demo, Phone, speak, wrong_for_some
from tests.browser.test_transfers import CLIPPED, LARGE_TYPE, SMALL, balance, enter, go, leave, lose, press

SILENT, DECLINES, ANOTHERS = "0002", "0001", "0004"
UNKNOWN = "chưa rõ kết quả"

_accounts = itertools.count(200_000)


@pytest.fixture
def phone(chromium: Browser, demo: Demo) -> Iterator[Phone]:
    """Give the phone of a customer who is signed in; whatever its scripts throw fails the test."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    errors: list[str] = []
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    phone = Phone(page, demo.service_url)
    phone.sign_in(demo.customers[0])
    yield phone
    context.close()
    assert errors == []


def link(phone: Phone, end: str, *, submit: bool = True) -> str:
    """Link an account with this end, instead of whatever was linked before; give what it is shown as."""
    go(phone, "link/bank")
    phone.page.fill("#search", "nong nghiep")
    phone.page.get_by_role("button", name="Agribank").click()
    phone.page.fill("#account_number", f"{next(_accounts)}{end}")
    press(phone.page, "Liên kết")
    if submit:
        expect(phone.page.locator("#amount")).to_be_visible()
    return f"••••{end}"


def remove(phone: Phone, pin: str, masked: str) -> None:
    """Remove a linked account."""
    go(phone, "banks")
    phone.page.get_by_role("button", name=masked).click()
    phone.page.get_by_label("Mã PIN").fill(pin)
    press(phone.page, "Gỡ tài khoản")
    expect(phone.page.locator("h3", has_text=masked)).to_have_count(0)


def wish(phone: Phone, masked: str, amount: str, pin: str) -> None:
    """Choose account and amount for a payout, look at what will be taken, type the PIN."""
    go(phone, "payout")
    phone.page.locator("label", has_text=masked).first.click()
    phone.page.fill("#amount", amount.replace(".", ""))
    press(phone.page, "Tiếp tục")
    expect(phone.page.locator(".where")).to_contain_text(masked)
    expect(phone.page.locator(".facts")).to_contain_text("Miễn phí")
    phone.page.fill("#pin", pin)
    press(phone.page, f"Rút {amount} đ")


def listed(phone: Phone) -> int:
    """Count the top-ups and payouts of the list."""
    go(phone, "banks")
    phone.page.reload()
    expect(phone.page.locator("section .list, section .empty").first).to_be_visible()
    return phone.page.locator("section .list > li").count()


def photograph(phone: Phone, name: str) -> None:
    """Keep a picture where one is wanted."""
    if folder := os.environ.get("SCREENSHOTS"):
        phone.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_payout_is_asked_about_until_the_bank_answers(phone: Phone, demo: Demo) -> None:
    """Set aside and shown as pending on home and in the list; then the bank's yes, everywhere."""
    pin, before = demo.customers[0]["pin"], balance(phone)
    masked = link(phone, SILENT)
    go(phone, "payout")
    phone.page.fill("#amount", "999000000")
    press(phone.page, "Tiếp tục")
    expect(phone.page.locator("#amount-error")).to_contain_text("Số tiền ngoài mức")
    wish(phone, masked, "120.000", "111111")
    expect(phone.page.get_by_role("alert")).to_contain_text("Còn 4 lần thử")
    phone.page.fill("#pin", pin)
    press(phone.page, "Rút 120.000 đ")
    expect(phone.page.locator(".notice.wait, .notice.good")).to_contain_text("120.000 đ")
    assert balance(phone) == before - 120_000
    go(phone, "banks")
    phone.page.locator("section .list .item").first.click()
    expect(phone.page.locator(".notice.good")).to_contain_text("Đã rút về ngân hàng")
    assert balance(phone) == before - 120_000
    expect(phone.page.get_by_text("đang hỏi ngân hàng")).to_have_count(0)
    remove(phone, pin, masked)


def test_the_banks_no_is_told_with_its_reason(phone: Phone, demo: Demo) -> None:
    """What was set aside is back, and the page says why; an account of somebody else is not linked at all."""
    pin, before = demo.customers[0]["pin"], balance(phone)
    link(phone, ANOTHERS, submit=False)
    expect(phone.page.get_by_role("alert")).to_contain_text("không đứng tên bạn")
    masked = link(phone, DECLINES)
    wish(phone, masked, "130.000", pin)
    expect(phone.page.locator(".notice.bad")).to_contain_text("Tiền đã trở lại ví")
    expect(phone.page.locator(".reason")).to_contain_text("Tài khoản ngân hàng đã đóng")
    assert balance(phone) == before
    remove(phone, pin, masked)


def test_an_equal_one_that_is_pending_is_asked_about(phone: Phone, demo: Demo) -> None:
    """The page leads to the one that waits, and begins another only when that is said.

    The refusal is the phone's own, so that it comes however fast the bank is; what follows is real.
    """
    pin, masked = demo.customers[0]["pin"], link(phone, "7654")
    wish(phone, masked, "140.000", pin)
    expect(phone.page.locator(".notice.good")).to_be_visible()
    count, first = listed(phone), phone.page.locator("section .list .item").first.get_attribute("href")
    problem = {"type": "urn:soft-atm:problem:bank-payment-pending", "title": "", "amount": 140_000}

    def warn(route: Route) -> None:
        if (route.request.post_data_json or {}).get("again"):
            return route.continue_()
        body = problem | {"bank_payment_id": str(first).rpartition("/")[2]}
        return route.fulfill(status=409, json=body, content_type="application/problem+json")

    phone.page.route("**/wallet/v1/payouts", warn)
    wish(phone, masked, "140.000", pin)
    expect(phone.page.get_by_role("alert")).to_contain_text("Một lần giống hệt đang chờ")
    expect(phone.page.get_by_role("link", name="Xem kết quả")).to_have_attribute("href", str(first))
    press(phone.page, "Vẫn làm thêm một lần nữa")
    expect(phone.page.locator(".notice.good")).to_be_visible()
    assert listed(phone) == count + 1
    remove(phone, pin, masked)


def test_a_closed_tab_pays_out_once(phone: Phone, demo: Demo) -> None:
    """The answer was lost and the tab closed: a new tab says so, finds the payout, and begins no other."""
    customer, before = demo.customers[0], balance(phone)
    count, masked = listed(phone), link(phone, "6789")
    phone.page.route("**/wallet/v1/payouts", lose)
    wish(phone, masked, "150.000", customer["pin"])
    expect(phone.page.get_by_text("Đang hỏi lại")).to_be_visible()
    tab = phone.page.context.new_page()
    phone.page.close()
    again = Phone(tab, phone.url)
    again.sign_in(customer)
    go(again, "payout")
    expect(tab.locator(".notice.good")).to_contain_text("150.000 đ")
    assert (listed(again), balance(again)) == (count + 1, before - 150_000)
    expect(tab.get_by_text(UNKNOWN)).to_have_count(0)
    remove(again, customer["pin"], masked)


def test_what_never_arrived_is_done_when_it_is_wished(phone: Phone, demo: Demo) -> None:
    """The request was lost: after a sign-out the phone tells that nothing was begun, and nothing of what was wished."""
    customer, count = demo.customers[0], listed(phone)
    masked = link(phone, "5432")
    phone.page.route("**/wallet/v1/payouts", lambda route: route.abort())
    wish(phone, masked, "160.000", customer["pin"])
    expect(phone.page.get_by_text("Đang hỏi lại")).to_be_visible()
    phone.page.reload()
    phone.page.unroute("**/wallet/v1/payouts")
    go(phone, "home")
    phone.page.get_by_role("link", name="Xem kết quả").click()
    expect(phone.page.get_by_text("Rút 160.000 đ: đến giờ chưa gửi")).to_be_visible()
    phone.page.get_by_role("link", name="Làm bây giờ").click()
    phone.page.fill("#pin", customer["pin"])
    press(phone.page, "Rút 160.000 đ")
    expect(phone.page.locator(".notice.good")).to_be_visible()
    assert listed(phone) == count + 1
    phone.page.route("**/wallet/v1/payouts", lambda route: route.abort())
    wish(phone, masked, "170.000", customer["pin"])
    expect(phone.page.get_by_text("Đang hỏi lại")).to_be_visible()
    leave(phone)
    assert masked not in phone.page.evaluate("JSON.stringify(localStorage)")
    enter(phone, customer)
    phone.page.get_by_role("link", name="Xem kết quả").click()
    press(phone.page, "Bỏ, không làm nữa")
    expect(phone.page.locator(".balance")).to_be_visible()
    expect(phone.page.get_by_text(UNKNOWN)).to_have_count(0)
    phone.page.unroute("**/wallet/v1/payouts")
    remove(phone, customer["pin"], masked)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screens_are_for_everybody(phone: Phone, demo: Demo, language: str) -> None:
    """At both sizes and in large type nothing is clipped, and axe-core finds nothing serious."""
    pin, page = demo.customers[0]["pin"], phone.page
    masked = link(phone, SILENT)
    if language == "en":
        speak(page, "English")
    wrong = []

    def look(name: str) -> None:
        for size in (PHONE, SMALL):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            photograph(phone, f"{name}-{language}-{size['width']}")
            wrong.extend(wrong_for_some(page))
            wrong.extend(page.evaluate(CLIPPED))
            page.evaluate(LARGE_TYPE)
            wrong.extend(page.evaluate(CLIPPED))
            page.evaluate("document.documentElement.style.fontSize = ''")

    for route in ("topup", "payout", "link", "link/bank", "banks"):
        go(phone, route)
        expect(page.get_by_text("…")).to_have_count(0)
        if route == "banks":
            page.locator("section .list, section .empty").first.wait_for()
            page.get_by_role("button", name=masked).click()
        look(route.replace("/", "-"))
    go(phone, "payout")
    page.locator("label", has_text=masked).first.click()
    page.fill("#amount", "180000")
    page.locator("form .primary").click()
    page.fill("#pin", pin)
    look("confirm")
    page.locator("form .primary").click()
    page.locator(".notice.wait, .notice.good").first.wait_for()
    look("outcome")
    go(phone, "home")
    page.locator(".balance").wait_for()
    look("home")
    if language == "en":
        speak(page, "Tiếng Việt")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    go(phone, "banks")
    page.locator("section .list .item").first.click()
    expect(page.locator(".notice.good")).to_be_visible()
    remove(phone, pin, masked)
    assert wrong == []
