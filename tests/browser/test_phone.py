"""An account opened on a phone, with the code that came to it, against a running demo."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.road import PHONE, Demo

NUMBER = "0355123456"


def test_an_account_is_opened_with_the_code_that_came(demo: Demo, chromium: Browser) -> None:
    """The demo's page shows what came to phones; with those digits the account is opened, and its owner is in."""
    page, beside = chromium.new_page(viewport=PHONE), chromium.new_page()
    page.goto(f"{demo.service_url}/wallet/#/open")
    page.fill("#phone", NUMBER)
    page.get_by_role("button", name="Gửi mã đến số này").click()
    beside.goto(demo.service_url)
    came = beside.locator("#phones tr", has_text=NUMBER)
    expect(came).to_contain_text("la ma mo vi")
    found = re.search(r"([0-9]{6}) la ma mo vi", came.inner_text())
    assert found
    page.fill("#code", found[1])
    page.get_by_role("button", name="Tiếp tục").click()
    for name, text in (
        ("full_name", "Hứa Thị Nguyệt"),
        ("date_of_birth", "12/04/1985"),
        ("id_number", "020185777123"),
        ("pin", "593071"),
        ("again", "593071"),
    ):
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.locator(".balance")).to_be_visible()
    for one in (page, beside):
        one.close()
