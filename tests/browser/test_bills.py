"""Public-service fees on a phone, in a real browser against the real service."""

import itertools

import pytest
from playwright.sync_api import Route, expect

from tests.browser.road import PHONE, Demo, Phone, speak, wrong_for_some
from tests.browser.test_bank_payments import UNKNOWN, listed, phone, photograph
from tests.browser.test_transfers import CLIPPED, LARGE_TYPE, SMALL, balance, go, lose, press

__all__ = ["phone"]

_cases = itertools.count(1_000)


def look_up(phone: Phone, end: str, procedure: str = "Đất đai") -> str:
    """Name a case with this end; give its number."""
    number = f"H37.12-{next(_cases)}-{end}"
    go(phone, "bills")
    phone.page.locator("label", has_text=procedure).click()
    phone.page.fill("#case_number", number)
    press(phone.page, "Xem số tiền phải nộp")
    return number


def agree(phone: Phone, pin: str, amount: str = "500.000") -> None:
    """Look at what is due, and type the PIN."""
    expect(phone.page.locator(".facts")).to_contain_text("L••• T••• Bích")
    expect(phone.page.locator(".facts")).to_contain_text("Miễn phí")
    phone.page.fill("#pin", pin)
    press(phone.page, f"Nộp {amount} đ")


def test_a_fee_is_paid_and_proved(phone: Phone, demo: Demo) -> None:
    """Case, payer, sum and fee before the PIN; then receipt and signed proof, which the statement opens again."""
    pin, before = demo.customers[0]["pin"], balance(phone)
    go(phone, "home")
    phone.page.get_by_role("link", name="Nộp phí, lệ phí").click()
    phone.page.fill("#case_number", "số 1")
    press(phone.page, "Xem số tiền phải nộp")
    expect(phone.page.locator("#case_number-error")).to_contain_text("từ 4 đến 30 ký tự")
    look_up(phone, "0004")
    expect(phone.page.get_by_role("alert")).to_contain_text("Không có hồ sơ này")
    number = look_up(phone, "7777")
    agree(phone, "111111")
    expect(phone.page.get_by_role("alert")).to_contain_text("Còn 4 lần thử")
    agree(phone, pin)
    expect(phone.page.locator(".notice.good")).to_contain_text("Đã nộp")
    expect(phone.page.locator(".where")).to_contain_text(number)
    proof = phone.page.locator(".reference").inner_text()
    assert proof.count(".") == 2
    assert balance(phone) == before - 500_000
    go(phone, "statement")
    phone.page.locator(".list .item").first.click()
    expect(phone.page.locator(".facts")).to_contain_text("Kho bạc Nhà nước Lạng Sơn")
    phone.page.get_by_role("link", name="chứng từ có chữ ký").click()
    expect(phone.page.locator(".reference")).to_have_text(proof)
    go(phone, "bills")
    phone.page.locator("label", has_text="Đất đai").click()
    phone.page.fill("#case_number", number)
    press(phone.page, "Xem số tiền phải nộp")
    expect(phone.page.get_by_role("alert")).to_contain_text("Hồ sơ này đã nộp rồi")


def test_a_no_and_a_refund_leave_the_money_in_the_wallet(phone: Phone, demo: Demo) -> None:
    """A silent treasury is asked about until it says no; what it gave back stands on home and on the bill.

    That it was given back is the phone's own answer, for that takes a while; the bill is real.
    """
    pin, before = demo.customers[0]["pin"], balance(phone)
    look_up(phone, "0003")
    agree(phone, pin)
    expect(phone.page.locator(".notice.bad")).to_contain_text("Tiền đã trở lại ví")
    expect(phone.page.locator(".reason")).to_contain_text("vừa được nộp rồi")
    assert balance(phone) == before
    look_up(phone, "7777")
    agree(phone, pin)
    expect(phone.page.locator(".notice.good")).to_contain_text("Đã nộp")
    id, at = phone.page.url.rpartition("/")[2], "2026-11-29T13:20:00Z"

    def give_back(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"refunded_at": at, "proof": None})

    notice = {
        "id": id,
        "kind": "bill-refunded",
        "bill_id": id,
        "amount": 500_000,
        "made_at": at,
        "read_at": None,
    }
    told = {"items": [notice], "next_cursor": None}
    phone.page.route("**/wallet/v1/notices?*", lambda route: route.fulfill(json=told))
    phone.page.route(f"**/wallet/v1/bills/{id}", give_back)
    go(phone, "home")
    box = phone.page.locator(".notice.good", has_text="Được hoàn phí 500.000 đ")
    box.get_by_role("link").click()
    expect(phone.page.locator(".notice.wait")).to_contain_text("Đã hoàn lại vào ví")
    expect(phone.page.locator(".reference")).to_have_count(0)


def test_a_closed_tab_pays_once(phone: Phone, demo: Demo) -> None:
    """The answer was lost and the tab closed: a new tab finds the bill, and pays no other."""
    customer, before = demo.customers[0], balance(phone)
    count = listed(phone)
    look_up(phone, "7777")
    phone.page.route("**/wallet/v1/bills", lose)
    agree(phone, customer["pin"])
    expect(phone.page.get_by_text("Đang hỏi lại")).to_be_visible()
    tab = phone.page.context.new_page()
    phone.page.close()
    again = Phone(tab, phone.url)
    again.sign_in(customer)
    go(again, "bills")
    expect(tab.locator(".notice.good")).to_contain_text("500.000 đ")
    assert (listed(again), balance(again)) == (count + 1, before - 500_000)
    expect(tab.get_by_text(UNKNOWN)).to_have_count(0)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screens_are_for_everybody(phone: Phone, demo: Demo, language: str) -> None:
    """At both sizes and in large type nothing is clipped, and axe-core finds nothing serious; nothing typed is lost."""
    pin, page = demo.customers[0]["pin"], phone.page
    wrong = []

    def look(name: str) -> None:
        for size in (PHONE, SMALL):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            photograph(phone, f"{name}-{language}-{size['width']}")
            wrong.extend(wrong_for_some(page))
            wrong.extend(page.evaluate(CLIPPED))
            page.evaluate(LARGE_TYPE)
            if size == SMALL:
                photograph(phone, f"{name}-{language}-large")
            wrong.extend(page.evaluate(CLIPPED))
            page.evaluate("document.documentElement.style.fontSize = ''")

    go(phone, "bills")
    page.locator("label").nth(4).click()
    number = f"H37.12-{next(_cases)}-7777"
    page.fill("#case_number", number)
    if language == "en":
        speak(page, "English")
        expect(page.locator("#case_number")).to_have_value(number)
        expect(page.locator("input[type=radio]:checked")).to_have_value("criminal-record")
    look("bills")
    page.locator("form .primary").click()
    page.fill("#pin", pin)
    look("bill-confirm")
    page.locator("form .primary").click()
    page.locator(".reference").wait_for()
    look("bill")
    go(phone, "home")
    page.locator(".balance").wait_for()
    look("bill-home")
    if language == "en":
        speak(page, "Tiếng Việt")
    assert wrong == []
