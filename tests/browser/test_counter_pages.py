"""The counter's pages in a real browser, against the fake service: keys, camera, paper, small screens."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import qrcode
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from counter_app.page import LANGUAGE_COOKIE
from tests.browser.road import (
    INSIDE_BARS,
    OLD_PC,
    PHONE,
    at_once,
    browser_with_camera,
    camera_film,
    later,
    wrong_for_some,
)
from tests.counter_app.fake_service import CARD, CARD_QR, CLERK, PASSWORD, PIN, SUPERVISOR, Fake, Withdrawal
from tests.counter_app.test_cards import mrz
from tests.counter_app.test_scanning import CODE, POSTER

WITHIN_S = 30
expect.set_options(timeout=WITHIN_S * 1000)


@dataclass
class Counter:
    """A counter app as a process of its own, beside a fake service in a thread of this one."""

    fake: Fake
    service_url: str
    folder: Path
    url: str = ""
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start the app and wait until it listens."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "counter_app", "--service-url", self.service_url, "--port"]
        command += [
            self.url.rpartition(":")[2] or "0",
            "--data-dir",
            str(self.folder),
            "--ready-file",
            str(ready),
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SOFT_ATM_")}
        self.process = subprocess.Popen(command, env=environment | {"SOFT_ATM_COUNTER_PATIENCE_S": "1"})
        until(lambda: ready.exists() and ready.read_text(encoding="utf-8").endswith("}"))
        self.url = ready.read_text(encoding="utf-8").split('"')[3]

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the app, as a power cut does unless asked otherwise."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(WITHIN_S)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def served(fake: Fake) -> Iterator[str]:
    """Serve the fake on a free port from a thread."""
    server = uvicorn.Server(uvicorn.Config(fake.app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    fake.held, server.should_exit = False, True
    thread.join(WITHIN_S)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """Give a running counter app."""
    fake = Fake(lambda: datetime.fromtimestamp(time.time(), UTC))
    with served(fake) as service_url:
        running = Counter(fake, service_url, tmp_path)
        running.start()
        yield running
        running.kill(signal.SIGTERM)


@pytest.fixture(params=[OLD_PC, PHONE], ids=["old-pc", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """Give a page of each size; whatever its scripts throw, or the policy forbids, fails the test."""
    yield from watched(chromium, request.param)


@pytest.fixture
def old_pc(chromium: Browser) -> Iterator[Page]:
    """Give an old PC's page."""
    yield from watched(chromium, OLD_PC)


def watched(browser: Browser, size: dict[str, int]) -> Iterator[Page]:
    """Open a page and keep what goes wrong in it."""
    context = browser.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(WITHIN_S * 1000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
    yield page
    context.close()
    assert wrong == []


def sign_in(page: Page, counter: Counter) -> None:
    """Sign the clerk in by keyboard."""
    page.goto(counter.url)
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type(CLERK)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[name=password]")).to_have_count(0)


def focused(page: Page, selector: str) -> None:
    """Wait until the page's scripts listen and something has the focus."""
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(selector)).to_be_focused()


def begin(page: Page, counter: Counter) -> None:
    """Sign in and open a shift with forty of the largest notes, by keyboard alone."""
    sign_in(page, counter)
    focused(page, "main .primary")
    page.keyboard.press("Enter")
    focused(page, "[name=count-500000]")
    page.keyboard.type("40")
    for _ in range(9):
        page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_have_text("Hai mươi triệu đồng")
    enter(page, ".count .primary")
    expect(page.get_by_text("Sẵn sàng")).to_be_visible()
    page.wait_for_selector("html[data-ready]")


def enter(page: Page, selector: str) -> None:
    """Press Enter on what has the focus, once it may count."""
    focused(page, selector)
    later(page)
    page.keyboard.press("Enter")


