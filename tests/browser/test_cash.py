"""A clerk's cash in a real browser at 1024×600, by keyboard: blind close, hand-over, vault and deliveries."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import OLD_PC, PHONE, Counter, Demo, Phone, at_once, later

DRAWER = {"500000": 350, "100000": 150, "50000": 100, "20000": 200, "10000": 100}  # 200,000,000 đồng


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give an old PC's page; whatever its scripts throw fails the test."""
    context = chromium.new_context(viewport=OLD_PC, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def seen(page: Page, tmp_path: Path, name: str) -> None:
    """Photograph the page, and see that nothing is cut off at the side."""
    page.screenshot(path=str(tmp_path / f"{name}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def count(page: Page, notes: dict[str, int]) -> None:
    """Type a count by keyboard alone: a number, Enter, the next note; at the end the button has the focus."""
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-denomination]").first).to_be_focused()
    for field in page.locator("[data-denomination]").all():
        note = field.get_attribute("data-denomination") or ""
        page.keyboard.type(str(notes.get(note, "")))
        page.keyboard.press("Enter")


def press(page: Page) -> None:
    """Strike Enter as a person does: once what it is for has the focus."""
    later(page)
    page.keyboard.press("Enter")


def test_a_clerks_cash_from_opening_to_a_short_close(demo: Demo, page: Page, tmp_path: Path) -> None:
    """Open by count, to the vault and back, close blind with a shortage that is counted twice, and the break after."""
    counter = Counter(page, demo.counter_url)
    counter.sign_in(demo.worker("clerk", "05980-1"))
    counter.open_shift(DRAWER)
    seen(page, tmp_path, "home")
    page.keyboard.press("F3")
    expect(page.locator("h1")).to_have_text("Két")
    page.goto(f"{demo.counter_url}/cash/to-vault")
    count(page, {"500000": 50})
    expect(page.locator("[data-words]")).to_contain_text("Hai mươi lăm triệu đồng")
    seen(page, tmp_path, "to-vault")
    press(page)
    expect(page.locator(".verdict h1")).to_have_text("Đã chuyển vào két")
    seen(page, tmp_path, "moved")
    page.goto(f"{demo.counter_url}/cash")
    expect(page.locator("main")).not_to_contain_text("25.000.000")
    seen(page, tmp_path, "vault")
    page.keyboard.press("F8")
    for told in ("đếm lại một lần nữa", "Két thiếu 500.000"):
        count(page, {"500000": 49})
        seen(page, tmp_path, f"vault-count-{told[:3]}")
        press(page)
        expect(page.locator(".told, .verdict h1").first).to_contain_text(told)
    seen(page, tmp_path, "vault-short")
    page.goto(f"{demo.counter_url}/shift/close")
    short = DRAWER | {"500000": 299}
    count(page, short)
    press(page)
    expect(page.locator("[role=alert]")).to_contain_text("đếm lại một lần nữa")
    expect(page.locator("main")).not_to_contain_text("175.000.000")
    seen(page, tmp_path, "again")
    count(page, short)
    press(page)
    expect(page.locator(".verdict h1")).to_contain_text("thiếu 500.000")
    seen(page, tmp_path, "short")
    page.goto(f"{demo.counter_url}/shift/open")
    count(page, short)
    press(page)
    expect(page.locator("a[href='/scan']").first).to_be_visible()


def test_a_delivery_from_order_to_vault(demo: Demo, chromium: Browser, page: Page, tmp_path: Path) -> None:
    """A supervisor orders and sends, the clerk counts it in, short, and another supervisor explains it."""
    boss = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    supervisor = Counter(boss, demo.counter_url)
    supervisor.sign_in(demo.worker("supervisor"))
    boss.goto(f"{demo.counter_url}/supervision")
    seen(boss, tmp_path, "supervision-empty")
    boss.fill("[name=office]", "05983-1")
    boss.fill("[name=millions]", "60")
    boss.get_by_role("button", name="Đến điểm bưu điện").click()
    expect(boss.locator(".verdict h1")).to_have_text("Đã lập lệnh chuyển tiền")
    boss.goto(f"{demo.counter_url}/supervision")
    boss.get_by_role("link", name="Kiểm đếm gửi đi").click()
    count(boss, {"500000": 120})
    press(boss)
    expect(boss.locator(".verdict h1")).to_have_text("Đã giao tiền đi")
    counter = Counter(page, demo.counter_url)
    counter.sign_in(demo.worker("clerk", "05983-1"))
    page.goto(f"{demo.counter_url}/cash")
    expect(page.locator("main")).to_contain_text("Tiền đang chuyển đến điểm này")
    expect(page.locator("main")).not_to_contain_text("60.000.000")
    seen(page, tmp_path, "road")
    page.get_by_role("link", name="Kiểm đếm nhận vào").click()
    for _ in range(2):
        count(page, {"500000": 119})
        press(page)
        page.wait_for_load_state("networkidle")
    expect(page.locator(".verdict h1")).to_contain_text("thiếu 500.000")
    seen(page, tmp_path, "delivered-short")
    boss.goto(f"{demo.counter_url}/supervision")
    expect(boss.locator(".tag").first).to_contain_text("kiểm soát viên khác giải trình")
    seen(boss, tmp_path, "supervision")
    boss.context.close()
    boss = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    Counter(boss, demo.counter_url).sign_in(demo.worker("supervisor", number=2))
    boss.goto(f"{demo.counter_url}/supervision")
    boss.fill("[name=reason] >> nth=0", "Huyện đếm nhầm một tờ")
    boss.get_by_role("button", name="Ghi giải trình").click()
    expect(boss.locator("main")).to_contain_text("Huyện đếm nhầm một tờ")
    boss.context.close()


def test_a_trip_is_proposed_and_ordered(demo: Demo, chromium: Browser, tmp_path: Path) -> None:
    """By keyboard: an area, its cash, the trip; the first delivery is ordered, and is no longer proposed."""
    boss = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    Counter(boss, demo.counter_url).sign_in(demo.worker("supervisor"))
    boss.goto(f"{demo.counter_url}/supervision")
    boss.keyboard.press("F2")
    expect(boss.locator("[name=area]")).to_be_focused()
    seen(boss, tmp_path, "plan-asked")
    boss.keyboard.type("Huyện Tràng")
    boss.keyboard.press("Tab")
    boss.keyboard.type("900")
    boss.keyboard.press("Enter")
    expect(boss.locator(".empty")).to_contain_text("Mọi điểm đều đủ tiền")
    expect(boss.locator("[name=area] option:checked")).to_have_text("Huyện Tràng Định")
    expect(boss.get_by_role("button", name="Đặt chuyến này")).to_have_count(0)
    seen(boss, tmp_path, "plan-empty")
    boss.goto(f"{demo.counter_url}/supervision/plan?area=178")
    seen(boss, tmp_path, "plan")
    boss.set_viewport_size(PHONE)  # type: ignore[arg-type]
    seen(boss, tmp_path, "plan-phone")
    offered = boss.get_by_role("button", name="Đặt chuyến này").count()
    boss.set_viewport_size(OLD_PC)  # type: ignore[arg-type]
    expect(boss.get_by_role("button", name="Đặt chuyến này").first).to_be_focused()
    press(boss)
    expect(boss.locator(".verdict h1")).to_have_text("Đã lập lệnh chuyển tiền")
    boss.goto(f"{demo.counter_url}/supervision/plan?area=178")
    expect(boss.get_by_role("button", name="Đặt chuyến này")).to_have_count(offered - 1)
    boss.context.close()


def reach(page: Page, wanted: str) -> None:
    """Go on with the Tab key until something has the focus."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


@pytest.fixture
def payee(demo: Demo, chromium: Browser, page: Page) -> Iterator[Callable[[], dict[str, str]]]:
    """Give what brings a customer with 2,000,000 before the clerk, up to the field where the notes are chosen."""
    customer = demo.customers[3]
    context = chromium.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    phone = Phone(context.new_page(), demo.service_url)
    phone.sign_in(customer)
    counter = Counter(page, demo.counter_url)
    counter.sign_in(demo.worker("clerk", "06001-1"))
    if page.locator("a[href='/shift/open']").count():
        counter.open_shift(DRAWER)

    def come() -> dict[str, str]:
        phone.make_code(customer, "2.000.000")
        counter.type_code(phone.digits())
        expect(page.locator("#card")).to_be_focused()
        page.keyboard.type(customer["id_number"])
        page.keyboard.press("Enter")
        expect(page.locator("#pin")).to_be_focused()
        page.keyboard.type(customer["pin"])
        return customer

    yield come
    context.close()


def test_small_notes_please(page: Page, payee: Callable[[], dict[str, str]], tmp_path: Path) -> None:
    """The clerk sees which notes to hand over; a customer who asks for small ones gets them, by keyboard alone."""
    payee()
    expect(page.locator(".mix")).to_contain_text("4 × 500.000")
    seen(page, tmp_path, "mix")
    reach(page, "[name=mix]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=mix][value=small]")).to_be_checked()
    reach(page, "#pay")
    press(page)
    expect(page.locator(".verdict.good .chips")).to_contain_text("20 × 100.000")
    seen(page, tmp_path, "paid-small")


def test_the_clerks_own_notes(page: Page, payee: Callable[[], dict[str, str]], tmp_path: Path) -> None:
    """Typed by keyboard alone, they are what is paid; notes of another sum come back, and nothing is paid."""
    for few, said in (("9", "không đúng số tiền"), ("10", "")):
        if said:
            customer = payee()
        else:
            page.keyboard.type(customer["id_number"])
            page.keyboard.press("Enter")
            page.keyboard.type(customer["pin"])
        reach(page, "summary")
        page.keyboard.press("Enter")
        for note, number in (("500000", "2"), ("100000", few)):
            reach(page, f"[name=count-{note}]")
            page.keyboard.type(number)
        expect(page.locator("[name=mix][value=own]")).to_be_checked()
        seen(page, tmp_path, f"own-{few}")
        reach(page, "#pay")
        press(page)
        if said:
            expect(page.locator(".told")).to_contain_text(said)
            expect(page.locator("#card")).to_be_focused()
    expect(page.locator(".verdict.good .chips")).to_contain_text("2 × 500.000")
    expect(page.locator(".verdict.good .chips")).to_contain_text("10 × 100.000")
    seen(page, tmp_path, "paid-own")


def test_handing_over_at_noon(demo: Demo, page: Page, tmp_path: Path) -> None:
    """A wrong password hands nothing over; the form fits the screen."""
    counter = Counter(page, demo.counter_url)
    counter.sign_in(demo.worker("clerk", "05977-1"))
    counter.open_shift(DRAWER)
    page.goto(f"{demo.counter_url}/shift/hand-over")
    count(page, DRAWER)
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type("minh.05980")
    press(page)
    page.keyboard.type("khong-phai-mat-khau")
    seen(page, tmp_path, "hand-over")
    page.keyboard.press("Enter")
    press(page)
    expect(page.locator(".verdict h1")).to_contain_text("không đúng")
    seen(page, tmp_path, "hand-over-refused")


def test_a_drawer_far_short_waits_for_a_word(
    demo: Demo, page: Page, chromium: Browser, tmp_path: Path
) -> None:
    """Counted twice with 16.6 million where 200 should be: asked for, red on the board, decided, counted once more."""
    far_short = {"500000": 33, "100000": 1}
    counter = Counter(page, demo.counter_url)
    counter.sign_in(demo.worker("clerk", "05983-1"))
    for told in ("Số đếm không khớp", "Số đếm vẫn lệch nhiều"):
        page.goto(f"{demo.counter_url}/shift/open")
        count(page, far_short)
        press(page)
        expect(page.locator("main")).to_contain_text(told)
    expect(page.locator("[name=words]")).to_be_focused()
    seen(page, tmp_path, "needs-word")
    at_once(page)  # who types fast is not held up by the verdict
    page.keyboard.type("Đếm hai lần, vẫn thiếu")
    page.keyboard.press("Enter")
    expect(page.locator("form .primary")).to_be_focused()
    press(page)
    expect(page.locator("h1")).to_have_text("Đang chờ kiểm soát viên")
    expect(page.locator("main")).not_to_contain_text("183.4")
    seen(page, tmp_path, "word-waits")

    boss = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    Counter(boss, demo.counter_url).sign_in(demo.worker("supervisor"))
    boss.goto(f"{demo.counter_url}/board")
    expect(boss.locator("#o05983-1.act")).to_contain_text("−183.400.000")
    boss.locator("#o05983-1").scroll_into_view_if_needed()
    seen(boss, tmp_path, "board-far-short")
    boss.goto(f"{demo.counter_url}/board/05983-1")
    seen(boss, tmp_path, "office-far-short")
    boss.goto(f"{demo.counter_url}/queue")
    expect(boss.locator(".off.stop")).to_have_text("−183.400.000\N{NO-BREAK SPACE}đ")
    seen(boss, tmp_path, "word-to-decide")
    boss.locator("[name=reason]").first.fill("Đã gọi, két chưa về")
    boss.get_by_role("button", name="Duyệt").first.click()
    boss.context.close()

    expect(page.get_by_role("link", name="Đếm và mở ca")).to_be_visible()
    seen(page, tmp_path, "word-given")
    page.get_by_role("link", name="Đếm và mở ca").click()
    count(page, far_short)
    press(page)
    expect(page.locator(".off.stop")).to_contain_text("−183.400.000\N{NO-BREAK SPACE}đ")
    seen(page, tmp_path, "opened-far-short")
