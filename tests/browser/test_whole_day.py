"""A clerk's whole day in a real browser at 1024×600, by keyboard alone: from the opening count to the next one.

The demo's clock is the machine's own, so that "the next day" is the opening right after the close; one code's deadline
is moved in the database instead of waiting for it.
"""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from secrets import randbelow
from typing import Any
from uuid import uuid4

import httpx2
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from atm_service.platform import database as db
from atm_service.registers.withdrawals import digits
from tests.atm_service.mending import picture
from tests.browser.road import OLD_PC, Demo, later

CLERK, OTHER_OFFICE = "06001-1", "05971-1"
DELEGATE = "020190007788"
DRAWER = {"500000": 350, "100000": 150, "50000": 100, "20000": 200, "10000": 100}  # 200,000,000 đồng
TO_VAULT = {
    "500000": 340,
    "100000": 150,
    "50000": 100,
}  # leaves ten million: a large code finds the drawer short
# Five payments of one note, one of them undone, two notes paid in; one note is missing.
AT_CLOSE = {"500000": 7, "20000": 200, "10000": 100}


@dataclass
class Wallet:
    """A customer's phone, without a screen."""

    client: httpx2.Client
    customer: dict[str, str]

    def code(self, amount: int = 500_000, **more: Any) -> dict[str, Any]:
        body = {"amount": amount, "pin": self.customer["pin"], **more}
        answer = self.client.post(
            "/wallet/v1/withdrawals", json=body, headers={"Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def wallet(demo: Demo, number: int) -> Wallet:
    customer = demo.customers[number]
    client = httpx2.Client(base_url=demo.service_url, timeout=60)
    proof = {"phone": customer["phone"], "pin": customer["pin"]}
    token = client.post("/wallet/v1/sessions", json=proof).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return Wallet(client, customer)


@dataclass
class Desk:
    """Hands on a keyboard. Nothing here touches a mouse."""

    page: Page
    pictures: Path
    seen: int = 0

    def look(self, name: str, *, whole: bool = True) -> None:
        """Photograph the page: nothing is cut off at the side, and the main button is on the screen."""
        self.seen += 1
        self.page.screenshot(path=str(self.pictures / f"{self.seen:02}-{name}.png"))
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if whole:
            button = self.page.locator("main .primary:visible").first.bounding_box()
            assert button is not None, name
            assert button["y"] + button["height"] <= OLD_PC["height"], name

    def ready(self) -> None:
        """Wait until the page's scripts listen."""
        self.page.wait_for_selector("html[data-ready]")

    def key(self, name: str) -> None:
        self.ready()
        self.page.keyboard.press(name)

    def type(self, words: str) -> None:
        self.ready()
        self.page.keyboard.type(words)

    def scan(self, words: str) -> None:
        """Type as a hand scanner does: fast, then Enter."""
        self.type(words)
        self.page.keyboard.press("Enter")

    def enter(self) -> None:
        """Strike Enter as a person does who has read: not with the scanner's own, not as a verdict appears."""
        later(self.page)
        self.page.keyboard.press("Enter")

    def at(self, selector: str) -> None:
        expect(self.page.locator(selector).first).to_be_focused()

    def headline(self, words: str) -> None:
        expect(self.page.locator("main h1").first).to_contain_text(words)

    def home(self) -> None:
        """Go to the start page, from wherever a verdict or a list is shown."""
        self.key("Escape")
        expect(self.page.locator("main a[href='/deposits/new']")).to_be_visible()

    def count(self, notes: dict[str, int]) -> None:
        self.ready()
        self.at("[data-denomination]")
        for field in self.page.locator("[data-denomination]").all():
            note = field.get_attribute("data-denomination") or ""
            self.page.keyboard.type(str(notes.get(note, "")))
            self.page.keyboard.press("Enter")
        self.at("form.count .primary")

    def present(self, code: str) -> None:
        """F2, then the scanner."""
        self.key("F2")
        self.at("#code")
        self.scan(code)

    def pin(self, pin: str) -> None:
        """Do what the customer does at the keypad page."""
        self.at("#pin")
        self.type(pin)
        self.key("Enter")
        self.enter()

    def card(self, id_number: str, what: int) -> None:
        """F8, the card, and the so-manieth of what it can be for."""
        self.key("F8")
        self.at("#card")
        self.scan(id_number)
        self.at("[name=what]:checked")
        for _ in range(what):
            self.key("ArrowDown")


def page_of(chromium: Browser) -> Page:
    """Open an old PC's page."""
    page = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    return page


def sign_in(page: Page, demo: Demo, worker: dict[str, Any]) -> None:
    """Type name and password."""
    page.goto(demo.counter_url)
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type(worker["username"])
    page.keyboard.press("Tab")
    page.keyboard.type(worker["password"])
    page.keyboard.press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)


def test_a_clerks_whole_day(demo: Demo, chromium: Browser, tmp_path: Path) -> None:
    """Open by count, customers of all kinds, refusals of all kinds, one undone, a short close, the next opening."""
    page = page_of(chromium)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    desk = Desk(page, tmp_path)
    sign_in(page, demo, demo.worker("clerk", CLERK))
    people = [wallet(demo, number) for number in range(4)]
    _open(desk)
    paid = _customers(desk, people)
    _without_a_phone(desk, people)
    _beside_payments(desk, people)
    _refusals(desk, demo, people, paid)
    _undo(desk, demo, chromium)
    _close_and_open(desk)
    assert errors == []
    page.context.close()
    for person in people:
        person.client.close()


def _open(desk: Desk) -> None:
    """Count the drawer, and bring most of it to the vault."""
    desk.headline("Chưa mở ca")
    desk.look("no-shift")
    desk.enter()
    desk.count(DRAWER)
    desk.look("opening-count")
    desk.enter()
    desk.headline("Sẵn sàng")
    desk.look("home")
    desk.key("F3")
    desk.headline("Két")
    desk.look("vault")
    desk.key("F7")
    desk.count(TO_VAULT)
    desk.enter()
    desk.headline("Đã chuyển vào két")
    desk.look("to-vault")
    desk.key("Escape")
    desk.headline("Két")
    desk.home()


def _customers(desk: Desk, people: list[Wallet]) -> dict[str, Any]:
    """Pay by QR and by digits with the PIN; give the code that was paid by QR."""
    first, second = people[0], people[1]
    by_qr, by_digits = first.code(), second.code()
    desk.present(by_qr["code"])
    desk.at("#card")
    desk.look("check-card")
    desk.scan(f"{first.customer['id_number']}|080123456|Nông Thị Thu Hà|14031988|Nữ|Lạng Sơn|01012021")
    desk.at("#pay")
    desk.enter()
    desk.headline("ĐÃ CHI TIỀN")
    desk.look("paid")
    desk.present(by_digits["digits"])
    desk.at("#card")
    desk.scan(second.customer["id_number"])
    desk.at("#pin")
    desk.look("check-pin")
    desk.scan(second.customer["pin"])
    desk.at("#pay")
    desk.enter()
    desk.headline("ĐÃ CHI TIỀN")
    desk.home()
    return by_qr


def _without_a_phone(desk: Desk, people: list[Wallet]) -> None:
    """Pay by card and PIN, make a slip and pay it, let a delegate collect."""
    elder, other = people[2].customer, people[3].customer
    desk.card(other["id_number"], 0)
    desk.key("Enter")
    desk.at("[name=amount]")
    desk.look("card-and-pin")
    desk.scan("500.000")
    desk.at("main .primary")
    desk.enter()
    desk.at("#pin")
    desk.look("keypad")
    desk.pin("111222")
    expect(desk.page.locator(".told")).to_contain_text("PIN không đúng")
    desk.look("keypad-wrong")
    desk.pin(other["pin"])
    desk.headline("ĐÃ CHI TIỀN")
    desk.home()
    desk.card(elder["id_number"], 1)
    desk.key("Enter")
    desk.scan("500.000")
    desk.at("main .primary")
    desk.enter()
    desk.pin(elder["pin"])
    expect(desk.page.locator(".code-slip .qr")).to_be_visible()
    desk.ready()
    desk.look("slip")
    desk.page.pdf(width="80mm", path=str(desk.pictures / "slip.pdf"))
    picture = Image.open(BytesIO(desk.page.locator(".code-slip .qr").screenshot()))
    (printed,) = zxingcpp.read_barcodes(picture)
    assert len(desk.page.locator(".ten").inner_text()) == len("000-000-0000")
    desk.key("Escape")
    desk.at("#card")
    desk.home()
    desk.present(printed.text)
    desk.at("#card")
    desk.scan(elder["id_number"])
    desk.at("#pay")
    desk.enter()
    desk.headline("ĐÃ CHI TIỀN")
    desk.home()
    _delegate(desk, elder)


def _delegate(desk: Desk, elder: dict[str, str]) -> None:
    """Make a delegation and its two slips, and pay the delegate by both halves and both cards."""
    desk.card(elder["id_number"], 4)
    desk.key("Enter")
    desk.at("main .primary")
    desk.enter()
    desk.headline("Ai được nhận thay")
    desk.at("[name=delegate]")
    desk.look("delegations-none")
    for typed in (DELEGATE, "500.000", "1.000.000"):
        desk.scan(typed)
    desk.at("form.pairs .primary")
    desk.enter()
    desk.at("#pin")
    desk.look("keypad-delegation")
    desk.pin(elder["pin"])
    desk.headline("Ai được nhận thay")
    desk.at("[name=amount]")
    desk.look("delegations")
    desk.scan("500.000")
    desk.enter()
    desk.pin(elder["pin"])
    expect(desk.page.locator(".ten")).to_have_count(2)
    desk.ready()
    desk.look("halves")
    desk.page.pdf(width="80mm", path=str(desk.pictures / "halves.pdf"))
    halves = "".join(desk.page.locator(".ten").all_inner_texts())
    desk.key("Escape")
    desk.at("#card")
    desk.home()
    desk.present("".join(sign for sign in halves if sign.isdigit()))
    desk.at("#card")
    desk.scan(elder["id_number"])
    desk.at("#delegate")
    desk.look("check-delegate")
    desk.scan(DELEGATE)
    desk.at("#pay")
    desk.enter()
    desk.headline("ĐÃ CHI TIỀN")
    expect(desk.page.locator(".slip")).to_contain_text("••••••••7788")
    desk.page.pdf(width="80mm", path=str(desk.pictures / "receipt.pdf"))
    desk.home()


def _beside_payments(desk: Desk, people: list[Wallet]) -> None:
    """Take a deposit in and send a transfer."""
    second, other = people[1].customer, people[3].customer
    desk.key("F6")
    desk.at("#to")
    desk.scan(second["phone"])
    desk.count({"500000": 2})
    desk.look("deposit")
    desk.enter()
    desk.at("#name")
    desk.look("deposit-name")
    desk.scan(second["full_name"])
    desk.at("#pay")
    desk.enter()
    desk.headline("ĐÃ THU TIỀN")
    desk.home()
    desk.key("F7")
    desk.at("#card")
    for typed in (other["id_number"], second["phone"], "150.000"):
        desk.scan(typed)
    desk.at("main .primary")
    desk.enter()
    desk.at("#pin")
    desk.look("transfer")
    desk.scan(other["pin"])
    desk.at("#pay")
    desk.enter()
    desk.headline("ĐÃ CHUYỂN")
    desk.home()


def _refusals(desk: Desk, demo: Demo, people: list[Wallet], paid: dict[str, Any]) -> None:
    """Paid, wrong office, expired, unknown, drawer short: each says no, and Esc leads on; a wrong card is let go."""
    first, large = people[0], people[3]
    elsewhere, late = first.code(office=OTHER_OFFICE), first.code()
    _move_deadline(demo, late["id"])
    short = large.code(15_000_000, face_capture=picture())
    for name, code, words in (
        ("already-paid", paid["code"], "Đã chi rồi"),
        ("wrong-office", elsewhere["code"], "điểm bưu điện khác"),
        ("expired", late["digits"], "hết hạn"),
        ("unknown", digits.make(randbelow), "Không có lệnh rút"),
        ("drawer-short", short["code"], "không đủ tiền"),
    ):
        desk.present(code)
        expect(desk.page.locator(".verdict h1")).to_contain_text(words, ignore_case=True)
        desk.look(name)
        desk.home()
    wrong = people[1].code()
    desk.present(wrong["code"])
    desk.at("#card")
    desk.scan(first.customer["id_number"])
    desk.at("#pay")
    desk.enter()
    expect(desk.page.locator(".told")).to_contain_text("không phải của chủ tài khoản")
    desk.look("wrong-card")
    desk.key("Escape")
    desk.at("#code")
    desk.home()


def _move_deadline(demo: Demo, id: str) -> None:
    """End a code's life now, around every guard, instead of waiting for it."""
    engine = db.owner_engine(demo.database_url)
    with engine.begin() as session:
        session.execute(text("SET LOCAL session_replication_role = 'replica'"))
        session.execute(
            text("UPDATE service.withdrawal SET expires_at = created_at + :little WHERE id = :id"),
            {"id": id, "little": timedelta(milliseconds=1)},
        )
    engine.dispose()


def _undo(desk: Desk, demo: Demo, chromium: Browser) -> None:
    """Undo the last payment: asked here, approved in the supervisor's own browser, counted back here."""
    desk.key("F4")
    desk.headline("Biên nhận")
    desk.look("receipts", whole=False)
    while not desk.page.evaluate("document.activeElement.matches('table.rows a')"):
        desk.key("Tab")
    desk.key("Enter")
    expect(desk.page.locator(".slip")).to_be_visible()
    desk.key("F7")
    desk.at("[name=reason]")
    desk.key("Space")
    desk.key("Tab")
    desk.scan("Khách đi mất, tiền còn trên quầy")
    desk.enter()
    desk.headline("Đang chờ kiểm soát viên")
    desk.look("waiting", whole=False)
    other = page_of(chromium)
    sign_in(other, demo, demo.worker("supervisor"))
    boss = Desk(other, desk.pictures, seen=70)
    boss.at("[name=reason]")
    boss.look("queue")
    boss.type("Đã gọi cho khách")
    boss.key("Tab")
    boss.enter()
    expect(other.locator(".empty")).to_be_visible()
    other.context.close()
    desk.headline("ĐÃ DUYỆT")  # by itself
    desk.look("approved")
    desk.enter()
    desk.count({"500000": 1})
    desk.enter()
    desk.headline("ĐÃ ĐẢO")
    desk.look("undone")
    desk.home()


def _close_and_open(desk: Desk) -> None:
    """Close blind and one note short, counted twice; the next opening is by the same count."""
    desk.key("F9")
    desk.count(AT_CLOSE)
    desk.look("closing-count")
    desk.enter()
    expect(desk.page.locator("[role=alert]")).to_contain_text("đếm lại một lần nữa")
    desk.look("count-again")
    desk.count(AT_CLOSE)
    desk.enter()
    expect(desk.page.locator(".verdict h1")).to_contain_text("thiếu 500.000")
    desk.look("short")
    desk.enter()
    desk.headline("Chưa mở ca")
    desk.enter()
    desk.count(AT_CLOSE)
    desk.enter()
    desk.headline("Sẵn sàng")
    expect(desk.page.locator("main")).not_to_contain_text("thiếu")
    desk.look("next-day")