def fits(page: Page) -> bool:
    """Say whether nothing runs out of the side of the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_payment_by_keyboard(page: Page, counter: Counter) -> None:
    """Sign in, count, scan, check, pay, next: no mouse, focus always where it belongs, nothing off the screen."""
    withdrawal = counter.fake.withdrawal(amount=4_440_000)
    begin(page, counter)
    page.keyboard.press("F2")
    focused(page, "#code")
    assert fits(page)
    page.keyboard.type(withdrawal.code)
    page.keyboard.press("Enter")
    focused(page, "#card")
    expect(page.locator(".lease")).to_contain_text("4:5")
    assert fits(page)
    page.keyboard.insert_text(CARD_QR)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # a scanner that ends with two
    assert counter.fake.receipts == []
    enter(page, "#pay")
    expect(page.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
    expect(page.locator(".verdict")).to_contain_text("Bốn triệu bốn trăm bốn mươi nghìn đồng")
    assert fits(page)
    enter(page, ".verdict .primary")
    focused(page, "#code")
    page.keyboard.type(withdrawal.code)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict.stop h1")).to_have_text("Đã chi rồi – không chi lần nữa")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("F4")
    expect(page.locator(".slip")).to_contain_text("BẢN SAO")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("Escape")
    expect(page.locator(".rows")).to_contain_text("4.440.000")
    assert len(counter.fake.receipts) == 1


@pytest.mark.parametrize("notes", [None, {"500000": 4}], ids=["no-notes", "notes"])
@pytest.mark.parametrize(
    "end", [["Tab", "Enter"], ["Enter", "Tab", "Enter"], ["Tab", "Tab", "Enter", "Enter"]]
)
def test_the_end_of_a_scan_never_pays(
    old_pc: Page, counter: Counter, end: list[str], notes: dict[str, int] | None
) -> None:
    """However a scanner ends, and wherever that leaves the focus, paying is left to the clerk."""
    withdrawal = counter.fake.withdrawal(notes=notes, small_notes=notes and {"200000": 10})
    begin(old_pc, counter)
    old_pc.goto(f"{counter.url}/scan")
    focused(old_pc, "#code")
    old_pc.keyboard.type(withdrawal.code)
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#card")
    at_once(old_pc)
    old_pc.keyboard.insert_text(CARD_QR)
    for key in end:
        old_pc.keyboard.press(key)
    old_pc.locator("#pay").focus()
    old_pc.keyboard.type("020185001234|081234567|Hoàng Thị Mai")  # and once more, with the button in focus
    old_pc.keyboard.press("Enter")
    for radio in old_pc.locator("[type=radio]").all():
        if radio.is_visible():
            radio.focus()
            later(old_pc)
            old_pc.keyboard.press("Enter")
            focused(old_pc, "#pay")
    old_pc.wait_for_timeout(500)
    assert counter.fake.receipts == []
    old_pc.locator("#pay").focus()
    enter(old_pc, "#pay")
    expect(old_pc.locator(".verdict.good")).to_be_visible()


def test_digits_card_zone_and_pin(old_pc: Page, counter: Counter) -> None:
    """Digits are shown 3-3-4 as they are typed; a scanner's three-line zone and the PIN each go on by Enter."""
    counter.fake.withdrawal()
    begin(old_pc, counter)
    old_pc.keyboard.press("F2")
    focused(old_pc, "#code")
    old_pc.keyboard.type("1234567890")
    expect(old_pc.locator("#code")).to_have_value("123-456-7890")
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#card")
    at_once(old_pc)
    for line in mrz().splitlines():
        old_pc.keyboard.type(line)
        old_pc.keyboard.press("Enter")
    focused(old_pc, "#pin")
    old_pc.keyboard.type(PIN)
    old_pc.keyboard.press("Enter")
    enter(old_pc, "#pay")
    expect(old_pc.locator(".verdict.good")).to_be_visible()
    assert counter.fake.receipts[0]["identity_checked"] == "mrz"


