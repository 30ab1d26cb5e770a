import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from counter_app.devices import Devices
from counter_app.settings import Settings
from counter_app.statics import ROOT
from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_service import CARD_QR, CLERK, SUPERVISOR


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/", "/nothing", f"{ROOT}/counter.css", "/static/0123456789ab/counter.css", "/healthz"],
)
@in_loop
async def test_headers_of_every_answer(tmp_path: Path, path: str) -> None:
    """Every answer forbids framing, sniffing, foreign code and a referrer; only this version's files are kept."""
    async with desk(tmp_path) as at:
        headers = (await at.browser.client.get(path)).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    kept = "public, max-age=31536000, immutable"
    assert headers["Cache-Control"] == (kept if path.startswith(ROOT) else "no-store")


@in_loop
async def test_a_failure_inside_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the app itself breaks, the page says what to do and nothing of what happened, under the same headers."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        monkeypatch.setattr("counter_app.pages.paying._cannot_be_sent", lambda code: 1 / 0)
        await at.browser.open("/scan")
        answer = await at.browser.send("/scan", code="123")
    assert answer.status_code == 500
    assert "Không chi tiền" in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
@in_loop
async def test_another_host_name(tmp_path: Path, host: str) -> None:
    """A page of another name that points at this PC gets nothing."""
    async with desk(tmp_path) as at:
        answer = await at.browser.client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400


POSTS = [
    *("/sign-in/passkey", "/passkeys", "/passkeys/options"),
    "/passkeys/019b0000-0000-7000-8000-000000000000/removal",
    "/instructions/019b0000-0000-7000-8000-000000000000",
    "/instructions/019b0000-0000-7000-8000-000000000000/decision",
    "/complaints/019b0000-0000-7000-8000-000000000000/answer",
    *("/breaks/resolution", "/breaks/019b0000-0000-7000-8000-000000000000/claim"),
    *("/sign-in", "/sign-out", "/password", "/language", "/shift/open", "/shift/close", "/scan"),
    "/withdrawals/019b0000-0000-7000-8000-000000000000/payment",
    "/withdrawals/019b0000-0000-7000-8000-000000000000/release",
    "/shift/hand-over",
    "/shift/left/019b0000-0000-7000-8000-000000000000",
    "/shift/release/019b0000-0000-7000-8000-000000000000",
    *("/cash/to-vault", "/cash/count", "/cash/to-colleague", "/cash/exchange", "/cash/requests"),
    *("/shift/count", "/lock", "/unlock"),
    "/supervision/requests/019b0000-0000-7000-8000-000000000000/refuse",
    "/cash/deliveries/019b0000-0000-7000-8000-000000000000/refuse",
    "/cash/deliveries/019b0000-0000-7000-8000-000000000000/receive",
    "/board/05971-1/state",
    "/board/05971-1/drawers/1/freeze",
    "/members/019b0000-0000-7000-8000-000000000000/state",
    "/wallets",
    "/wallets/019b0000-0000-7000-8000-000000000000/freeze",
    "/counts/019b0000-0000-7000-8000-000000000000/word",
    "/supervision/orders",
    "/supervision/deliveries/019b0000-0000-7000-8000-000000000000/count/receive",
    "/supervision/deliveries/019b0000-0000-7000-8000-000000000000/explain",
    "/supervision/shifts/019b0000-0000-7000-8000-000000000000",
    "/requests/7a4bb7de-6a3e-4b3a-9d0c-0a3d5f1f4e55/retry",
    *("/deposits/new", "/transfers/new", "/counterfeits", "/card", "/delegations", "/help", "/help/check"),
    "/delegations/019b0000-0000-7000-8000-000000000000/slip",
    "/delegations/019b0000-0000-7000-8000-000000000000/revoke",
    "/keypad/019b0000-0000-7000-8000-000000000000",
    "/keypad/019b0000-0000-7000-8000-000000000000/back",
    "/deposits/019b0000-0000-7000-8000-000000000000/approval",
    "/deposits/019b0000-0000-7000-8000-000000000000/confirm",
    "/transfers/019b0000-0000-7000-8000-000000000000/approval",
    "/transfers/019b0000-0000-7000-8000-000000000000/confirm",
    *("/receipts", "/receipts/019b0000-0000-7000-8000-000000000000/undo"),
    "/vouchers/019b0000-0000-7000-8000-000000000000/undo",
    "/approvals/019b0000-0000-7000-8000-000000000000/count",
]


