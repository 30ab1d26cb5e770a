"""Finding one's money again and saying that something is wrong with it, on a phone and at a supervisor's desk."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import OLD_PC, PHONE, Counter, Demo, Phone, speak, wrong_for_some
from tests.browser.test_transfers import CLIPPED, LARGE_TYPE, SMALL, go, press

OFFICE = "05977-1"


@pytest.fixture
def pages(chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Give a phone's page and an old PC's; whatever their scripts throw fails the test."""
    errors: list[str] = []
    contexts = [chromium.new_context(viewport=size, locale="vi-VN") for size in (PHONE, OLD_PC)]  # type: ignore[arg-type]
    made = []
    for context in contexts:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        made.append(page)
    yield made[0], made[1]
    for context in contexts:
        context.close()
    assert errors == []


def link(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def paid(demo: Demo, phone: Phone, desk: Page, customer: dict[str, str]) -> str:
    """Pay the customer at the counter; give the number on the paper."""
    counter = Counter(desk, demo.counter_url)
    phone.make_code(customer, "500.000")
    counter.sign_in(demo.worker("clerk", OFFICE))
    counter.open_shift({"500000": 400})
    counter.type_code(phone.digits())
    counter.check_card(customer["id_number"], customer["pin"])
    expect(desk.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
    number = desk.locator(".verdict .number b").inner_text()
    desk.get_by_role("button", name=re.compile("Đăng xuất")).click()
    return str(number)


def answered(demo: Demo, desk: Page, number: str, paper: str) -> None:
    """Answer a complaint at a supervisor's desk."""
    Counter(desk, demo.counter_url).sign_in(demo.worker("supervisor"))
    desk.keyboard.press("F7")
    expect(desk.locator("h1")).to_have_text("Khiếu nại")
    card = desk.locator("section.card", has_text=number)
    expect(card).to_contain_text("Tôi đếm thiếu một tờ")
    expect(card).to_contain_text(paper)
    assert wrong_for_some(desk) == []
    card.locator("input[name=words]").fill("Kiểm quỹ thừa 500.000, mời bạn đến nhận")
    card.get_by_role("button", name="Khách đúng").click()
    expect(desk.locator("main")).to_contain_text("Không có khiếu nại nào chờ trả lời")


def test_from_the_statement_to_the_answer(demo: Demo, pages: tuple[Page, Page]) -> None:
    """The number on the paper finds the row, its proof has it; a complaint gets a number, a day and an answer."""
    page, desk = pages
    customer = demo.customers[3]
    phone = Phone(page, demo.service_url)
    phone.sign_in(customer)
    paper = paid(demo, phone, desk, customer)

    go(phone, "statement")
    page.locator("summary").click()
    page.fill("#q", paper.lower())
    press(page, "Tìm")
    expect(page.locator(".list .item")).to_have_count(1)
    page.locator(".list .item").click()
    expect(page.locator(".number-of")).to_have_text(paper)
    expect(page.locator(".ending")).to_contain_text("500.000 đ")
    expect(page.locator(".facts")).to_contain_text(OFFICE)

    link(page, "Có gì sai?")
    page.get_by_text("Sai số tiền").click()
    page.fill("#words", "Tôi đếm thiếu\nmột tờ")
    speak(page, "English")
    expect(page.locator("#words")).to_have_value("Tôi đếm thiếu\nmột tờ")
    expect(page.get_by_label("The amount is wrong")).to_be_checked()
    speak(page, "Tiếng Việt")
    press(page, "Gửi khiếu nại")
    number = page.locator(".ending .number-of")
    expect(number).to_have_text(re.compile(r"^KN-\d{4}-\d{6}$"))
    told = number.inner_text()
    expect(page.locator(".ending")).to_contain_text("Hẹn trả lời đến hết")

    answered(demo, desk, told, paper)

    go(phone, "home")
    expect(page.locator("main .notice").first).to_contain_text("Khiếu nại về 500.000 đ đã có trả lời")
    link(page, "Xem trả lời")
    expect(page.locator("main")).to_contain_text("Kiểm quỹ thừa 500.000, mời bạn đến nhận")
    expect(page.locator(".notice.good")).to_contain_text("Bạn đúng")
    page.locator("summary").click()
    page.fill("#contest", "Tôi đến mà chưa được nhận")
    press(page, "Gửi để xem lại")
    expect(page.locator(".ending")).to_contain_text("Đang chờ người khác trả lời lại")
    desk.goto(f"{demo.counter_url}/complaints")
    expect(desk.locator("section.card", has_text=told)).to_contain_text(
        "người giám sát khác trả lời lần cuối"
    )
    go(phone, "home")
    expect(page.locator("main .notice", has_text="Khiếu nại")).to_have_count(0)


def test_days_kinds_and_words_find_and_a_file_keeps(
    demo: Demo, pages: tuple[Page, Page], tmp_path: Path
) -> None:
    """Chips narrow the list and its sums; nothing found says what to do; CSV and a printed page hold what is chosen."""
    page = pages[0]
    phone = Phone(page, demo.service_url)
    phone.sign_in(demo.customers[0])
    go(phone, "statement")
    expect(page.locator(".list .item").first).to_be_visible()
    page.locator(".months .chip").nth(1).click()
    expect(page.locator(".months .chip").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".months .chip").nth(1)).to_be_focused()
    expect(page.locator(".facts")).to_contain_text("Cuối kỳ còn")
    page.locator("summary").click()
    press(page, "Rút về ngân hàng")
    expect(page.locator(".empty")).to_contain_text("Không có giao dịch nào như vậy")
    press(page, "Rút về ngân hàng")
    expect(page.locator(".list .item").first).to_be_visible()
    with page.expect_download() as download:
        press(page, "Tải bảng tính (CSV)")
    assert re.fullmatch(r"sao-ke-\d{4}-\d\d-01-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    saved = tmp_path / "statement.csv"
    download.value.save_as(saved)
    assert saved.read_bytes().startswith(b"\xef\xbb\xbfNg\xc3\xa0y,")
    link(page, "In hoặc lưu PDF")
    rows = saved.read_text(encoding="utf-8").splitlines()[1:]
    assert rows
    expect(page.locator("tbody tr")).to_have_count(len(rows))
    expect(page.locator(".facts").first).to_contain_text(demo.customers[0]["full_name"])
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="In hoặc lưu PDF")).to_have_count(0)
    assert page.pdf(path=str(tmp_path / "statement.pdf")).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_is_clipped_on_a_small_phone_in_large_type(
    demo: Demo, pages: tuple[Page, Page], language: str
) -> None:
    """At 320 pixels, and at twice the type, every screen is whole, touchable and good for a screen reader."""
    page = pages[0]
    phone = Phone(page, demo.service_url)
    phone.sign_in(demo.customers[1 if language == "vi" else 2])
    page.evaluate(f"localStorage['soft-atm.language'] = '{language}'")
    page.reload()
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    wrong: list[str] = []

    def look(name: str) -> None:
        expect(page.locator("main .quiet[role=status]")).to_have_count(0)
        page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
        wrong.extend(wrong_for_some(page))
        for style in ("document.documentElement.style.fontSize = ''", LARGE_TYPE):
            page.evaluate(style)
            wrong.extend(
                f"{name} {style[-6:]}: {one}" for one in page.evaluate(CLIPPED) if "<textarea" not in one
            )
        page.evaluate("document.documentElement.style.fontSize = ''")

    go(phone, "statement")
    look("statement")
    page.locator(".list .item").first.click()
    expect(page.locator(".ending")).to_be_visible()
    look("proof")
    page.locator("a.danger").click()
    expect(page.locator("#words")).to_be_visible()
    look("complain")
    page.fill("#words", "Số tiền không đúng với giấy")
    page.locator("form button.primary").click()
    expect(page.locator(".ending")).to_be_visible()
    look("complaint")
    for route in ("complaints", "statement/print", "home"):
        go(phone, route)
        look(route)
    assert wrong == [], "\n".join(wrong)