def test_esc_gives_the_claim_back(old_pc: Page, counter: Counter) -> None:
    """Esc on the card page releases the withdrawal and waits for the next code."""
    withdrawal = counter.fake.withdrawal()
    begin(old_pc, counter)
    old_pc.goto(f"{counter.url}/scan")
    focused(old_pc, "#code")
    old_pc.keyboard.type(withdrawal.code)
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#card")
    old_pc.keyboard.press("Escape")
    focused(old_pc, "#code")
    assert withdrawal.status == "authorised"


def test_the_camera_reads_code_and_card(counter: Counter, chromium: Browser, tmp_path: Path) -> None:
    """A film of the code goes on by itself; a film of the card fills its field and waits for the clerk's Enter."""
    withdrawal = counter.fake.withdrawal()
    for text, then in ((withdrawal.code, "**/check"), (CARD_QR, "")):
        picture = tmp_path / "qr.png"
        qrcode.make(text).save(picture)
        with_camera = browser_with_camera(
            chromium.browser_type, camera_film(tmp_path / "qr.mjpeg", picture.read_bytes())
        )
        try:
            page = with_camera.new_context(viewport=OLD_PC).new_page()
            sign_in(page, counter)
            if then:
                page.goto(f"{counter.url}/shift/open")
                page.locator(".count .primary").click()
                page.wait_for_url(counter.url + "/")
                page.goto(f"{counter.url}/scan")
                page.wait_for_url(then)
                page.wait_for_timeout(1000)
                expect(page.locator("#card")).to_have_value("")  # a code is never taken for a card
            else:
                page.goto(f"{counter.url}/scan")
                page.wait_for_timeout(1000)
                expect(page.locator("#code")).to_have_value("")  # nor a card for a code
                page.keyboard.type(withdrawal.code)
                page.keyboard.press("Enter")
                expect(page.locator("#card")).to_have_value(CARD_QR)
                assert counter.fake.receipts == []
                enter(page, "#pay")
                expect(page.locator(".verdict.good")).to_be_visible()
        finally:
            with_camera.close()
    assert counter.fake.receipts[0]["identity_checked"] == "qr"


