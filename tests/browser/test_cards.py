"""The identity card on the phone: read with an application, and another one after it has expired."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.atm_service.run.pages.fake_api import PIN
from tests.browser.road import speak, wrong_for_some
from tests.browser.test_transfers import CLIPPED, LARGE_TYPE, SMALL
from tests.browser.test_wallet_pages import PHONE_SIZE, Seen, prove_phone, seen  # noqa: F401  a fixture
from tests.kyc.card_texts import qr


def fill(seen: Seen) -> None:  # noqa: F811
    """Fill the form in, but for the card."""
    for name, text in (
        ("full_name", "Nông Thị Hoà"),
        ("date_of_birth", "20/11/1985"),
        ("id_number", "020185001234"),
        ("pin", PIN),
        ("again", PIN),
    ):
        seen.page.fill(f"#{name}", text)


def look(seen: Seen, name: str) -> list[str]:  # noqa: F811
    """Look at a screen at both sizes and in large type; give what is clipped, and what axe-core finds."""
    wrong: list[str] = []
    for size in (PHONE_SIZE, SMALL):
        seen.page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += wrong_for_some(seen.page) + seen.page.evaluate(CLIPPED)
        for kind, style in (("plain", "0"), ("large", LARGE_TYPE)):
            seen.page.evaluate(style)
            wrong += seen.page.evaluate(CLIPPED)
            if folder := os.environ.get("SCREENSHOTS"):
                path = Path(folder) / f"{name}-{size['width']}-{kind}.png"
                seen.page.screenshot(path=str(path), full_page=True)
        seen.page.evaluate("document.documentElement.style.fontSize = ''")
    seen.page.set_viewport_size(PHONE_SIZE)  # type: ignore[arg-type]
    return wrong


def test_a_card_is_read_with_the_application(seen: Seen) -> None:  # noqa: F811
    """The sample follows the form; nothing is sent of what is empty; what a person looks at has number and phone."""
    prove_phone(seen)
    seen.page.select_option("#card", "fits")
    fill(seen)
    text = seen.page.locator("#card_qr").input_value()
    assert text.startswith("020185001234||Nông Thị Hoà|20111985|")
    seen.page.select_option("#card", "none")
    expect(seen.page.locator("#card_qr")).to_have_value("")
    seen.page.select_option("#card", "differs")
    seen.fake.application_status, seen.fake.in_doubt = ["review"] * 99, ["looked-at"]
    seen.press("Gửi hồ sơ")
    expect(seen.page.locator(".notice.wait")).to_contain_text("Đang chờ người duyệt")
    assert seen.fake.applied is not None
    assert "Lý Thị Mẫu" in seen.fake.applied["card_qr"]
    assert "mrz" not in seen.fake.applied
    expect(seen.page.locator("main")).to_contain_text("Nhân viên cần xem hồ sơ")
    expect(seen.page.locator(".facts")).to_contain_text("1900 54 54 81")
    expect(seen.page.locator(".reference")).to_be_visible()


def test_another_card_is_verified_from_home(seen: Seen) -> None:  # noqa: F811
    """Home asks for it; one of the two texts is needed; another's card is said at its field; then home is quiet."""
    seen.fake.card_stops_on = "2026-12-31"
    seen.sign_in()
    asked = seen.page.locator(".notice.wait", has_text="31/12/2026")
    asked.get_by_role("link", name="Xác minh thẻ mới").click()
    seen.page.fill("#pin", PIN)
    seen.press("Xác minh thẻ")
    expect(seen.page.locator("#card_qr-error")).to_contain_text("Quét mã QR")
    seen.page.fill("#card_qr", "another|card")
    seen.press("Xác minh thẻ")
    expect(seen.page.locator("#card_qr-error")).to_contain_text("không khớp với chủ ví")
    seen.page.fill("#card_qr", qr())
    seen.press("Xác minh thẻ")
    expect(seen.page.locator(".balance")).to_be_visible()
    expect(asked).to_have_count(0)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screens_are_for_everybody(seen: Seen, language: str) -> None:  # noqa: F811
    """At both sizes and in large type nothing is clipped, and axe-core finds nothing; no word is lost on a change."""
    prove_phone(seen)
    if language == "en":
        speak(seen.page, "English")
    fill(seen)
    seen.page.select_option("#card", "differs")
    wrong = look(seen, f"apply-{language}")
    seen.fake.application_status, seen.fake.in_doubt = ["review"] * 99, ["looked-at", "minor"]
    seen.page.locator("form .primary").click()
    seen.page.locator(".reference").wait_for()
    wrong += look(seen, f"review-{language}")
    seen.fake.card_stops_on = "2026-12-31"
    if language == "en":
        speak(seen.page, "Tiếng Việt")
    seen.sign_in()
    if language == "en":
        speak(seen.page, "English")
    wrong += look(seen, f"home-{language}")
    seen.go("card")
    seen.page.fill("#card_qr", qr())
    wrong += look(seen, f"card-{language}")
    if language == "en":
        speak(seen.page, "Tiếng Việt")
        expect(seen.page.locator("#card_qr")).to_have_value(qr())
    assert wrong == []
