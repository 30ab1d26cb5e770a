"""The wallet and the auditor's page in a real browser, against a stand-in for the service."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route, expect

from tests.atm_service.run.pages.fake_api import CODE, PASSWORD, PHONE, PIN, Fake, Refused, create_app, now
from tests.browser.road import ARGUMENTS, speak, wrong_for_some

# Things to touch that are lower than 48 pixels, give or take a rounding.
LOW_TARGETS = """
    [...document.querySelectorAll("button, .button, input:not([type=radio]), select, .item, .back, .textual")]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 47.5)
        .map((one) => one.outerHTML)
"""
WRONG = "735109"
PHONE_SIZE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Seen:
    """A page on a phone, and the world behind it."""

    page: Page
    fake: Fake
    url: str

    def go(self, route: str) -> None:
        """Open a screen of the wallet."""
        self.page.goto(f"{self.url}/wallet/#/{route}")

    def sign_in(self) -> None:
        """Sign the customer in."""
        self.go("welcome")
        self.page.fill("#phone", PHONE)
        self.page.fill("#pin", PIN)
        self.press("Đăng nhập")
        expect(self.page.locator(".balance")).to_be_visible()

    def press(self, name: str) -> None:
        """Press the last button of that name."""
        self.page.get_by_role("button", name=name, exact=True).last.click()

    def make_code(self, amount: str = "2.000.000") -> str:
        """Authorise a withdrawal; the answer is its id."""
        self.go("withdraw")
        self.page.get_by_role("button", name=f"{amount} đ").click()
        self.press("Tiếp tục")
        self.page.fill("#pin", PIN)
        self.press(f"Tạo mã rút {amount} đ")
        expect(self.page.locator("img.qr")).to_be_visible()
        return self.page.url.rpartition("/")[2]


@pytest.fixture
def seen(chromium: Browser) -> Iterator[Seen]:
    """Give a phone with the pages open; whatever the page throws or the policy blocks fails the test."""
    fake = Fake()
    server = uvicorn.Server(uvicorn.Config(create_app(fake), port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    context = chromium.new_context(viewport=PHONE_SIZE, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(15_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None
    )
    yield Seen(page, fake, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    context.close()
    server.should_exit = True
    thread.join()
    assert wrong == []


def test_code_is_shown_and_its_end_is_seen(seen: Seen) -> None:
    """From amount and PIN to QR, digits and countdown; the page sees by itself that the clerk has paid."""
    seen.sign_in()
    code = seen.make_code()
    expect(seen.page.locator(".digits")).to_have_text("4829137056")
    expect(seen.page.locator(".countdown")).to_contain_text("23 giờ 59 phút")
    natural = seen.page.locator("img.qr").evaluate("image => image.naturalWidth")
    assert natural > 0
    seen.fake.end(code, "paid")
    expect(seen.page.locator(".ending.paid")).to_contain_text("2.000.000 đ")
    seen.page.go_back()
    expect(seen.page.locator("#amount")).to_have_value("")


def test_lost_answer_is_asked_for_again_with_the_same_key(seen: Seen) -> None:
    """A lost answer is not a failure: the page says that it asks again, and one withdrawal is made."""
    seen.sign_in()
    seen.fake.lose = 1
    seen.make_code()
    assert len(seen.fake.withdrawals) == 1
    assert len(seen.fake.keys) == 2
    assert len(set(seen.fake.keys)) == 1


def test_unfinished_intention_keeps_its_key_when_the_page_is_loaded_anew(seen: Seen) -> None:
    """Who gives up waiting and wishes the same again gets the withdrawal that was made the first time."""
    seen.sign_in()
    seen.go("withdraw")
    seen.page.get_by_role("button", name="500.000 đ").click()
    seen.press("Tiếp tục")
    seen.page.fill("#pin", PIN)
    seen.fake.lose = 9
    seen.press("Tạo mã rút 500.000 đ")
    expect(seen.page.get_by_text("Đang hỏi lại")).to_be_visible()
    seen.page.goto("about:blank")
    seen.fake.lose = 0
    seen.make_code("500.000")
    assert len(seen.fake.withdrawals) == 1


def test_next_intention_has_its_own_key(seen: Seen) -> None:
    """The same amount wanted a second time is a second withdrawal."""
    seen.sign_in()
    assert seen.make_code() != seen.make_code()
    assert len(set(seen.fake.keys)) == 2


def test_code_stays_and_opens_without_a_line(seen: Seen) -> None:
    """On the road without a signal the code is still there, even when the page is loaded anew."""
    seen.sign_in()
    seen.make_code()
    keeps_its_files(seen.page)
    seen.page.context.set_offline(True)
    seen.page.reload()
    shows_the_code(seen.page)
    expect(seen.page.locator("#offline")).to_be_visible()
    expect(seen.page.locator(".notice.wait")).to_contain_text("vẫn dùng được")


def keeps_its_files(page: Page) -> None:
    """Wait until the page would open without a line."""
    page.wait_for_function(
        "caches.match('/wallet/').then((page) => page && navigator.serviceWorker.controller)"
    )


def shows_the_code(page: Page) -> None:
    expect(page.locator(".digits")).to_have_text("4829137056")
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0


def test_a_code_outlives_the_browser_and_the_session_does_not(
    seen: Seen, chromium: Browser, tmp_path: Path
) -> None:
    """The page can be installed; started again without a line, it shows the code from the door and nothing else."""

    @contextmanager
    def started() -> Iterator[Page]:
        context = chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path="/usr/bin/chromium", args=ARGUMENTS, viewport=PHONE_SIZE, locale="vi-VN"
        )
        yield context.pages[0]
        context.close()

    with started() as page:
        phone = replace(seen, page=page)
        phone.sign_in()
        code = phone.make_code()
        keeps_its_files(page)
        wrong = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
        assert wrong == {"installabilityErrors": []}
    with started() as page:
        page.context.set_offline(True)
        page.goto(f"{seen.url}/wallet/#/home")
        expect(page.locator("#phone")).to_be_visible()
        page.locator(".code-card").click()
        shows_the_code(page)
        page.context.set_offline(False)
        expect(page.locator(".notice.wait")).to_contain_text("Đăng nhập để xem")
        seen.fake.end(code, "paid")
        replace(seen, page=page).sign_in()
        replace(seen, page=page).go(f"code/{code}")
        expect(page.locator(".ending.paid")).to_be_visible()


def test_a_code_made_elsewhere_is_carried_along(seen: Seen) -> None:
    """What the first page lists is on the phone before anybody opens it, and lies there sealed."""
    seen.sign_in()
    code = seen.make_code()
    seen.press("Đăng xuất")
    seen.sign_in()
    seen.page.wait_for_function(
        f"({LYING}).then(({{ sealed }}) => sealed.length === 2)"
    )  # and whose they are
    keeps_its_files(seen.page)
    lying = seen.page.evaluate(LYING)
    assert "4829137056" not in "".join(lying["sealed"])
    assert lying["readable"] is False
    seen.page.context.set_offline(True)
    seen.go(f"code/{code}")
    shows_the_code(seen.page)


def test_a_code_that_comes_after_a_sign_out_is_left(seen: Seen) -> None:
    """Its picture was on the way when the customer went: it is not for who comes next."""
    held: list[Route] = []
    seen.sign_in()
    seen.make_code()
    seen.press("Đăng xuất")
    seen.page.route("**/qr.png", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks the function
    seen.sign_in()
    expect(seen.page.locator(".code-card")).to_have_count(1)
    while not held:
        seen.page.wait_for_timeout(20)
    seen.press("Đăng xuất")
    expect(seen.page.locator("#phone")).to_be_visible()
    with seen.page.expect_response("**/qr.png") as answered:
        held[0].continue_()
    answered.value.finished()
    seen.page.evaluate("new Promise((go) => setTimeout(go))")
    seen.go("offices")
    seen.go("welcome")
    expect(seen.page.locator(".code-card")).to_have_count(0)
    assert len(seen.page.evaluate(LYING)["sealed"]) == 0


def test_a_code_that_is_looked_at_while_signing_out_is_left(seen: Seen) -> None:
    """Its screen asks every five seconds; one answer on a slow line would be enough."""
    held: list[Route] = []
    seen.sign_in()
    code = seen.make_code()
    seen.page.route(f"**/wallet/v1/withdrawals/{code}", lambda route: held.append(route))  # noqa: PLW0108  as above
    while not held:
        seen.page.wait_for_timeout(20)
    seen.press("Đăng xuất")
    expect(seen.page.locator("#phone")).to_be_visible()
    with seen.page.expect_response(f"**/wallet/v1/withdrawals/{code}") as answered:
        held[0].continue_()
    answered.value.finished()
    seen.page.evaluate("new Promise((go) => setTimeout(go))")
    seen.go("offices")
    seen.go("welcome")
    expect(seen.page.locator(".code-card")).to_have_count(0)
    assert seen.page.evaluate(LYING)["sealed"] == []


@pytest.mark.parametrize("how", ["leave", "another"])
def test_storage_that_answers_late_brings_nothing_back(seen: Seen, how: str) -> None:
    """Whoever was here before has left, or another has come, before the phone's store was read."""
    seen.sign_in()
    seen.make_code()
    seen.page.wait_for_function(f"({LYING}).then(({{ sealed }}) => sealed.length === 2)")
    seen.page.add_init_script("""
        const open = indexedDB.open.bind(indexedDB);
        indexedDB.open = (...asked) => {
            const request = open(...asked);
            let told = null;
            Object.defineProperty(request, "onsuccess", { set: (tell) => (told = tell) });
            request.addEventListener("success", () => (window.late = () => told()));
            return request;
        };
    """)
    seen.go("offices")
    seen.page.reload()
    expect(seen.page.locator("#search")).to_be_visible()
    if how == "leave":
        seen.press("Đăng xuất")
    else:
        seen.page.evaluate("sessionStorage.clear()")
        seen.fake.phone = "0987654321"
        seen.fake.withdrawals.clear()
        seen.go("welcome")
        seen.page.fill("#phone", seen.fake.phone)
        seen.page.fill("#pin", PIN)
        seen.press("Đăng nhập")
        expect(seen.page.locator(".balance")).to_be_visible()
        seen.press("Đăng xuất")
    expect(seen.page.locator("#phone")).to_be_visible()
    seen.page.evaluate("window.late()")
    seen.page.evaluate("new Promise((go) => setTimeout(go, 200))")
    seen.go("offices")
    seen.go("welcome")
    expect(seen.page.locator(".code-card")).to_have_count(0)