def filmed(tmp_path: Path, **sides: int) -> Path:
    """Film a poster at the side of a wide picture and, where it has a size, a withdrawal's code in its middle."""
    picture = Image.new("RGB", (920, 920), "#bbb")
    for text, side in sides.items():
        qrcode.make({"poster": POSTER, "code": CODE}[text]).save(tmp_path / "qr.png")
        code = Image.open(tmp_path / "qr.png").resize((side, side))
        picture.paste(code, (20, 20) if text == "poster" else ((920 - side) // 2, (920 - side) // 2 + 60))
    picture.save(tmp_path / "picture.png")
    return camera_film(tmp_path / "qr.mjpeg", (tmp_path / "picture.png").read_bytes(), (1280, 960))


def at_scan(page: Page, counter: Counter) -> None:
    """Sign in, open a shift, and wait for a code."""
    sign_in(page, counter)
    if page.locator("a[href='/shift/open']").count():
        page.goto(f"{counter.url}/shift/open")
        page.locator(".count .primary").click()
        page.wait_for_url(counter.url + "/")
    page.goto(f"{counter.url}/scan")


def test_a_poster_before_the_camera(counter: Counter, chromium: Browser, tmp_path: Path) -> None:
    """A poster alone is never sent; beside it a small code is found; refused, it is sent once; typing is left alone."""
    asked = lambda: [path for _, path, _ in counter.fake.asked if path.endswith("/presentations")]  # noqa: E731
    with_camera = browser_with_camera(chromium.browser_type, filmed(tmp_path, poster=360))
    try:
        page = with_camera.new_context(viewport=OLD_PC).new_page()
        at_scan(page, counter)
        looks(page)
        expect(page.locator("#code")).to_have_value("")
        assert asked() == []
    finally:
        with_camera.close()
    with_camera = browser_with_camera(chromium.browser_type, filmed(tmp_path, poster=360, code=260))
    try:
        page = with_camera.new_context(viewport=OLD_PC).new_page()
        at_scan(page, counter)
        expect(page.locator(".verdict.stop")).to_be_visible()  # nobody has made this code
        page.goto(f"{counter.url}/scan")
        expect(page.locator(".camera p")).to_have_text(re.compile("vừa bị từ chối"))
        looks(page)
        assert len(asked()) == 1
        counter.fake.withdrawals.append(Withdrawal(str(uuid.uuid4()), 2_000_000, CODE, "5555555555"))
        page.keyboard.type("123-4")
        page.evaluate("sessionStorage.clear()")
        looks(page)
        expect(page.locator("#code")).to_have_value("123-4")
        page.fill("#code", "")
        page.wait_for_url("**/check")
    finally:
        with_camera.close()


# What moved of itself since the page came, with nobody's hand on it.
MOVED = """() => new Promise((done) => {
    const moved = (list) => list.getEntries().flatMap((one) => one.sources.map((source) => source.node?.outerHTML));
    new PerformanceObserver((list) => done(moved(list))).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done([]), 100);
})"""


@pytest.mark.parametrize("camera", [False, True])
def test_nothing_moves_under_a_hand(
    counter: Counter, chromium: Browser, tmp_path: Path, *, camera: bool
) -> None:
    """A page has its shape when it is first seen, though its scripts come late; so with a camera as without one."""
    browser = browser_with_camera(chromium.browser_type, filmed(tmp_path, poster=360)) if camera else chromium
    context = browser.new_context(viewport=OLD_PC, permissions=["camera"] if camera else [])  # type: ignore[arg-type]
    page = context.new_page()
    try:
        at_scan(page, counter)
        looks(page) if camera else expect(page.locator(".camera p")).to_contain_text("không có camera")
        page.route("**/*.js", lambda late: (time.sleep(0.1), late.continue_()))
        for path in ("/scan", "/card", "/help", "/deposits/new", "/transfers/new"):
            page.goto(counter.url + path)
            page.wait_for_selector("html[data-ready]")
            if page.locator(".camera").count():
                expect(page.locator(".camera p")).not_to_have_text("Đang bật camera…")
            assert page.evaluate(MOVED) == [], path
            assert page.locator("html[data-has-camera]").count() == camera
    finally:
        (browser if camera else context).close()


def looks(page: Page) -> None:
    """Let the camera look a few times, at the whole picture and at its middle."""
    for _ in range(6):
        with page.expect_response("**/scan/frame?*"):
            pass


def test_power_cut_in_the_middle_of_a_payment(old_pc: Page, counter: Counter) -> None:
    """Killed between the service's booking and its answer, the app comes back, and the page notices by itself."""
    withdrawal = counter.fake.withdrawal()
    begin(old_pc, counter)
    old_pc.goto(f"{counter.url}/scan")
    focused(old_pc, "#code")
    old_pc.keyboard.type(withdrawal.code)
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#card")
    old_pc.keyboard.type(CARD)
    counter.fake.held = True
    old_pc.locator("#pay").click()
    expect(old_pc.locator(".verdict.wait h1")).to_have_text("Chưa rõ – không chi tiền lần nữa")
    assert len(counter.fake.receipts) == 1
    counter.kill()
    counter.fake.held = False
    counter.start()
    expect(old_pc).to_have_url(re.compile("/sign-in"))
    expect(old_pc.locator(".told.wait")).to_contain_text("chưa rõ kết quả")
    sign_in(old_pc, counter)
    known = old_pc.locator(".told.good")
    expect(known).to_contain_text("ĐÃ CHI")
    known.click()
    expect(old_pc.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
    assert len(counter.fake.receipts) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_the_unknown_screen_becomes_paid_by_itself(
    counter: Counter,
    chromium: Browser,
    scripts: bool,  # noqa: FBT001 - a parameter
) -> None:
    """With scripts or without, the page that says unknown turns to paid without a hand on it."""
    withdrawal = counter.fake.withdrawal()
    page = chromium.new_context(viewport=OLD_PC, java_script_enabled=scripts).new_page()  # type: ignore[arg-type]
    sign_in(page, counter)
    page.goto(f"{counter.url}/shift/open")
    page.locator(".count .primary").click()
    page.goto(f"{counter.url}/scan")
    page.fill("#code", withdrawal.code)
    page.keyboard.press("Enter")
    page.fill("#card", CARD)
    counter.fake.held = True
    page.locator("#pay").click()
    expect(page.locator(".verdict.wait")).to_be_visible()
    counter.fake.held = False
    expect(page.locator(".verdict.good h1")).to_have_text("ĐÃ CHI TIỀN")
    page.context.close()


def test_enter_alone_never_pays_without_scripts(counter: Counter, chromium: Browser) -> None:
    """Where there are no scripts, Enter in the card's field does nothing: paying takes the button."""
    withdrawal = counter.fake.withdrawal()
    page = chromium.new_context(viewport=PHONE, java_script_enabled=False).new_page()  # type: ignore[arg-type]
    sign_in(page, counter)
    page.goto(f"{counter.url}/shift/open")
    page.fill("[name=count-500000]", "10")
    page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_have_text("Năm triệu đồng")
    page.locator(".count .primary").click()
    page.goto(f"{counter.url}/scan")
    page.fill("#code", withdrawal.code)
    page.keyboard.press("Enter")
    page.fill("#card", CARD)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert counter.fake.receipts == []
    page.locator("#pay").click()
    expect(page.locator(".verdict.good")).to_be_visible()
    page.context.close()


def test_the_receipt_is_one_slip_of_paper(old_pc: Page, counter: Counter) -> None:
    """Printed, the page is the receipt alone: 72 mm wide, one page, and cut where the receipt ends."""
    withdrawal = counter.fake.withdrawal(amount=104_240_000)
    begin(old_pc, counter)
    old_pc.goto(f"{counter.url}/scan")
    old_pc.fill("#code", withdrawal.code)
    old_pc.keyboard.press("Enter")
    old_pc.fill("#card", CARD)
    old_pc.locator("#pay").click()
    expect(old_pc.locator(".verdict.good")).to_be_visible()
    paper = old_pc.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1
    width, height = (
        float(side) / 72 * 25.4 for side in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)[0]
    )
    assert (round(width), height < 170) == (72, True)
    old_pc.emulate_media(media="print")
    expect(old_pc.locator(".slip")).to_be_visible()
    expect(old_pc.locator(".verdict")).to_be_hidden()
    expect(old_pc.locator(".bar")).to_be_hidden()


def test_every_page_for_everybody(counter: Counter, chromium: Browser) -> None:
    """Axe-core finds nothing serious or critical on any page, and every page has one heading of the first order."""
    page = chromium.new_context(viewport=INSIDE_BARS, locale="vi-VN").new_page()  # type: ignore[arg-type]
    page.goto(f"{counter.url}/password")
    wrong = wrong_for_some(page)
    page.goto(f"{counter.url}/sign-in")
    wrong += wrong_for_some(page)
    begin(page, counter)
    paths = [
        "/",
        "/scan",
        "/card",
        "/deposits/new",
        "/transfers/new",
        "/receipts",
        "/vouchers",
        "/counterfeits",
        "/cash",
    ]
    paths += [
        "/cash/count",
        "/cash/to-vault",
        "/shift/close",
        "/shift/hand-over",
        "/shift/left",
        "/slips",
        "/nothing",
    ]
    for path in paths:
        page.goto(counter.url + path)
        wrong += wrong_for_some(page)
    for path, fields in (
        ("/card", {"card": CARD, "amount": "500000"}),
        ("/deposits/new", {"to": "0912345678", "count-500000": "2"}),
        ("/transfers/new", {"card": CARD, "to": "0912345678", "amount": "500000"}),
        ("/scan", {"code": "999-999-9999"}),
    ):
        page.goto(counter.url + path)
        for name, value in fields.items():
            page.fill(f"[name={name}]", value)
        page.locator("main .primary").first.click()
        page.wait_for_load_state()
        wrong += wrong_for_some(page)
    notes = {"500000": 3, "200000": 2, "100000": 1}
    counter.fake.withdrawal(notes=notes, small_notes={"100000": 20}, digits="5555555555")
    page.goto(f"{counter.url}/scan")
    page.fill("#code", "5555555555")
    page.keyboard.press("Enter")
    focused(page, "#card")
    wrong += wrong_for_some(page)
    page.fill("#card", CARD)
    page.fill("#pin", "111111")
    page.locator("#pay").click()
    expect(page.locator(".told")).to_be_visible()
    wrong += [] if seen_whole(page, "#pay") else [f"{page.url}: the pay button is below the fold"]
    page.fill("#card", CARD)
    page.fill("#pin", PIN)
    page.locator("#pay").click()
    expect(page.locator(".verdict.good")).to_be_visible()
    wrong += wrong_for_some(page)
    receipt = counter.fake.receipts[0]["id"]
    for path in (f"/receipts/{receipt}", f"/receipts/{receipt}/undo"):
        page.goto(counter.url + path)
        wrong += wrong_for_some(page)
    page.context.close()
    counter.fake.application()
    page = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    page.goto(counter.url)
    page.fill("[name=username]", SUPERVISOR)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[name=password]")).to_have_count(0)
    for path in ("/queue", "/reviews", "/supervision", "/supervision/plan", "/board"):
        page.goto(counter.url + path)
        wrong += wrong_for_some(page)
    page.context.close()
    assert wrong == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("size", [INSIDE_BARS, PHONE], ids=["inside-bars", "phone"])
def test_the_second_proof(counter: Counter, chromium: Browser, size: dict[str, int], language: str) -> None:
    """An old PC shows every field above the button, and axe-core finds nothing, whatever is said of the code."""
    context = chromium.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
    context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": counter.url}])
    page = context.new_page()
    wrong: list[str] = []
    for factor, code in (("to-enrol", None), ("enrolled", None), ("enrolled", "000000")):
        counter.fake.factor = factor
        if code is None:
            page.goto(f"{counter.url}/sign-in")
            page.fill("[name=username]", SUPERVISOR)
        else:
            page.fill("[name=code]", code)
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("[name=code]")).to_have_value("")
        wrong += wrong_for_some(page)
        if size == INSIDE_BARS:
            above = page.locator(".actions").bounding_box()
            assert above is not None
            wrong += [
                f"{factor} {code}: {name} is below the button"
                for name in ("username", "password", "code")
                if not seen_whole(page, f"[name={name}]", int(above["y"]))
            ]
    context.close()
    assert wrong == []


def seen_whole(page: Page, selector: str, fold: int = INSIDE_BARS["height"]) -> bool:
    """Say whether something stands above the fold."""
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] + box["height"] <= fold


