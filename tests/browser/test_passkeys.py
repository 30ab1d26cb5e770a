"""A supervisor makes a passkey in a real browser, whose authenticator is Chromium's own, and signs in with it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pyotp
import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.road import OLD_PC, Demo, wrong_for_some


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give a page on an old PC; whatever its scripts throw fails the test."""
    made = chromium.new_context(viewport=OLD_PC, locale="vi-VN").new_page()  # type: ignore[arg-type]
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    made.context.close()
    assert errors == []


def by_name(demo: Demo) -> str:
    return demo.counter_url.replace("127.0.0.1", "localhost")


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """Plug an authenticator in, which verifies its owner."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    made: Any = line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return line, made["authenticatorId"]


def next_code(demo: Demo, worker: dict[str, Any]) -> str:
    """Enrol an app with the code of now; give the next one, which is good already."""
    known = {name: worker[name] for name in ("username", "password")}
    secret = httpx2.post(f"{demo.service_url}/staff/v1/second-factor", json=known).json()["secret"]
    now, codes = int(time.time()), pyotp.TOTP(secret)
    enrolled = httpx2.post(f"{demo.service_url}/staff/v1/sessions", json=known | {"code": codes.at(now)})
    assert enrolled.status_code == 201
    return codes.at(now + 30)


def promote(demo: Demo) -> None:
    """Have an operator propose that a clerk becomes a supervisor."""
    worker = demo.worker("operator")
    known = {name: worker[name] for name in ("username", "password")}
    with httpx2.Client(base_url=demo.service_url) as line:
        token = line.post("/staff/v1/sessions", json=known).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        clerk = line.get("/staff/v1/members?role=clerk", headers=headers).json()["items"][0]["id"]
        body = {"role": "supervisor", "place": "178", "reason": "bổ nhiệm"}
        made = line.post(f"/operator/v1/members/{clerk}/instructions", json=body, headers=headers)
    assert made.status_code == 201, made.text


def type_password(page: Page, url: str, worker: dict[str, Any]) -> None:
    page.goto(f"{url}/sign-in")
    page.wait_for_selector("html[data-ready]")
    for name in ("username", "password"):
        page.fill(f"input[name={name}]", worker[name])
    page.locator("form[action='/sign-in'] .primary").click()


def test_a_passkey_is_made_and_signs_in(demo: Demo, page: Page, tmp_path: Path) -> None:
    """Made with the app's code, it signs in by one button; unverified, the page says so, and the code stays."""
    url, worker = by_name(demo), demo.worker("supervisor")
    type_password(page, url, worker)
    expect(page.get_by_role("heading", name="Đề nghị chờ quyết định")).to_be_visible()

    line, id = authenticator(page)
    page.goto(f"{url}/passkeys")
    page.fill("input[name=name]", "Khoá USB màu xanh")
    page.fill("input[name=code]", next_code(demo, worker))
    page.get_by_role("button", name="Tiếp tục").click()
    button = page.get_by_role("button", name="Tạo khoá truy cập")
    expect(button).to_be_focused()
    page.screenshot(path=str(tmp_path / "making.png"))
    button.click()
    expect(page.locator("main")).to_contain_text("chưa dùng lần nào")
    page.screenshot(path=str(tmp_path / "passkeys.png"))
    assert wrong_for_some(page) == []

    page.locator("form[action='/sign-out'] button").click()
    type_password(page, url, worker)
    button = page.get_by_role("button", name="Dùng khoá truy cập")
    expect(button).to_be_focused()
    page.screenshot(path=str(tmp_path / "asked.png"))
    assert wrong_for_some(page) == []
    line.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": False})
    button.click()
    expect(page.locator("[data-failed]")).to_be_visible()
    expect(page.locator("input[name=code]")).to_be_visible()
    page.screenshot(path=str(tmp_path / "failed.png"))
    line.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": True})
    button.click()
    expect(page.get_by_role("heading", name="Đề nghị chờ quyết định")).to_be_visible()

    promote(demo)
    page.goto(f"{url}/instructions")
    expect(page.locator("main")).to_contain_text("Đổi vai trò của nhân viên")
    page.screenshot(path=str(tmp_path / "takes-two.png"), full_page=True)
    assert wrong_for_some(page) == []
    page.fill("input[name=reason]", "Đã hỏi trưởng phòng")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_role("heading", name="Bạn duyệt việc này")).to_be_visible()
    page.screenshot(path=str(tmp_path / "confirm.png"), full_page=True)
    assert wrong_for_some(page) == []
    page.get_by_role("button", name="Dùng khoá truy cập").click()
    expect(page.locator(".tag")).to_contain_text("đã duyệt")

    line.detach()
    page.locator("form[action='/sign-out'] button").click()
    type_password(page, demo.counter_url, worker)
    expect(page.locator("[data-no-passkeys]")).to_contain_text(url)
    expect(page.get_by_role("button", name="Dùng khoá truy cập")).to_be_hidden()
    expect(page.locator("input[name=code]")).to_be_visible()
    page.screenshot(path=str(tmp_path / "by-number.png"))


def test_an_auditor_makes_one_and_signs_in(demo: Demo, page: Page, tmp_path: Path) -> None:
    """On the audit's page: made with a code, asked for after the password, removed; by a number, it says where."""
    url, worker = demo.service_url.replace("127.0.0.1", "localhost"), demo.worker("auditor")
    line, id = authenticator(page)

    def sign_in(at: str) -> None:
        page.goto(f"{at}/audit/#/sign-in")
        for name in ("username", "password"):
            page.fill(f"#{name}", worker[name])
        page.get_by_role("button", name="Đăng nhập").click()

    def passkeys() -> None:
        expect(page.locator("tbody tr").first).to_be_visible()
        page.get_by_role("link", name="Khoá truy cập").click()

    sign_in(demo.service_url)
    passkeys()
    expect(page.get_by_role("alert")).to_contain_text(url)
    expect(page.get_by_role("button", name="Tạo khoá truy cập")).to_have_count(0)
    sign_in(url)
    passkeys()
    expect(page.locator(".empty")).to_be_visible()
    page.fill("#name", "Khoá USB màu xanh")
    page.fill("#code", next_code(demo, worker))
    page.screenshot(path=str(tmp_path / "making.png"))
    page.get_by_role("button", name="Tạo khoá truy cập").click()
    expect(page.locator(".list")).to_contain_text("chưa dùng lần nào")
    assert wrong_for_some(page) == []
    page.screenshot(path=str(tmp_path / "made.png"))

    page.get_by_role("button", name="Đăng xuất").click()
    line.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": False})
    sign_in(url)
    expect(page.get_by_role("alert")).to_contain_text("Khoá truy cập không trả lời")
    page.screenshot(path=str(tmp_path / "silent.png"))
    line.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": True})
    sign_in(url)
    passkeys()
    expect(page.locator(".list")).to_contain_text("dùng lần cuối")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Xoá khoá").click()
    expect(page.locator(".list li")).to_have_count(0)
    page.get_by_role("button", name="Đăng xuất").click()
    sign_in(url)
    expect(page.get_by_role("alert")).to_contain_text("Cần thêm mã")
