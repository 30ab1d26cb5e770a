"""A receipt in a stranger's hand: the square on the paper, a phone's own camera, and a page without a sign-in."""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.road import ARGUMENTS, OLD_PC, PHONE, Counter, Demo, Phone, wrong_for_some
from tests.browser.test_transfers import CLIPPED, LARGE_TYPE, SMALL

OFFICE = "05971-1"
OLD_BROWSER = (
    "SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
)

NOTHING_KEPT = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
)


def read_square(picture: bytes) -> str:
    """Read a QR as a camera does."""
    return str(zxingcpp.read_barcodes(Image.open(BytesIO(picture)).convert("L"))[0].text)


@pytest.fixture(scope="module")
def paper(chromium: Browser, demo: Demo) -> Iterator[tuple[str, str]]:
    """Pay a customer at the counter; give the number on the paper and what its square says, as the wallet's does."""
    pages = [chromium.new_context(viewport=size, locale="vi-VN").new_page() for size in (PHONE, OLD_PC)]  # type: ignore[arg-type]
    customer = demo.customers[0]
    phone, counter = Phone(pages[0], demo.service_url), Counter(pages[1], demo.counter_url)
    phone.sign_in(customer)
    phone.make_code(customer, "500.000")
    counter.sign_in(demo.worker("clerk", OFFICE))
    counter.open_shift({"500000": 400})
    counter.type_code(phone.digits())
    counter.check_card(customer["id_number"], customer["pin"])
    expect(counter.page.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
    number = counter.page.locator(".verdict .number b").inner_text()
    counter.page.emulate_media(media="print")
    keep(counter.page, "paper")
    printed = read_square(counter.page.locator(".slip svg.qr").screenshot())
    pages[0].goto(f"{demo.service_url}/wallet/#/statement")
    pages[0].locator(".list .item").first.click()
    square = pages[0].locator("img.qr")
    expect(square).to_have_js_property("complete", True)
    square.scroll_into_view_if_needed()
    expect(square).not_to_have_js_property("naturalWidth", 0)
    keep(pages[0], "proof")
    assert read_square(square.screenshot()) == printed
    assert wrong_for_some(pages[0]) == []
    yield number, printed
    for page in pages:
        page.context.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give a stranger's phone; whatever its scripts throw fails the test."""
    context, errors = chromium.new_context(viewport=PHONE, locale="vi-VN"), []  # type: ignore[arg-type,var-annotated]
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def keep(page: Page, name: str) -> None:
    """Keep a picture where one is wanted."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"verify-{name}.png", full_page=True)


def says(page: Page, verdict: str, mark: str) -> None:
    expect(page.locator(f"#verdict .notice.{mark} strong")).to_have_text(verdict)


def paste(page: Page, text: str) -> None:
    page.fill("#code", text)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()


def test_a_camera_opens_the_check(page: Page, paper: tuple[str, str], demo: Demo) -> None:
    """What the square says is the page's address with the code behind #, which is sent in none: valid, and its seal."""
    number, text = paper
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert text.startswith(f"{demo.service_url}/verify/#")
    page.goto(text)
    says(page, "HỢP LỆ", "good")
    assert page.locator(".facts dt").all_inner_texts() == ["Số chứng từ", "Việc", "Số tiền", "Lúc", "Tại"]
    expect(page.locator(".facts")).to_contain_text(number)
    expect(page.locator(".facts")).to_contain_text("500.000 đ")
    expect(page.locator("#verdict")).to_contain_text("Năm trăm nghìn đồng")
    assert not [url for url in asked if text.partition("#")[2] in url.partition("#")[0]]
    page.reload()
    expect(page.locator("summary")).to_contain_text(re.compile("Đã niêm phong, dấu số [0-9]+"))


def test_without_a_line_the_signature_is_checked(page: Page, paper: tuple[str, str], demo: Demo) -> None:
    """The page opens again and judges the signature by the keys that it kept; what is not known is said."""
    _, text = paper
    page.goto(f"{demo.service_url}/verify/")
    page.wait_for_function(
        "caches.match('/verify/').then((kept) => kept && navigator.serviceWorker.controller)"
    )
    page.goto(text)
    says(page, "HỢP LỆ", "good")
    page.context.set_offline(True)
    page.reload()
    says(page, "Chữ ký đúng – chưa hỏi được sổ", "wait")
    keep(page, "offline")
    code = text.partition("#")[2]
    head, body, signature = code.split(".")
    other = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    paste(page, f"{head}.{body}.{other}")
    says(page, "KHÔNG HỢP LỆ", "bad")
    expect(page.locator("#verdict .facts")).to_have_count(0)
    paste(page, code[:-1])
    says(page, "KHÔNG PHẢI MÃ BIÊN NHẬN", "bad")
    page.get_by_role("button", name="English").click()
    says(page, "NOT A RECEIPT CODE", "bad")
    expect(page.locator("#code")).to_have_value(code[:-1])
    page.context.set_offline(False)


def test_a_browser_without_the_cipher_takes_the_services_word(page: Page, paper: tuple[str, str]) -> None:
    """With a line the service tells; without one it says that it cannot tell."""
    _, text = paper
    page.add_init_script(OLD_BROWSER)
    page.goto(text)
    says(page, "HỢP LỆ", "good")
    expect(page.locator("#verdict")).to_contain_text("Trình duyệt này không tự kiểm tra được chữ ký")
    page.route("**/proofs/v1/*", lambda route: route.abort())
    paste(page, text)
    says(page, "Chưa kiểm tra được", "wait")


def test_a_browser_that_keeps_nothing_checks_too(page: Page, paper: tuple[str, str], demo: Demo) -> None:
    """With a line as every other; without one it has no keys, and says that it cannot tell."""
    _, text = paper
    page.add_init_script(NOTHING_KEPT)
    page.goto(text)
    says(page, "HỢP LỆ", "good")
    expect(page.locator("#verdict")).not_to_contain_text("Trình duyệt này không tự kiểm tra được chữ ký")
    page.route("**/proofs/v1/*", lambda route: route.abort())
    paste(page, text)
    says(page, "Chưa kiểm tra được", "wait")


def test_a_list_of_keys_from_before_the_newest_forges_nothing(page: Page, paper: tuple[str, str]) -> None:
    """Whoever stands between may keep it for minutes; a paper by today's key is told of by the books."""
    _, text = paper
    page.route("**/proofs/v1/keys", lambda route: route.fulfill(json={"keys": []}))
    page.goto(text)
    says(page, "HỢP LỆ", "good")
    page.route("**/proofs/v1/receipts", lambda route: route.abort())
    paste(page, text)
    says(page, "Chưa kiểm tra được", "wait")


def test_a_code_for_cash_is_no_receipt(
    page: Page, paper: tuple[str, str], demo: Demo, chromium: Browser
) -> None:
    """Signed by the service, by another key for another purpose: refused with a line, and without."""
    own = chromium.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    phone = Phone(own.new_page(), demo.service_url)
    phone.sign_in(demo.customers[1])
    phone.make_code(demo.customers[1], "500.000")
    code = read_square(phone.picture())
    own.close()
    page.goto(f"{demo.service_url}/verify/#{code}")
    says(page, "KHÔNG HỢP LỆ", "bad")
    page.route("**/proofs/v1/*", lambda route: route.abort())
    paste(page, code)
    says(page, "KHÔNG HỢP LỆ", "bad")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_verdict_is_for_everybody(
    page: Page, paper: tuple[str, str], demo: Demo, language: str
) -> None:
    """At both sizes and in large type nothing is clipped, and axe-core finds nothing. The status is the test's own."""
    _, text = paper
    wrong = []
    page.goto(f"{demo.service_url}/verify/")
    if language == "en":
        page.get_by_role("button", name="English").click()
    wanted: list[str | None] = []

    def answer(route: Route) -> None:
        if wanted[-1] is None:
            route.fulfill(
                status=429, json={"type": "urn:soft-atm:problem:too-many-attempts", "title": "later"}
            )
        else:
            real = route.fetch()
            route.fulfill(response=real, json=real.json() | {"status": wanted[-1]})

    page.route("**/proofs/v1/receipts", answer)
    for status, mark in (("stands", "good"), ("undone", "bad"), ("not-in-books", "bad"), (None, "wait")):
        wanted.append(status)
        page.fill("#code", text)
        page.locator("form .primary").click()
        page.locator(f"#verdict .notice.{mark}").wait_for()
        for size in (PHONE, SMALL):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            keep(page, f"{status}-{language}-{size['width']}")
            wrong += wrong_for_some(page) + page.evaluate(CLIPPED)
            page.evaluate(LARGE_TYPE)
            if size == SMALL:
                keep(page, f"{status}-{language}-large")
            wrong += page.evaluate(CLIPPED)
            page.evaluate("document.documentElement.style.fontSize = ''")
    assert wrong == []


def test_a_code_is_shown_without_a_line_after_a_restart(
    demo: Demo, chromium: Browser, tmp_path: Path
) -> None:
    """The wallet as the real service sends it: closed, started again in a valley, and the code is there."""
    customer = demo.customers[2]

    def started() -> BrowserContext:
        return chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path="/usr/bin/chromium", args=ARGUMENTS, viewport=PHONE, locale="vi-VN"
        )

    with closing(started()) as context:
        phone = Phone(context.pages[0], demo.service_url)
        phone.sign_in(customer)
        phone.make_code(customer, "500.000")
        digits = phone.digits()
        phone.page.wait_for_function(
            "caches.match('/wallet/').then((kept) => kept && navigator.serviceWorker.controller)"
        )
    with closing(started()) as context:
        context.set_offline(True)
        page = context.pages[0]
        page.goto(f"{demo.service_url}/wallet/#/home")
        page.locator(".code-card").click()
        expect(page.locator(".digits")).to_have_text(digits.replace(" ", ""))
        assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