def test_a_digit_too_few_and_the_notes_so_far(old_pc: Page, counter: Counter) -> None:
    """Eleven digits are told before the PIN is typed; typed notes are added up beside what they are to come to."""
    counter.fake.withdrawal(notes={"500000": 4})
    begin(old_pc, counter)
    old_pc.goto(f"{counter.url}/scan")
    old_pc.fill("#code", "1234567890")
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#card")
    old_pc.keyboard.type(CARD[:-1])
    old_pc.keyboard.press("Enter")
    expect(old_pc.locator("#card")).to_be_focused()
    assert "mười hai chữ số" in old_pc.locator("#card").evaluate("field => field.validationMessage")
    old_pc.keyboard.type(CARD[-1])
    old_pc.keyboard.press("Enter")
    expect(old_pc.locator("#pin")).to_be_focused()
    old_pc.locator(".mix summary").click()
    old_pc.fill("[name=count-500000]", "3")
    expect(old_pc.locator("[data-own]")).to_have_text("1.500.000 / 2.000.000 đ")
    old_pc.fill("[name=count-100000]", "5")
    expect(old_pc.locator("[data-own].good")).to_have_text("2.000.000 / 2.000.000 đ")


LISTEN = """
    window.heard = [];
    window.AudioContext = class {
        currentTime = 0;
        createOscillator() {
            const frequency = {};
            return { frequency, connect() {}, start: () => window.heard.push(frequency.value), stop() {} };
        }
    };
"""