@pytest.mark.parametrize("token", ["", "0" * 64])
@in_loop
async def test_every_post_needs_the_page_it_came_from(tmp_path: Path, token: str) -> None:
    """A form that no page of this app has made does nothing."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        asked = len(at.fake.asked)
        for path in POSTS:
            data = {"csrf": token, "held": at.browser.held, "username": "lan", "password": "x"}
            answer = await at.browser.client.post(path, data=data)
            assert answer.status_code == 403, path
            assert len(at.fake.asked) == asked, path


@in_loop
async def test_every_decision_needs_the_page_it_came_from(tmp_path: Path) -> None:
    """A supervisor's decision cannot be posted from elsewhere."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        data = {"held": at.browser.held, "decision": "approve", "reason": "because"}
        for page in ("reviews", "queue"):
            path = f"/{page}/019b0000-0000-7000-8000-000000000000/decision"
            assert (await at.browser.client.post(path, data=data)).status_code == 403


@in_loop
async def test_every_route_that_changes_something_is_tested_above(tmp_path: Path) -> None:
    """A new POST is added to the list above, or guarded otherwise."""
    async with desk(tmp_path) as at:
        posts = set(re.findall(r"'(/[^']*)', methods=\['POST'\]", repr(list(routes(at.web)))))
    known = {re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27}", "/{}", path) for path in POSTS}
    known = {re.sub(r"(?<=^/board/)05971-1|(?<=/drawers/)1", "{}", path) for path in known}
    known = {
        re.sub(r"(?<=/to-)vault|(?<=/)(receive|explain|state|claim|(?<=/requests/{}/)refuse)$", "{}", path)
        for path in known
    }
    assert {re.sub(r"\{\w+\}", "{}", path) for path in posts} == known | {
        "/reviews/{}/decision",
        "/queue/{}/decision",
        "/scan/frame",
    }


