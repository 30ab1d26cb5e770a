"""Sending and receiving on two phones, in a real browser against the real service."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.road import PHONE, Demo, Phone, wrong_for_some

SMALL = {"width": 320, "height": 568}
LARGE_TYPE = "document.documentElement.style.fontSize = '36px'"
# What sticks out sideways, and words whose box is too narrow for them.
CLIPPED = """
    [...document.querySelectorAll("main *, header *")]
        .filter((one) => one.offsetParent && (one.getBoundingClientRect().right > innerWidth + 1
            || (!one.matches("input, select, .unseen") && one.clientWidth && one.scrollWidth > one.clientWidth + 1)))
        .map((one) => one.outerHTML.slice(0, 120))
"""


@pytest.fixture
def phones(chromium: Browser, demo: Demo) -> Iterator[tuple[Phone, Phone]]:
    """Give a payer's phone and a payee's, both signed in; whatever their scripts throw fails the test."""
    contexts = [chromium.new_context(viewport=PHONE, locale="vi-VN") for _ in range(2)]  # type: ignore[arg-type]
    errors: list[str] = []
    both = []
    for context, customer in zip(contexts, demo.customers, strict=False):
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        both.append(Phone(page, demo.service_url))
        both[-1].sign_in(customer)
    yield both[0], both[1]
    for context in contexts:
        context.close()
    assert errors == []


def go(phone: Phone, route: str) -> None:
    phone.page.goto(f"{phone.url}/wallet/#/{route}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def look_up(phone: Phone, to: str) -> None:
    go(phone, "send")
    phone.page.fill("#to", to)
    press(phone.page, "Xem tên")
    expect(phone.page.locator("#amount")).to_be_visible()


def confirm(phone: Phone, amount: str, pin: str) -> None:
    """Choose one of the quick amounts, compare, type the PIN."""
    press(phone.page, f"{amount} đ")
    press(phone.page, "Tiếp tục")
    phone.page.fill("#pin", pin)
    press(phone.page, f"Chuyển {amount} đ")


def balance(phone: Phone) -> int:
    go(phone, "home")
    phone.page.reload()
    shown = phone.page.locator(".balance .amount").inner_text()
    return int("".join(letter for letter in shown if letter.isdigit()))


def sent_items(phone: Phone) -> int:
    go(phone, "transfers")
    expect(phone.page.locator("main .list, main .empty").first).to_be_visible()
    return phone.page.locator("main .list > li").count()


def test_money_goes_from_phone_to_phone(phones: tuple[Phone, Phone], demo: Demo) -> None:
    """Name, amount in words, PIN, proof; the other phone is told, and both have the number in their lists."""
    (payer, payee), (customer, other) = phones, demo.customers[:2]
    before = balance(payer), balance(payee)
    look_up(payer, other["phone"])
    expect(payer.page.locator(".person")).to_contain_text("•••")
    payer.page.fill("#amount", "345000")
    expect(payer.page.get_by_text("Ba trăm bốn mươi lăm nghìn đồng")).to_be_visible()
    payer.page.fill("#message", "tiền gạo")
    press(payer.page, "Tiếp tục")
    expect(payer.page.locator(".facts")).to_contain_text("Miễn phí")
    payer.page.fill("#pin", "111111")
    press(payer.page, "Chuyển 345.000 đ")
    expect(payer.page.get_by_role("alert")).to_contain_text("Còn 4 lần thử")
    payer.page.fill("#pin", customer["pin"])
    press(payer.page, "Chuyển 345.000 đ")
    expect(payer.page.locator(".ending h2")).to_have_text("Đã chuyển")
    number = payer.page.locator(".number-of").inner_text()
    payer.page.go_back()
    expect(payer.page.locator("#pin")).to_have_count(0)
    assert (balance(payer), balance(payee)) == (before[0] - 345_000, before[1] + 345_000)
    expect(payee.page.locator(".notice.good")).to_contain_text("Bạn nhận được 345.000 đ")
    payee.page.get_by_role("link", name="Xem giao dịch").first.click()
    expect(payee.page.locator(".ending h2")).to_have_text("Đã nhận")
    expect(payee.page.locator(".number-of")).to_have_text(number)
    expect(payee.page.locator(".facts")).to_contain_text("tiền gạo")
    for phone, sum in ((payer, "−345.000 đ"), (payee, "+345.000 đ")):
        for route in ("transfers", "statement"):
            go(phone, route)
            expect(phone.page.locator(".sum strong").first).to_have_text(sum)


def test_the_shown_code_and_the_last_people_save_typing(phones: tuple[Phone, Phone], demo: Demo) -> None:
    """The text of the receiver's QR names them; paid once, they are one touch away."""
    payer, payee = phones
    pin = demo.customers[0]["pin"]
    go(payee, "receive")
    assert payee.page.locator("img.qr").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    look_up(payer, payee.page.locator("code").inner_text())
    confirm(payer, "50.000", pin)
    expect(payer.page.locator(".ending h2")).to_have_text("Đã chuyển")
    go(payer, "send")
    payer.page.locator(".list .item").first.click()
    confirm(payer, "50.000", pin)
    expect(payer.page.locator(".ending h2")).to_have_text("Đã chuyển")
    go(payee, "send")
    payee.page.fill("#to", demo.customers[1]["phone"])
    press(payee.page, "Xem tên")
    expect(payee.page.get_by_role("alert")).to_contain_text("ví của chính bạn")