def heard(page: Page) -> list[int]:
    """Tell what the page in front has sounded."""
    page.wait_for_selector("html[data-ready]")
    tones: list[int] = page.evaluate("window.heard")
    return tones


def test_what_is_heard(counter: Counter, chromium: Browser) -> None:
    """A code read, PAID and a refusal each sound; a request that comes in is heard and seen in a hidden tab."""
    withdrawal = counter.fake.withdrawal()
    page = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    page.add_init_script(LISTEN)
    begin(page, counter)
    assert heard(page) == []
    page.goto(f"{counter.url}/scan")
    page.fill("#code", withdrawal.code)
    page.keyboard.press("Enter")
    focused(page, "#card")
    assert heard(page) == [880]
    page.fill("#card", CARD)
    page.locator("#pay").click()
    expect(page.locator(".verdict.good")).to_be_visible()
    assert heard(page) == [660, 880]
    page.reload()
    assert heard(page) == []
    page.goto(f"{counter.url}/scan")
    page.fill("#code", withdrawal.code)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict.stop")).to_be_visible()
    assert heard(page) == [220, 180]
    boss = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    boss.add_init_script(LISTEN)
    boss.goto(counter.url)
    boss.fill("[name=username]", SUPERVISOR)
    boss.fill("[name=password]", PASSWORD)
    boss.keyboard.press("Enter")
    boss.wait_for_url("**/queue")
    assert heard(boss) == []
    boss.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    page.goto(f"{counter.url}/receipts/{counter.fake.receipts[0]['id']}/undo")
    page.locator("[name=reason]").first.check()
    page.fill("[name=words]", "khách đi mất")
    page.locator("main .primary").click()
    expect(boss).to_have_title(re.compile("^● "))
    assert heard(boss) == [740, 740, 740]
    page.context.close()
    boss.context.close()