def freeze_on_a_borrowed_phone(seen: Seen) -> None:
    seen.go("lost")
    seen.page.fill("#phone", PHONE)
    seen.page.fill("#pin", PIN)
    seen.press("Khoá ví ngay")
    seen.page.locator("dialog").get_by_role("button", name="Khoá ví ngay").click()


def test_a_line_that_drops_leaves_nobody_signed_in_on_a_borrowed_phone(seen: Seen) -> None:
    """Signed in for the freeze and not frozen: the form says so, and no balance stands behind it."""
    seen.page.route("**/wallet/v1/freeze", lambda route: route.abort())
    freeze_on_a_borrowed_phone(seen)
    expect(seen.page.locator(".notice.bad")).to_be_visible()
    seen.go("home")
    expect(seen.page.locator("#pin")).to_be_visible()
    assert "borrowed" not in seen.page.evaluate(
        "JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"
    )


@pytest.mark.parametrize("status", [204, 409])
def test_the_lenders_code_stays_on_the_phone_that_was_lent(seen: Seen, status: int) -> None:
    """What the lender keeps for the road is not the borrower's to take; a wallet frozen before is said to be so."""
    seen.sign_in()
    seen.make_code()
    device = seen.page.evaluate("localStorage['soft-atm.wallet']")
    seen.page.evaluate("sessionStorage.clear()")
    seen.go("lost")
    seen.page.reload()
    body = json.dumps({"type": "urn:soft-atm:problem:freeze-unchanged", "title": "", "status": 409})
    seen.page.route("**/wallet/v1/freeze", lambda route: route.fulfill(status=status, body=body))
    freeze_on_a_borrowed_phone(seen)
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Ví đã khoá")
    assert len(seen.page.evaluate(LYING)["sealed"]) == len(["code", "whose"])
    assert seen.page.evaluate("localStorage['soft-atm.wallet']") == device


