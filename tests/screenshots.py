"""Take the pictures of the README from a running demo: the wallet's code, the counter's paying page, the auditor's.

`make screenshots` writes them to `docs/images/`. They show made-up people and a code that nobody can pay any more.
"""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from atm_service.platform import database
from tests.browser.conftest import ARGUMENTS, PATIENCE_MS
from tests.browser.road import CHROMIUM, OLD_PC, PHONE, Counter, Demo, Phone, running_demo
from tests.folders import walkable

IMAGES = Path(__file__).parents[1] / "docs/images"
COLOURS = 128
BYTES_MAX = 150_000
FULL_DRAWER = {"500000": 360, "100000": 150, "50000": 80, "20000": 50}


def page_of(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def keep(page: Page, name: str) -> None:
    """Write what the page shows, in few colours: the pictures are checked in."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    path = IMAGES / f"{name}.png"
    picture.save(path, optimize=True)
    size = path.stat().st_size
    if size > BYTES_MAX:
        sys.exit(f"{path} has {size} bytes; more than {BYTES_MAX} are too many to be checked in")
    print(f"{path.relative_to(IMAGES.parents[1])}: {picture.width}x{picture.height}, {size} bytes")


def take(browser: Browser, demo: Demo) -> None:
    customer, clerk = demo.customers[0], demo.worker("clerk")
    phone = Phone(page_of(browser, PHONE), demo.service_url)
    phone.sign_in(customer)
    phone.make_code(customer, "2.000.000")
    keep(phone.page, "wallet")
    counter = Counter(page_of(browser, OLD_PC), demo.counter_url)
    counter.sign_in(clerk)
    counter.open_shift(FULL_DRAWER)
    counter.type_code(phone.digits())
    expect(counter.page.locator("#card")).to_be_focused()
    keep(counter.page, "counter")
    counter.check_card(customer["id_number"], customer["pin"])
    expect(counter.page.locator("#pay")).to_have_count(0)
    audit(page_of(browser, OLD_PC), demo.service_url, demo.worker("auditor"))


def audit(page: Page, url: str, auditor: dict[str, Any]) -> None:
    page.goto(f"{url}/audit/")
    page.fill("#username", auditor["username"])
    page.fill("#password", auditor["password"])
    page.keyboard.press("Enter")
    expect(page.locator("#tabs a")).to_have_count(4)
    page.goto(f"{url}/audit/#/balance")
    expect(page.locator("table tbody tr").first).to_be_visible()
    keep(page, "audit")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    with (
        walkable() as folder,
        database.embedded(folder / "postgres", keep=False, durable=False) as url,
        running_demo(folder, url) as demo,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        take(browser, demo)
        browser.close()


if __name__ == "__main__":
    main()