def test_both_languages_and_every_page_fit(page: Page, counter: Counter) -> None:
    """No page runs out of the side of the screen, in either language."""
    counter.fake.application()
    begin(page, counter)
    for _ in range(2):
        for path in ("/", "/scan", "/shift/open", "/shift/close", "/receipts", "/nothing"):
            page.goto(counter.url + path)
            assert fits(page), path
        page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_a_locked_counter_is_blank_and_loses_nothing(old_pc: Page, counter: Counter) -> None:
    """F12 takes the customer off the screen at once; the app refuses behind it; the password puts all of it back."""
    counter.fake.withdrawal(amount=4_440_000)
    begin(old_pc, counter)
    old_pc.keyboard.press("F2")
    focused(old_pc, "#code")
    old_pc.keyboard.type("1234567890")
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#card")
    at_once(old_pc)
    old_pc.keyboard.insert_text("0200850012")
    old_pc.keyboard.press("F12")
    focused(old_pc, "[name=password]")
    shown = old_pc.locator("body").inner_text() + old_pc.title()
    assert not [word for word in ("4.440.000", "Hoàng Thị", "0200850012") if word in shown]
    assert old_pc.locator("#card").count() == 0
    assert wrong_for_some(old_pc) == []
    refused = old_pc.request.get(f"{counter.url}/words?amount=1", headers={"Sec-Fetch-Mode": "cors"})
    assert refused.status == 423
    old_pc.keyboard.type("another")
    old_pc.keyboard.press("Enter")
    expect(old_pc.get_by_text("Không đúng mật khẩu")).to_be_visible()
    old_pc.keyboard.type(PASSWORD)
    old_pc.keyboard.press("Enter")
    expect(old_pc.locator("#card")).to_be_focused()
    expect(old_pc.locator("#card")).to_have_value("0200850012")
    old_pc.locator("#card").fill("")
    old_pc.keyboard.insert_text(CARD_QR)
    old_pc.keyboard.press("Enter")
    focused(old_pc, "#pin")