def lose(route: Route) -> None:
    """Let the request be done, and its answer be lost on the way."""
    if route.request.method == "POST":
        route.fetch()
        route.abort()
    else:
        route.continue_()


def test_a_closed_tab_does_not_send_twice(phones: tuple[Phone, Phone], demo: Demo) -> None:
    """The answer was lost and the tab closed: a new tab says so, finds what was sent, and sends nothing more."""
    payer, _ = phones
    customer, other = demo.customers[:2]
    count = sent_items(payer)
    look_up(payer, other["phone"])
    payer.page.route("**/wallet/v1/transfers", lose)
    confirm(payer, "100.000", customer["pin"])
    expect(payer.page.get_by_text("Đang hỏi lại")).to_be_visible()
    tab = payer.page.context.new_page()
    payer.page.close()
    again = Phone(tab, payer.url)
    again.sign_in(customer)
    expect(tab.get_by_text("Có một lần chuyển tiền chưa rõ kết quả")).to_be_visible()
    tab.get_by_role("link", name="Xem kết quả").click()
    expect(tab.locator(".ending h2")).to_have_text("Đã chuyển")
    assert sent_items(again) == count + 1
    go(again, "home")
    expect(tab.get_by_text("chưa rõ kết quả")).to_have_count(0)


def test_what_was_never_heard_is_sent_when_it_is_wished(phones: tuple[Phone, Phone], demo: Demo) -> None:
    """The request itself was lost: a new tab says that nothing was sent, and sends it once, or drops it."""
    payer, _ = phones
    customer, other = demo.customers[:2]
    count = sent_items(payer)
    look_up(payer, other["phone"])
    payer.page.route("**/wallet/v1/transfers", lambda route: route.abort())
    confirm(payer, "200.000", customer["pin"])
    expect(payer.page.get_by_text("Đang hỏi lại")).to_be_visible()
    payer.page.reload()
    payer.page.unroute("**/wallet/v1/transfers")
    go(payer, "send/unsure")
    expect(payer.page.get_by_text("đến giờ chưa chuyển")).to_be_visible()
    payer.page.get_by_role("link", name="Chuyển bây giờ").click()
    payer.page.fill("#pin", customer["pin"])
    press(payer.page, "Chuyển 200.000 đ")
    expect(payer.page.locator(".ending h2")).to_have_text("Đã chuyển")
    assert sent_items(payer) == count + 1


def leave(phone: Phone) -> None:
    """Sign out, and wait for the door."""
    press(phone.page, "Đăng xuất")
    expect(phone.page.locator("#phone")).to_be_visible()


def enter(phone: Phone, customer: dict[str, str]) -> None:
    """Sign in at the door that stands open, without loading the page anew."""
    phone.page.fill("#phone", customer["phone"])
    phone.page.fill("#pin", customer["pin"])
    phone.page.keyboard.press("Enter")
    expect(phone.page.locator(".balance")).to_be_visible()