def routes(web):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - FastAPI's own shapes
    """Walk the app's routes, also those of its routers."""
    for route in web.routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is None:
            yield f"{getattr(route, 'path', '')!r}, methods={sorted(getattr(route, 'methods', None) or [])}"
        else:
            for one in inner:
                yield f"{one.path!r}, methods={sorted(one.methods)}"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"csrf=" + b"a" * 20_000, 413),
        ("application/x-www-form-urlencoded", b"a" * 10_000_000, 413),
        ("application/x-www-form-urlencoded", b"a=1&" * 100, 400),
        ("application/x-www-form-urlencoded", b"csrf=%ff%fe", 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("application/x-www-form-urlencoded", b"\0" * 100, 403),
        ("application/x-www-form-urlencoded", b"", 403),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/json", b"{}", 415),
        ("", b"csrf=1", 415),
    ],
)
@in_loop
async def test_bodies_that_are_no_form(tmp_path: Path, kind: str, body: bytes, status: int) -> None:
    """A body that is too large, broken or of another kind is refused without a stack trace."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        answer = await at.browser.client.post("/scan", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert "Traceback" not in answer.text


@in_loop
async def test_cookies_are_out_of_reach(tmp_path: Path) -> None:
    """Cookies cannot be read by scripts nor sent from other sites; behind HTTPS they never travel plainly."""
    async with desk(tmp_path) as at:
        cookie = (await at.browser.client.get("/sign-in")).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie
    async with desk(tmp_path, behind_https=True) as at:
        plain = await at.browser.client.get("/sign-in")
        assert (plain.status_code, "<form" in plain.text) == (403, False)
        answer = await at.browser.client.get("/sign-in", headers={"X-Forwarded-Proto": "https"})
        assert "Secure" in answer.headers["Set-Cookie"]


@in_loop
async def test_a_cookie_alone_does_nothing(tmp_path: Path) -> None:
    """Every port of this machine gets the cookie. Whoever has it reads the form token, and can send no form.

    A form without the pages' secret does nothing; one with another secret ends the session that was stolen.
    """
    async with desk(tmp_path) as at:
        await at.open_shift()
        thief = at.another_browser()
        thief.client.cookies.update(at.browser.client.cookies)
        await thief.open("/scan")
        asked = len(at.fake.asked)
        code = at.fake.withdrawal().code
        assert (await thief.send("/scan", code=code, held="")).status_code == 403
        await thief.open("/scan")
        token = {"X-CSRF-Token": thief.form("/scan").fields["csrf"]}
        frame = await thief.client.post("/scan/frame?width=8&height=8", content=b"x" * 64, headers=token)
        assert frame.status_code == 403
        assert ("POST", "/counter/v1/presentations") not in {one[:2] for one in at.fake.asked[asked:]}
        assert (await at.browser.open("/scan")).url.path == "/scan"
        assert (await thief.send("/scan", code=code)).status_code == 403
        assert (await at.browser.open("/scan")).url.path == "/sign-in"
        await at.sign_in()
        assert (await at.browser.open("/scan")).url.path == "/scan"


@in_loop
async def test_a_browser_without_scripts_signs_in_too(tmp_path: Path) -> None:
    """It keeps no secret and its session asks for none; what is no secret of ours is refused, and sent nowhere."""
    async with desk(tmp_path) as at:
        at.browser.held = "x" * 64
        await at.sign_in()
        assert at.browser.page is not None
        assert at.browser.page.status_code == 403
        assert not [one for one in at.fake.asked if one[1] == "/staff/v1/sessions"]
        at.browser.held = ""
        await at.open_shift()
        assert (await at.browser.open("/scan")).url.path == "/scan"


@pytest.mark.parametrize(
    ("given", "starts"),
    [
        ({"service_url": "http://atm.example.vn"}, False),
        ({"service_url": "http://10.0.0.5:8000"}, False),
        ({"service_url": "https://atm.example.vn"}, True),
        ({"service_url": "http://[::1]:8000"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "0.0.0.0", "behind_https": True}, True),
    ],
)
def test_what_leaves_this_machine_is_https(given: dict[str, Any], starts: bool) -> None:  # noqa: FBT001  a table
    """Passwords and tokens travel plainly on this machine alone."""
    if starts:
        Settings(**given)
    else:
        with pytest.raises(ValidationError):
            Settings(**given)


@in_loop
async def test_a_counter_shows_its_sign(tmp_path: Path) -> None:
    """What a sign-in gave is shown at the next, also by a colleague and after a new start; nobody else reads it."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        kept = at.app.settings.data_dir / "devices.json"
        at.app.devices.keep(SUPERVISOR, "b.2")
        assert kept.stat().st_mode & 0o777 == 0o600
        again = Devices(kept)
        assert [again.sign(name) for name in (CLERK, SUPERVISOR, "new")] == [f"sign.{CLERK}", "b.2", "b.2"]


@in_loop
async def test_pages_hold_no_inline_code(tmp_path: Path) -> None:
    """No page needs what its own content policy forbids."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        for path in ("/", "/scan", at.browser.path, "/shift/close", "/receipts"):
            page = (await at.browser.open(path)).text
            assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)


@in_loop
async def test_nothing_personal_stays_after_paying(tmp_path: Path) -> None:
    """After the payment neither the page nor going back shows the card or the PIN."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present()
        await at.pay(CARD_QR)
        assert "020185001234" not in at.browser.text
        assert "Thôn Nà Pò" not in at.browser.text
        await at.browser.open(f"/withdrawals/{withdrawal.id}/check")
        assert at.browser.path == "/scan"