def test_a_covered_page_is_not_uncovered_by_signing_out(old_pc: Page, counter: Counter) -> None:
    """Whoever signs out in another tab, or in again, sees nothing of the covered page: it leaves for good."""
    for again in (False, True):
        counter.fake.withdrawal(amount=4_440_000)
        begin(old_pc, counter) if not again else sign_in(old_pc, counter)
        old_pc.goto(f"{counter.url}/receipts")
        old_pc.wait_for_selector("html[data-ready]")
        old_pc.evaluate("document.querySelector('main').append('4.440.000')")
        old_pc.keyboard.press("F12")
        focused(old_pc, "[name=password]")
        old_pc.evaluate(
            "window.shown = new MutationObserver(() => document.body.innerText.includes('4.440.000')"
            " && localStorage.setItem('uncovered', '1')).observe(document.body, { childList: true })"
        )
        tab = old_pc.context.new_page()
        tab.goto(counter.url)
        tab.locator("form[action='/sign-out'] button").first.click()
        expect(tab.locator("[name=username]")).to_be_visible()
        if again:
            sign_in(tab, counter)
            expect(tab.locator("form[action='/sign-out']")).to_be_visible()
        old_pc.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        old_pc.wait_for_url(counter.url + ("/" if again else "/sign-in?again=1"))
        assert old_pc.evaluate("localStorage.getItem('uncovered')") is None
        if again:
            expect(old_pc.locator("form[action='/sign-out']")).to_be_visible()
        tab.close()


def test_the_drawer_amid_a_shift(old_pc: Page, counter: Counter) -> None:
    """By keyboard: what may be paid, the totals on paper, a count, and notes for notes; nothing wrong for anybody."""
    begin(old_pc, counter)
    expect(old_pc.locator(".totals")).to_contain_text("200.000.000")
    old_pc.keyboard.press("F1")
    expect(old_pc.locator(".slip")).to_contain_text("20.000.000")
    assert (fits(old_pc), wrong_for_some(old_pc)) == (True, [])
    old_pc.wait_for_selector("html[data-ready]")
    old_pc.keyboard.press("F6")
    focused(old_pc, "[name=count-500000]")
    old_pc.keyboard.type("40")
    for _ in range(9):
        old_pc.keyboard.press("Enter")
    enter(old_pc, ".count .primary")
    expect(old_pc.locator(".verdict.good h1")).to_have_text("Đã kiểm quỹ giữa ca: quỹ khớp")
    enter(old_pc, ".verdict .primary")
    old_pc.wait_for_selector("html[data-ready]")
    old_pc.keyboard.press("F3")
    expect(old_pc.get_by_role("heading", level=1)).to_have_text("Két")
    assert (fits(old_pc), wrong_for_some(old_pc)) == (True, [])
    old_pc.wait_for_selector("html[data-ready]")
    old_pc.keyboard.press("F4")
    focused(old_pc, "[name=taken-500000]")
    old_pc.keyboard.type("1")
    old_pc.locator("[name=count-100000]").fill("5")
    expect(old_pc.locator("[data-words]").nth(1)).to_have_text("Năm trăm nghìn đồng")
    expect(old_pc.locator("[data-words]").nth(0)).to_have_text("Năm trăm nghìn đồng")
    assert (fits(old_pc), wrong_for_some(old_pc)) == (True, [])
    old_pc.locator(".exchange .primary").focus()
    enter(old_pc, ".exchange .primary")
    expect(old_pc.locator(".verdict.good h1")).to_have_text("Đã đổi tiền")