# What a script finds in this phone's store: each record as text, and whether the key can be read out.
LYING = """
    new Promise((resolve) => {
        const opening = indexedDB.open("soft-atm-wallet");
        opening.onsuccess = () => {
            const reading = opening.result.transaction(["key", "sealed"]);
            const keys = reading.objectStore("key").getAll();
            const records = reading.objectStore("sealed").getAll();
            reading.oncomplete = () => resolve({
                readable: keys.result[0].extractable,
                sealed: records.result.map(({ bytes }) => String.fromCharCode(...new Uint8Array(bytes))),
            });
        };
    })
"""


def test_a_code_is_not_for_who_signs_in_next(seen: Seen) -> None:
    """Another number empties the phone of codes; the same number finds them again."""
    seen.sign_in()
    seen.make_code()
    for phone, cards in ((PHONE, 1), ("0987654321", 0)):
        seen.page.evaluate("sessionStorage.clear()")  # a session that ended by itself
        seen.go("welcome")
        seen.page.reload()
        expect(seen.page.locator(".code-card")).to_have_count(1)
        seen.fake.phone = phone
        seen.fake.withdrawals.clear()
        seen.go("welcome")
        seen.page.fill("#phone", phone)
        seen.page.fill("#pin", PIN)
        seen.press("Đăng nhập")
        expect(seen.page.locator(".balance")).to_be_visible()
        seen.page.evaluate("sessionStorage.clear()")
        seen.page.reload()
        expect(seen.page.locator("#phone")).to_be_visible()
        expect(seen.page.locator(".code-card")).to_have_count(cards)


