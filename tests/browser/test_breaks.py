"""Breaks with banks in a real browser: an auditor looks, two supervisors correct, on an old PC and on a phone."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from atm_service.control.statements import simulated
from atm_service.registers.banks.simulated import SimulatedBank
from tests.browser.road import OLD_PC, PHONE, Counter, Demo, running_demo, wrong_for_some
from tests.database import cloned

HOSTILE: Any = {
    "text": f"<img src=x onerror='throw 1'>{{{{ 7*7 }}}} \u202e000.005+ \u2066{'DAI' * 200}",
    "references": ("\u202e<SCRIPT>THROW 1</SCRIPT>" + "W" * 30,),
}
LARGE_TYPE = "document.documentElement.style.fontSize = '36px'"
BIN, NUMBER = "970436", "0011004000001"


@pytest.fixture(scope="module")
def demo(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo whose bank has told of today: with a fee, a stranger's money and another sum."""
    folder = tmp_path_factory.mktemp("banks")
    with cloned(server_url, template) as database, running_demo(folder, database.url) as running:
        operator = running.worker("operator")
        environment = {name: text for name, text in os.environ.items() if not name.startswith("SOFT_ATM_")}
        environment |= {
            "SOFT_ATM_DATABASE_URL": database.url.replace("+psycopg", "", 1),
            "SOFT_ATM_DATA_DIR": str(folder / "data"),
            "SOFT_ATM_SECRET_KEYS_FILE": str(folder / "data" / "secret-keys.toml"),
            "SOFT_ATM_SECOND_FACTOR": "off",
            "XDG_STATE_HOME": str(folder / "state"),
        }

        def run(*command: str, typed: str = "") -> None:
            whole = [sys.executable, "-m", "atm_service", *command]
            done = subprocess.run(
                whole, input=typed, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr

        run("sign-in", operator["username"], typed=f"{operator['password']}\n")
        run("statements", "open-account", BIN, NUMBER)
        with database.owner.connect() as session:
            today = session.exec_driver_sql(
                "SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
            ).scalar_one()
        bank = SimulatedBank(folder / "data" / "simulated-bank.sqlite", 0, lambda _: None)
        wrong = [
            simulated.charged(11_000, today),
            simulated.charged(-11_000, today),
            simulated.changed(0, 50_000),
            lambda lines: [one if one.references else replace(one, **HOSTILE) for one in lines],
        ]
        file = folder / "today.xml"
        file.write_bytes(simulated.camt([simulated.day(bank, BIN, NUMBER, today, wrong)]))
        run("statements", "import", str(file))
        yield running


@pytest.fixture
def open_(demo: Demo, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Sign somebody in on a screen of some size; whatever a page's scripts throw fails the test."""
    errors: list[str] = []
    contexts = []

    def sign_in(role: str, number: int = 1, viewport: dict[str, int] = OLD_PC) -> Page:
        contexts.append(chromium.new_context(viewport=viewport, locale="vi-VN"))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        Counter(page, demo.counter_url).sign_in(demo.worker(role, number=number))
        return page

    yield sign_in
    for one in contexts:
        one.close()
    assert errors == []


def seen(page: Page, folder: Path, name: str) -> None:
    """Photograph a page, and see that it is clean and nothing is cut off at the side."""
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert wrong_for_some(page) == []


@pytest.mark.parametrize(
    ("name", "viewport"), [("pc", OLD_PC), ("phone", PHONE), ("small", {"width": 320, "height": 568})]
)
def test_an_auditor_sees_all_and_does_nothing(
    demo: Demo, open_: Callable[..., Page], tmp_path: Path, name: str, viewport: dict[str, int]
) -> None:
    """Accounts that tie, filters in the address, one break, statements and gates; no form that changes anything."""
    page = open_("auditor", viewport=viewport)
    expect(page.locator("h1")).to_have_text("Chênh lệch với ngân hàng")
    expect(page.get_by_text("Cộng các số trên bằng số của ngân hàng.")).to_be_visible()
    seen(page, tmp_path, f"breaks-{name}")
    page.locator("select[name=kind]").select_option("difference")
    page.get_by_role("button", name="Xem", exact=True).click()
    assert "kind=difference" in page.url
    page.locator("a.figure").first.click()
    expect(page.locator("h1")).to_contain_text("Khác số tiền")
    assert page.locator("main form").count() == 0
    seen(page, tmp_path, f"break-{name}")
    page.goto(f"{demo.counter_url}/breaks?kind=unexpected")
    page.locator("a.figure").first.click()
    expect(page.get_by_text("<img src=x", exact=False)).to_be_visible()
    expect(page.locator("main img")).to_have_count(0)
    assert "\u202e" not in page.inner_text("main")
    seen(page, tmp_path, f"hostile-{name}")
    page.goto(f"{demo.counter_url}/statements")
    expect(page.get_by_text("Số dư đầu cộng các dòng bằng số dư cuối.")).to_be_visible()
    seen(page, tmp_path, f"statements-{name}")
    for path in ("statements", "breaks"):
        page.goto(f"{demo.counter_url}/{path}")
        page.evaluate(LARGE_TYPE)
        page.screenshot(path=str(tmp_path / f"{path}-{name}-large.png"), full_page=True)
        assert page.evaluate("document.querySelector('main').scrollWidth <= window.innerWidth")


def test_two_match_and_correct(demo: Demo, open_: Callable[..., Page], tmp_path: Path) -> None:
    """A fee and its return are matched by hand; what is left is proposed by one, approved by another, carried out."""
    first, second = open_("supervisor"), open_("supervisor", 2)
    first.goto(f"{demo.counter_url}/breaks?kind=unexpected")
    for box in first.locator("main input[type=checkbox]").all():
        box.check()
    first.fill("main input[name=reason]", "phí và hoàn phí")
    first.get_by_role("button", name="Giải quyết cùng lúc").click()
    expect(first.get_by_text("Kết thúc bằng")).to_be_visible()
    first.goto(f"{demo.counter_url}/breaks")
    first.locator("a.figure").first.click()
    first.get_by_role("button", name="Tôi xử lý").click()
    first.fill("form[action$='/notes'] input[name=reason]", "đã gọi ngân hàng, hẹn chiều")
    first.get_by_role("button", name="Ghi chú").click()
    seen(first, tmp_path, "break-claimed")
    first.fill("form[action='/breaks/resolution'] input[name=reason]", "ngân hàng ghi thừa, chờ hoàn")
    first.get_by_role("button", name="Giải quyết", exact=True).click()
    expect(first.get_by_text("chờ đồng nghiệp")).to_be_visible()
    second.goto(f"{demo.counter_url}/instructions")
    seen(second, tmp_path, "instruction")
    second.fill("main input[name=reason]", "đã hỏi lại ngân hàng")
    second.get_by_role("button", name="Duyệt", exact=True).click()
    second.fill("input[name=code]", "123456")
    second.get_by_role("button", name="Bạn duyệt việc này").last.click()
    expect(second.get_by_text("Đã duyệt", exact=False).first).to_be_visible()
    first.reload()
    seen(first, tmp_path, "break-approved")
    first.get_by_role("button", name="Thực hiện").click()
    expect(first.get_by_text("Kết thúc bằng")).to_be_visible()
    seen(first, tmp_path, "break-ended")