def test_nothing_new_is_sent_before_the_unknown_is_known(phones: tuple[Phone, Phone], demo: Demo) -> None:
    """Not by a new look-up, nor from a tab that stood at the PIN: both lead to what was sent."""
    payer, _ = phones
    customer, other = demo.customers[:2]
    count = sent_items(payer)
    second = Phone(payer.page.context.new_page(), payer.url)
    second.sign_in(customer)
    look_up(second, other["phone"])
    press(second.page, "50.000 đ")
    press(second.page, "Tiếp tục")
    expect(second.page.locator("#pin")).to_be_visible()
    look_up(payer, other["phone"])
    payer.page.route("**/wallet/v1/transfers", lose)
    confirm(payer, "50.000", customer["pin"])
    expect(payer.page.get_by_text("Đang hỏi lại")).to_be_visible()
    go(payer, "send")
    payer.page.reload()
    expect(payer.page.locator(".ending h2")).to_have_text("Đã chuyển")
    look_up(payer, other["phone"])
    confirm(payer, "50.000", customer["pin"])
    expect(payer.page.get_by_text("Đang hỏi lại")).to_be_visible()
    payer.page.goto("about:blank")
    second.page.fill("#pin", customer["pin"])
    press(second.page, "Chuyển 50.000 đ")
    expect(second.page.locator(".ending h2")).to_have_text("Đã chuyển")
    assert sent_items(second) == count + 2


def test_the_unknown_of_two_people_outlives_them_on_one_phone(
    phones: tuple[Phone, Phone], demo: Demo
) -> None:
    """Signed out, both of them: each finds the own one, and nobody reads whom the other has paid."""
    phone, _ = phones
    one, other = demo.customers[:2]
    phone.page.route("**/wallet/v1/transfers", lose)
    for payer, payee in ((one, other), (other, one)):
        look_up(phone, payee["phone"])
        name = phone.page.locator(".person").inner_text()
        confirm(phone, "50.000", payer["pin"])
        expect(phone.page.get_by_text("Đang hỏi lại")).to_be_visible()
        assert name in phone.page.evaluate("JSON.stringify(localStorage)")
        assert "available" not in phone.page.evaluate("JSON.stringify(localStorage)")
        leave(phone)
        assert name not in phone.page.evaluate("JSON.stringify(localStorage)")
        if payer is one:
            enter(phone, other)
            expect(phone.page.get_by_text("chưa rõ kết quả")).to_have_count(0)
    for payer in (one, other):
        enter(phone, payer)
        phone.page.get_by_role("link", name="Xem kết quả").click()
        expect(phone.page.locator(".ending h2")).to_have_text("Đã chuyển")
        go(phone, "home")
        expect(phone.page.locator(".balance")).to_be_visible()
        expect(phone.page.get_by_text("chưa rõ kết quả")).to_have_count(0)
        leave(phone)


def test_a_clear_no_leaves_nothing_unknown(phones: tuple[Phone, Phone], demo: Demo) -> None:
    """After a wrong PIN home says nothing of an unknown; after a try that nobody heard and a wrong PIN it does."""
    payer, _ = phones
    customer, other = demo.customers[:2]
    look_up(payer, other["phone"])
    confirm(payer, "50.000", "111111")
    expect(payer.page.get_by_role("alert")).to_contain_text("lần thử")
    go(payer, "home")
    expect(payer.page.locator(".balance")).to_be_visible()
    expect(payer.page.get_by_text("chưa rõ kết quả")).to_have_count(0)
    look_up(payer, other["phone"])
    payer.page.route("**/wallet/v1/transfers", lambda route: route.abort(), times=1)
    confirm(payer, "50.000", "111111")
    expect(payer.page.get_by_role("alert")).to_contain_text("lần thử")
    payer.page.fill("#pin", "222222")
    press(payer.page, "Chuyển 50.000 đ")
    expect(payer.page.get_by_role("alert")).to_contain_text("lần thử")
    leave(payer)
    enter(payer, customer)
    payer.page.get_by_role("link", name="Xem kết quả").click()
    expect(payer.page.get_by_text("đến giờ chưa chuyển")).to_be_visible()
    press(payer.page, "Bỏ, không chuyển")
    expect(payer.page.locator(".balance")).to_be_visible()
    expect(payer.page.get_by_text("chưa rõ kết quả")).to_have_count(0)