def test_a_code_that_has_ended_is_dropped(seen: Seen) -> None:
    """A quarter of an hour after its end nothing of it is left."""
    seen.sign_in()
    seen.make_code()
    seen.page.evaluate("sessionStorage.clear()")
    seen.page.clock.set_fixed_time(now() + timedelta(hours=24, minutes=16))
    seen.page.reload()
    expect(seen.page.locator("#phone")).to_be_visible()
    expect(seen.page.locator(".code-card")).to_have_count(0)
    seen.page.wait_for_function(f"({LYING}).then(({{ sealed }}) => sealed.length === 1)")


def test_a_code_that_was_just_made_is_drawn_first(seen: Seen) -> None:
    """On a slow line each question before the picture is a second of waiting."""
    seen.sign_in()
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    code = seen.make_code()
    made = next(
        index for index, one in enumerate(asked) if one.startswith("POST") and one.endswith("/withdrawals")
    )
    assert asked[made + 1].endswith(f"/withdrawals/{code}/qr.png")


def test_cancelling_asks_first_and_brings_the_money_back(seen: Seen) -> None:
    """Nothing is cancelled by one touch; while a clerk counts, the page says why it cannot be."""
    seen.sign_in()
    code = seen.make_code()
    seen.press("Huỷ mã này")
    seen.press("Giữ mã")
    assert seen.fake.withdrawals[code]["status"] == "authorised"
    seen.fake.withdrawals[code]["status"] = "presented"
    seen.press("Huỷ mã này")
    seen.press("Huỷ mã")
    expect(seen.page.get_by_role("alert")).to_contain_text("Giao dịch viên đang đếm tiền")
    seen.fake.withdrawals[code]["status"] = "authorised"
    seen.page.reload()
    seen.press("Huỷ mã này")
    seen.press("Huỷ mã")
    expect(seen.page.locator(".ending.cancelled")).to_contain_text("Tiền đã về lại ví")
    assert seen.fake.available == Fake().available


