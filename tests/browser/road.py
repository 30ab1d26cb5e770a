"""The demo as a process, a phone and a counter in real browsers, and a camera that shows a given picture."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserType, Page, expect

# Nothing may leave this machine, and a container has no sandbox or graphics card.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
OLD_PC = {"width": 1024, "height": 600}
INSIDE_BARS = {"width": 1024, "height": 470}  # what a browser's own bars leave of it
READY_WITHIN_S = 300
CAMERA = (640, 480)
FRAMES = 12


@dataclass(frozen=True)
class Demo:
    """Where a running demo answers, and who is in it."""

    service_url: str
    counter_url: str
    database_url: str
    customers: list[dict[str, str]]
    staff: list[dict[str, Any]]

    def worker(self, role: str, office: str | None = None, number: int = 1) -> dict[str, Any]:
        fitting = [one for one in self.staff if one["role"] == role and office in (None, one["office"])]
        return fitting[number - 1]


@contextmanager
def running_demo(folder: Path, database_url: str, workers: int = 1) -> Iterator[Demo]:
    """Run `soft-atm demo` on a migrated database until the block ends; one worker starts in half the time of two."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "atm_service", "demo", "--data-dir", str(folder / "data")]
    command += ["--port", "0", "--counter-port", "0", "--ready-file", str(ready)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOFT_ATM_")}
    environment["SOFT_ATM_DATABASE_URL"] = database_url.replace("+psycopg", "", 1)
    environment["SOFT_ATM_WORKERS"] = str(workers)
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not ready.exists():
            assert process.poll() is None, (folder / "demo.log").read_text()
            assert time.monotonic() < deadline, (folder / "demo.log").read_text()
            time.sleep(0.1)
        yield Demo(**json.loads(ready.read_text(encoding="utf-8")))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@dataclass(frozen=True)
class Phone:
    """The wallet page on a phone."""

    page: Page
    url: str

    def sign_in(self, customer: dict[str, str]) -> None:
        self.page.goto(f"{self.url}/wallet/")
        self.page.fill("#phone", customer["phone"])
        self.page.fill("#pin", customer["pin"])
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".balance")).to_be_visible()

    def make_code(self, customer: dict[str, str], amount: str) -> None:
        """Authorise a withdrawal by one of the quick amounts, such as "500.000"."""
        self.page.goto(f"{self.url}/wallet/#/withdraw")
        self.page.get_by_role("button", name=f"{amount} đ", exact=True).click()
        self.page.get_by_role("button", name="Tiếp tục", exact=True).click()
        self.page.fill("#pin", customer["pin"])
        self.page.get_by_role("button", name=f"Tạo mã rút {amount} đ").click()
        expect(self.page.locator("img.qr")).to_be_visible()

    def picture(self) -> bytes:
        """Photograph the QR exactly as the screen shows it."""
        return self.page.locator("img.qr").screenshot(type="png")

    def digits(self) -> str:
        return self.page.locator(".digits").inner_text().replace("\n", " ").strip()


@dataclass(frozen=True)
class Counter:
    """The counter page on the office's PC."""

    page: Page
    url: str

    def sign_in(self, worker: dict[str, Any]) -> None:
        self.page.goto(self.url)
        self.page.fill("input[name=username]", worker["username"])
        self.page.fill("input[name=password]", worker["password"])
        self.page.keyboard.press("Enter")
        expect(self.page.locator("input[name=password]")).to_have_count(0)
        self.page.wait_for_selector("html[data-ready]")  # from then on it hears its keys

    def open_shift(self, notes: dict[str, int], drawer: int = 1) -> None:
        self.page.goto(f"{self.url}/shift/open")
        self.page.fill("input[name=drawer]", str(drawer))
        for note, number in notes.items():
            self.page.fill(f"input[name=count-{note}]", str(number))
        self.page.get_by_role("button", name="Mở ca").click()
        expect(self.page.locator("a[href='/scan']").first).to_be_visible(timeout=20_000)

    def type_code(self, text: str) -> None:
        """Type as a hand scanner does: fast, then Enter."""
        self.page.goto(f"{self.url}/scan")
        expect(self.page.locator("#code")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def check_card(self, text: str, pin: str | None = None) -> None:
        """Type or scan the card, the PIN where it is asked for, and pay."""
        expect(self.page.locator("#card")).to_be_focused()
        self.page.keyboard.type(text)
        if pin is not None:
            self.page.fill("#pin", pin)
        self.page.locator("#pay").click()


def wrong_for_some(page: Page) -> list[str]:
    """Tell what axe-core finds serious or critical on a page, and whether it lacks a heading of its own."""
    found = Axe().run(page).response["violations"]
    said = [
        f"{page.url}: {one['id']}: {node['html']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    headings = page.locator("h1").count()
    return said if headings == 1 else [*said, f"{page.url}: {headings} h1"]


def speak(page: Page, language: str) -> None:
    """Press the button that names another language, and see the page speak it: its words may come over the line."""
    page.get_by_role("button", name=language, exact=True).last.click()
    expect(page.locator("html")).to_have_attribute("lang", {"English": "en", "Tiếng Việt": "vi"}[language])


def later(page: Page) -> None:
    """Let a second pass for the page, as for a person who reads first: no Enter is then the scanner's own."""
    page.wait_for_selector("html[data-ready]")
    page.evaluate("""() => {
        const now = performance.running ?? performance.now.bind(performance);
        performance.now = () => now() + 1000;
        performance.running = undefined;
    }""")


def at_once(page: Page) -> None:
    """Hold the page's time where nothing has been read yet, however long this machine takes."""
    page.wait_for_selector("html[data-ready]")
    page.evaluate(
        "() => { performance.running = performance.now.bind(performance); performance.now = () => 1; }"
    )


def camera_film(path: Path, picture: bytes, size: tuple[int, int] = CAMERA) -> Path:
    """Make a film for Chromium's fake camera that shows a picture, slightly turned as a hand holds it."""
    shown = Image.open(BytesIO(picture)).convert("RGB")
    shown.thumbnail((size[1] - 40, size[1] - 40))
    with path.open("wb") as film:
        for number in range(FRAMES):
            frame = Image.new("RGB", size, "#667")
            turned = shown.rotate(number % 4 - 2, expand=True, fillcolor="#667")
            frame.paste(turned, ((size[0] - turned.width) // 2, (size[1] - turned.height) // 2))
            frame.save(film, format="JPEG", quality=85)
    return path


def browser_with_camera(chromium: BrowserType, film: Path) -> Browser:
    """Launch Chromium whose camera plays the film."""
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    return chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS + camera)