def test_the_next_person_sees_nothing_of_what_the_last_one_wished(
    phones: tuple[Phone, Phone], demo: Demo
) -> None:
    """One session ended at the PIN of a transfer and of a withdrawal; the next person begins at the beginning."""
    phone, _ = phones
    other = demo.customers[1]
    look_up(phone, other["phone"])
    press(phone.page, "50.000 đ")
    press(phone.page, "Tiếp tục")
    go(phone, "withdraw")
    press(phone.page, "500.000 đ")
    press(phone.page, "Tiếp tục")
    expect(phone.page.locator("#pin")).to_be_visible()
    phone.page.evaluate("sessionStorage.removeItem('soft-atm.wallet')")
    go(phone, "home")
    enter(phone, other)
    for route in ("send/amount", "send/confirm"):
        go(phone, route)
        expect(phone.page.locator("#to")).to_be_visible()
        go(phone, "home")
    go(phone, "withdraw/confirm")
    expect(phone.page.locator("#amount")).to_have_value("")


def test_money_that_came_hides_no_office_that_cannot_pay(phones: tuple[Phone, Phone]) -> None:
    """Four transfers are newer, and a page of them: home tells of the office first, and of three transfers."""
    payer, _ = phones
    about = {"made_at": "2026-11-28T02:00:00Z", "read_at": None, "withdrawal_id": None, "transfer_id": None}
    money = {**about, "kind": "transfer-received", "amount": 10_000, "transfer_id": "t"}
    place = {"office": "06040-1", "name": "Bưu điện Tràng Định", "unit": "Thất Khê", "day": "2026-11-29"}
    broken = {**about, "kind": "reservation-broken", "amount": 500_000, "withdrawal_id": "w", "place": place}
    broken |= {"why": None, "proposed": None, "expires_at": "2026-11-30T02:00:00Z"}

    def answer(route: Route) -> None:
        older = "cursor=" in route.request.url
        items = [{**broken, "id": "n"}] if older else [{**money, "id": str(n)} for n in range(4)]
        route.fulfill(json={"items": items, "next_cursor": None if older else "more"})

    payer.page.route("**/wallet/v1/notices?*", answer)
    payer.page.route("**/wallet/v1/notices", answer)
    balance(payer)
    expect(payer.page.locator("main .notice").first).to_contain_text("Bưu điện Tràng Định")
    expect(payer.page.locator("main .notice.good")).to_have_count(3)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_is_clipped_on_a_small_phone_in_large_type(
    phones: tuple[Phone, Phone], demo: Demo, language: str
) -> None:
    """At 320 pixels, and at twice the type, every screen is whole, touchable and good for a screen reader."""
    payer, _ = phones
    page, customer = payer.page, demo.customers[0]
    page.evaluate(f"localStorage['soft-atm.language'] = '{language}'")
    page.reload()
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    submit = {"vi": "Xem tên", "en": "Show the name"}[language]
    next_ = {"vi": "Tiếp tục", "en": "Continue"}[language]
    wrong: list[str] = []

    def look(name: str) -> None:
        expect(page.locator("main .quiet[role=status]")).to_have_count(0)
        wrong.extend(wrong_for_some(page))
        for size, style in (
            ("normal", "document.documentElement.style.fontSize = ''"),
            ("large", LARGE_TYPE),
        ):
            page.evaluate(style)
            wrong.extend(f"{name} {size}: {one}" for one in page.evaluate(CLIPPED))
        page.evaluate("document.documentElement.style.fontSize = ''")

    go(payer, "send")
    page.fill("#to", demo.customers[1]["phone"])
    look("send")
    press(page, submit)
    expect(page.locator("#amount")).to_be_visible()
    page.fill("#amount", "2345000")
    page.fill("#message", "tiền thuốc cho mẹ")
    look("amount")
    press(page, next_)
    page.fill("#pin", customer["pin"])
    look("confirm")
    page.locator("form button.primary").click()
    expect(page.locator(".ending")).to_be_visible()
    look("sent")
    for route in ("home", "receive", "transfers", "statement", "notices"):
        go(payer, route)
        look(route)
    assert wrong == [], "\n".join(wrong)