def test_refusal_says_what_to_do_and_an_unknown_one_is_shown_as_sent(seen: Seen) -> None:
    """Known refusals are translated by their type; a new one shows the service's own words."""
    seen.sign_in()
    seen.page.get_by_role("link", name="Rút tiền").click()
    seen.page.fill("#amount", "15000")
    seen.press("Tiếp tục")
    expect(seen.page.locator("#amount-error")).to_contain_text("bội số của 10.000 đ")
    seen.page.fill("#amount", "200000")
    seen.press("Tiếp tục")
    seen.page.fill("#pin", "111111")
    seen.press("Tạo mã rút 200.000 đ")
    expect(seen.page.get_by_role("alert")).to_contain_text("Còn 2 lần thử")
    seen.fake.refuse = Refused(409, "moon-too-full")
    seen.page.fill("#pin", PIN)
    seen.press("Tạo mã rút 200.000 đ")
    expect(seen.page.get_by_role("alert")).to_contain_text("Title of moon-too-full")
    expect(seen.page.get_by_role("alert")).to_contain_text("What to do next.")


def test_large_amount_asks_for_a_face_and_goes_on(seen: Seen) -> None:
    """Step-up shows the simulated picture, and the same intention is sent again with it."""
    seen.sign_in()
    seen.go("withdraw")
    seen.page.get_by_role("button", name="5.000.000 đ").click()
    seen.press("Tiếp tục")
    seen.fake.refuse = Refused(403, "step-up-required", above=4_000_000)
    seen.page.fill("#pin", PIN)
    seen.press("Tạo mã rút 5.000.000 đ")
    expect(seen.page.locator(".simulated")).to_be_visible()
    seen.press("Tạo mã rút 5.000.000 đ")
    expect(seen.page.locator("img.qr")).to_be_visible()


def test_ended_access_token_is_renewed_once_and_unseen(seen: Seen) -> None:
    """Two questions that meet the end of the token share one renewal; the customer notices nothing."""
    seen.sign_in()
    seen.fake.tokens_live = False
    seen.page.reload()
    expect(seen.page.locator(".balance")).to_be_visible()
    assert seen.fake.refreshes == 1


def prove_phone(seen: Seen, typed: str = "+84 912 345 678") -> None:
    seen.go("open")
    seen.page.fill("#phone", typed)
    seen.press("Gửi mã đến số này")
    seen.page.fill("#code", CODE)
    seen.press("Tiếp tục")


def test_a_phone_is_proved_before_the_application(seen: Seen) -> None:
    """The number can be corrected and the code sent again, after a wait that is told; a reload loses nothing."""
    seen.page.clock.install()
    seen.go("open")
    seen.page.fill("#phone", "0912 345 679")
    seen.press("Gửi mã đến số này")
    expect(seen.page.locator("main")).to_contain_text("đang đến số 0912345679")
    seen.press("Dùng số khác hoặc lấy mã mới")
    seen.page.fill("#phone", "0912 345 678")
    seen.press("Gửi mã đến số này")
    code = seen.page.locator("#code")
    assert (code.get_attribute("autocomplete"), code.get_attribute("inputmode")) == (
        "one-time-code",
        "numeric",
    )
    seen.page.reload()
    again = seen.page.get_by_role("button", name="Gửi lại")
    expect(again).to_have_attribute("aria-disabled", "true")
    expect(again).to_contain_text("giây")
    again.click(force=True)
    assert seen.fake.phones == ["0912345679", "0912345678"]
    seen.page.clock.run_for("01:01")
    expect(again).to_have_text("Gửi lại mã")
    again.click(force=True)
    expect(again).to_contain_text("giây")
    assert seen.fake.phones == ["0912345679", "0912345678", "0912345678"]
    code.fill("12345")
    seen.press("Tiếp tục")
    expect(seen.page.locator("#code-error")).to_have_text("Mã có đúng 6 số.")
    code.fill("111111")
    seen.press("Tiếp tục")
    expect(seen.page.get_by_text("Còn 4 lần thử.")).to_be_visible()
    code.fill(CODE)
    seen.press("Tiếp tục")
    expect(seen.page.locator("#full_name")).to_be_visible()
    expect(seen.page.locator("main")).to_contain_text("0912345678")
    seen.page.reload()
    expect(seen.page.locator("#full_name")).to_be_visible()


def test_account_is_opened_and_signed_in_after_approval(seen: Seen) -> None:
    """Fields are checked where they stand; a pending application is watched until it is approved."""
    prove_phone(seen)
    seen.page.fill("#full_name", "Nông Thị Hoà")
    seen.page.locator("#date_of_birth").press_sequentially("31021985")
    seen.page.fill("#id_number", "999185001234")
    seen.page.fill("#pin", PIN)
    seen.page.fill("#again", "135791")
    seen.press("Gửi hồ sơ")
    expect(seen.page.locator("#date_of_birth-error")).not_to_be_empty()
    expect(seen.page.locator("#again-error")).not_to_be_empty()
    seen.page.fill("#date_of_birth", "20/11/1985")
    seen.page.fill("#again", PIN)
    seen.press("Gửi hồ sơ")
    expect(seen.page.locator("#id_number-error")).to_contain_text("chưa đúng")
    seen.page.fill("#id_number", "020185001234")
    seen.fake.application_status = ["pending", "pending"]
    seen.press("Gửi hồ sơ")
    expect(seen.page.locator(".notice.wait")).to_contain_text("Đang xác minh")
    expect(seen.page.locator(".balance")).to_be_visible()


def test_bank_is_linked_and_a_slow_bank_loses_nothing(seen: Seen) -> None:
    """A pending top-up says that the bank is being asked, and shows its answer when it comes."""
    seen.sign_in()
    seen.go("link/bank")
    seen.page.fill("#search", "nong nghiep")
    seen.page.get_by_role("button", name="Agribank").click()
    seen.page.fill("#account_number", "6200205120002")
    seen.press("Liên kết")
    seen.page.get_by_role("button", name="1.000.000 đ").click()
    seen.fake.top_up_status = "pending"
    seen.press("Tiếp tục")
    seen.page.fill("#pin", PIN)
    seen.press("Nạp 1.000.000 đ")
    expect(seen.page.locator(".notice.wait")).to_contain_text("tiền không mất")
    seen.fake.top_up_status = "succeeded"
    expect(seen.page.locator(".notice.good")).to_contain_text("1.000.000 đ")


def test_language_changes_in_place_and_is_remembered(seen: Seen) -> None:
    """Switching keeps what was typed, changes the page's lang, and holds on the next visit."""
    seen.go("open")
    seen.page.fill("#phone", "0912 345 678")
    speak(seen.page, "English")
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Open an account")
    expect(seen.page.locator("#phone")).to_have_value("0912 345 678")
    seen.page.reload()
    expect(seen.page.locator("html")).to_have_attribute("lang", "en")


def test_leaving_clears_the_phone(seen: Seen) -> None:
    """After signing out neither tokens nor codes stay behind, and the code's address leads to the door."""
    seen.sign_in()
    code = seen.make_code()
    seen.press("Đăng xuất")
    expect(seen.page.locator("#phone")).to_be_visible()
    assert seen.page.evaluate("sessionStorage.length") == 0
    seen.go(f"code/{code}")
    expect(seen.page.locator("#phone")).to_be_visible()


def test_a_pin_is_changed_and_a_device_signed_out(seen: Seen) -> None:
    """A slip is told at its field, a wrong PIN by its tries left; then the new PIN holds. The other device is gone."""
    seen.sign_in()
    seen.page.get_by_role("link", name="Mã PIN và thiết bị").click()
    expect(seen.page.get_by_text("Máy này", exact=True)).to_have_count(1)
    seen.press("Đăng xuất thiết bị này")
    expect(seen.page.get_by_role("button", name="Đăng xuất thiết bị này")).to_have_count(0)
    assert [one["label"] for one in seen.fake.sessions] == ["Android"]
    for name, text in (("pin", WRONG), ("new_pin", "927364"), ("again", "927346")):
        seen.page.fill(f"#{name}", text)
    seen.press("Đổi mã PIN")
    expect(seen.page.locator("#again-error")).to_have_text("Hai lần nhập chưa giống nhau.")
    seen.page.fill("#again", "927364")
    seen.press("Đổi mã PIN")
    expect(seen.page.get_by_text("Còn 4 lần thử.")).to_be_visible()
    seen.page.fill("#pin", PIN)
    seen.press("Đổi mã PIN")
    expect(seen.page.locator(".balance")).to_be_visible()
    assert seen.fake.pin == "927364"


def test_a_page_that_nobody_touches_signs_out(seen: Seen) -> None:
    """Money is out of sight after five minutes; a code that is held up stays, and opens nothing."""
    seen.page.clock.install()
    seen.sign_in()
    seen.page.clock.run_for("04:50")
    seen.page.keyboard.press("Shift")
    seen.page.clock.run_for("04:50")
    expect(seen.page.locator(".balance")).to_be_visible()
    seen.page.clock.run_for("00:20")
    expect(seen.page.locator("#phone")).to_be_visible()
    seen.sign_in()
    seen.make_code()
    seen.page.clock.run_for("05:20")
    expect(seen.page.locator("img.qr")).to_be_visible()
    assert "refresh_token" not in seen.page.evaluate("JSON.stringify(sessionStorage)")


def test_tokens_and_secrets_stay_out_of_addresses(seen: Seen) -> None:
    """No request carries a token, a PIN or a card number in its address."""
    addresses: list[str] = []
    seen.page.on("request", lambda request: addresses.append(request.url))
    seen.sign_in()
    seen.make_code()
    assert not [one for one in addresses if PIN in one or PHONE in one or "live" in one or "again" in one]


def test_every_screen_fits_the_phone_and_can_be_touched(seen: Seen) -> None:
    """No screen scrolls sideways, and every button is at least 48 pixels high."""
    seen.sign_in()
    code = seen.make_code()
    for route in (
        "home",
        "withdraw",
        "withdraw/office",
        f"code/{code}",
        "topup",
        "payout",
        "banks",
        "link",
        "link/bank",
        "safety",
        "statement",
        "withdrawals",
    ):
        seen.go(route)
        expect(seen.page.get_by_text("Đang tải…")).to_have_count(0)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= PHONE_SIZE["width"], route
        low = seen.page.evaluate(LOW_TARGETS)
        assert low == [], route


def test_every_screen_for_everybody(seen: Seen) -> None:
    """Axe-core finds nothing serious or critical on any screen of wallet and auditor; each has its heading."""
    wrong = []
    for route in ("welcome", "open", "offices"):
        seen.go(route)
        expect(seen.page.get_by_text("Đang tải…")).to_have_count(0)
        wrong += wrong_for_some(seen.page)
    seen.sign_in()
    code = seen.make_code()
    signed_in = [
        "home",
        "withdraw",
        "withdraw/office",
        f"code/{code}",
        "topup",
        "payout",
        "banks",
        "link",
        "link/bank",
        "safety",
        "statement",
    ]
    for route in (*signed_in, "notices", "delegations", "withdrawals"):
        seen.go(route)
        expect(seen.page.get_by_text("Đang tải…")).to_have_count(0)
        wrong += wrong_for_some(seen.page)
    seen.page.goto(f"{seen.url}/audit/")
    wrong += wrong_for_some(seen.page)
    seen.page.fill("#username", "auditor")
    seen.page.fill("#password", PASSWORD)
    seen.press("Đăng nhập")
    expect(seen.page.locator("tbody tr").first).to_be_visible()
    for route in ("controls", "balance", "reconciliation", "journal"):
        seen.page.goto(f"{seen.url}/audit/#/{route}")
        expect(seen.page.get_by_text("Đang tải…")).to_have_count(0)
        wrong += wrong_for_some(seen.page)
    assert wrong == []


def test_auditor_sees_what_is_broken_and_takes_the_journal_along(seen: Seen) -> None:
    """Another role is sent away; the auditor sees what is broken first, sums that add up, and the file."""
    page = seen.page
    page.goto(f"{seen.url}/audit/")
    for role in ("clerk", "auditor"):
        page.fill("#username", role)
        page.fill("#password", PASSWORD)
        seen.fake.control_broken = True
        seen.press("Đăng nhập")
        if role == "clerk":
            expect(page.get_by_role("alert")).to_contain_text("clerk")
            page.get_by_role("link", name=re.compile("Quay lại")).click()
    expect(page.locator("tbody tr").first).to_contain_text("no-negative-cash")
    expect(page.locator(".notice.bad")).to_contain_text("1 trong 5")
    page.get_by_role("link", name="Bảng cân đối thử").click()
    expect(page.locator(".notice.good")).to_contain_text("khớp")
    page.get_by_role("link", name="Sổ nhật ký").click()
    with page.expect_download() as download:
        seen.press("Tải về")
    assert re.fullmatch(r"soft-atm_\d{4}-\d\d-01_\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)


def test_another_role_is_sent_away_before_the_service_has_heard(seen: Seen) -> None:
    """On a line that swallows the sign-out nothing of the session is left, and the page says why."""
    page = seen.page
    page.route("**/sessions/end", lambda _: None)
    page.goto(f"{seen.url}/audit/")
    page.fill("#username", "clerk")
    page.fill("#password", PASSWORD)
    seen.press("Đăng nhập")
    expect(page.get_by_role("alert")).to_contain_text("clerk", timeout=3_000)
    assert page.evaluate("sessionStorage.getItem('soft-atm.staff')") is None


def test_a_renewal_that_comes_late_signs_nobody_in(seen: Seen) -> None:
    """Signed out while the token was being renewed: the answer is nobody's any more."""
    page, held = seen.page, list[Route]()
    seen.sign_in()
    page.route("**/sessions/refresh", lambda route: held.append(route))  # noqa: PLW0108  a method of C takes no mark
    seen.fake.tokens_live = False
    with page.expect_request("**/sessions/refresh"):
        seen.go("withdraw")
        seen.go("home")
    seen.press("Đăng xuất")
    expect(page.locator("#phone")).to_be_visible()
    with page.expect_response("**/sessions/refresh"):
        held[0].continue_()
    page.reload()
    expect(page.locator("#phone")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('soft-atm.wallet')") is None


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_page_is_left_before_the_service_has_heard(seen: Seen, by_hand: bool) -> None:  # noqa: FBT001
    """At rest or signed out by hand on a line that swallows everything: the balance is off the screen at once."""
    seen.page.clock.install()
    seen.sign_in()
    seen.page.route("**/sessions/end", lambda _: None)
    if by_hand:
        seen.press("Đăng xuất")
    else:
        seen.page.clock.run_for("05:20")
    expect(seen.page.locator("#phone")).to_be_visible(timeout=3_000)
    expect(seen.page.locator(".balance")).to_have_count(0)
    assert seen.page.evaluate("sessionStorage.getItem('soft-atm.wallet')") is None
