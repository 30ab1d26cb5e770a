from pathlib import Path

import pytest

from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_service import CLERK, OPERATOR, PASSWORD, SUPERVISOR


@in_loop
async def test_strangers_are_sent_to_sign_in(tmp_path: Path) -> None:
    """Without signing in there is one page."""
    async with desk(tmp_path) as at:
        for path in ("/", "/scan", "/receipts", "/shift/open", "/shift/close", "/reviews", "/words?amount=1"):
            await at.browser.open(path)
            assert at.browser.path == "/sign-in", path
        assert at.fake.asked == []


@in_loop
async def test_clerk_and_supervisor_have_their_own_start(tmp_path: Path) -> None:
    """A clerk starts with the shift, a supervisor with the requests that wait."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        assert "Chưa mở ca" in at.browser.text
        other = at.another_browser()
        await at.sign_in(SUPERVISOR, other)
        assert "Đề nghị chờ quyết định" in other.text


@pytest.mark.parametrize(
    ("username", "password"), [(CLERK, "wrong"), ("nobody", PASSWORD), ("", ""), (CLERK, "x" * 300)]
)
@in_loop
async def test_wrong_credentials(tmp_path: Path, username: str, password: str) -> None:
    """A wrong name or password gets one and the same answer."""
    async with desk(tmp_path) as at:
        await at.browser.open("/sign-in")
        answer = await at.browser.send("/sign-in", username=username, password=password)
        assert answer.status_code == 401
        assert "Sai tên đăng nhập hoặc mật khẩu" in answer.text
        assert "wrong" not in answer.text


@in_loop
async def test_a_first_password_is_changed_at_the_sign_in(tmp_path: Path) -> None:
    """It opens the form for choosing another; two unlike ones or the old one are refused; then its owner signs in."""
    async with desk(tmp_path) as at:
        at.fake.first_password = PASSWORD
        await at.sign_in()
        assert "Mật khẩu này do người khác cấp cho bạn" in at.browser.text
        assert f'value="{CLERK}"' in at.browser.text
        for chosen, again, said in (
            ("mot-cau-khac-de-nho", "mot-cau-khac-de-nhO", "Không dùng được mật khẩu mới này"),
            (PASSWORD, PASSWORD, "Không dùng được mật khẩu mới này"),
            ("mot-cau-khac-de-nho", "mot-cau-khac-de-nho", "Đã đặt mật khẩu mới"),
        ):
            fields = {"username": CLERK, "password": PASSWORD, "new_password": chosen, "again": again}
            await at.browser.send("/password", **fields)
            assert said in at.browser.text
            assert chosen not in at.browser.text
        await at.sign_in()
        assert at.browser.path == "/"


@in_loop
async def test_an_authenticator_is_set_up_at_the_first_sign_in(tmp_path: Path) -> None:
    """The page shows what to scan; its first code signs in, and from then on one is asked for."""
    async with desk(tmp_path) as at:
        at.fake.factor = "to-enrol"
        await at.sign_in(SUPERVISOR)
        assert "Ghi ứng dụng xác thực" in at.browser.text
        assert "JBSW Y3DP" in at.browser.text
        fields = {"username": SUPERVISOR, "password": PASSWORD}
        answer = await at.browser.send("/sign-in", **fields, code="12345x")
        assert (answer.status_code, "Mã này sai hoặc đã dùng rồi" in answer.text) == (401, True)
        answer = await at.browser.send("/sign-in", **fields, code="000000")
        assert "Còn được thử 4 lần." in answer.text
        await at.browser.send("/sign-in", **fields, code="492 039")
        assert at.browser.path == "/queue"

        other = at.another_browser()
        await at.sign_in(SUPERVISOR, other)
        assert "Cần thêm một bước xác thực" in other.text
        assert 'name="code"' in other.text
        await other.send("/sign-in", **fields, code="492039")
        assert "Mã này sai hoặc đã dùng rồi" in other.text
        await other.send("/sign-in", **fields, code="118530")
        assert other.path == "/queue"


@in_loop
async def test_other_roles_are_turned_away(tmp_path: Path) -> None:
    """An operator has no work at the counter: the staff session is ended at once."""
    async with desk(tmp_path) as at:
        await at.sign_in(OPERATOR)
        assert "Vai trò của bạn không làm được" in at.browser.text
        assert at.fake.asked[-1][1] == "/staff/v1/sessions/end"


@in_loop
async def test_no_line_at_sign_in(tmp_path: Path) -> None:
    """Without a line the page says so and keeps the name."""
    async with desk(tmp_path) as at:
        at.line.cut = "refuse-connection"
        await at.sign_in()
        assert "Hệ thống không trả lời" in at.browser.text
        assert 'value="lan"' in at.browser.text


@in_loop
async def test_signing_in_changes_the_cookie(tmp_path: Path) -> None:
    """The cookie of before signing in opens nothing afterwards, nor the one of before signing out."""
    async with desk(tmp_path) as at:
        await at.browser.open("/sign-in")
        before = dict(at.browser.client.cookies)
        await at.browser.send("/sign-in", username=CLERK, password=PASSWORD)
        during = dict(at.browser.client.cookies)
        assert before["soft_atm_counter"] != during["soft_atm_counter"]
        await at.browser.send("/sign-out")
        for cookies in (before, during):
            thief = at.another_browser()
            thief.client.cookies.update(cookies)
            await thief.open("/scan")
            assert thief.path == "/sign-in"


@in_loop
async def test_signing_out_ends_the_staff_session(tmp_path: Path) -> None:
    """The service is told, and a dead line does not keep anybody in."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.send("/sign-out")
        assert at.fake.asked[-1][1] == "/staff/v1/sessions/end"
        await at.sign_in()
        at.line.cut = "refuse-connection"
        await at.browser.send("/sign-out")
        assert at.browser.path == "/sign-in"


@in_loop
async def test_language_is_chosen_and_kept(tmp_path: Path) -> None:
    """The page comes back in the chosen language, and so do the next ones."""
    async with desk(tmp_path) as at:
        await at.browser.open("/sign-in")
        assert '<html lang="vi">' in at.browser.text
        await at.browser.send("/language", language="en")
        assert at.browser.path == "/sign-in"
        assert '<html lang="en">' in at.browser.text
        await at.sign_in()
        assert "No shift is open" in at.browser.text


@pytest.mark.parametrize(
    "where",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a?b=c",
        "javascript:1",
        "",
        "/a%0d%0ab",
        "/\r\nX: y",
    ],
)
@in_loop
async def test_the_way_back_stays_here(tmp_path: Path, where: str) -> None:
    """Choosing a language never leads to another site."""
    async with desk(tmp_path) as at:
        await at.browser.open("/sign-in")
        form = at.browser.form("/language")
        data = form.fields | {"from": where, "language": "en"}
        answer = await at.browser.client.post("/language", data=data)
        assert answer.headers["Location"] == "/"


@in_loop
async def test_a_signed_in_person_needs_no_form(tmp_path: Path) -> None:
    """The sign-in page sends a signed-in person to the start."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.open("/sign-in")
        assert at.browser.path == "/"


@in_loop
async def test_a_desk_left_alone_signs_out(tmp_path: Path) -> None:
    """After the time of rest the desk asks who is there; what a page asks by itself is no sign of life."""
    async with desk(tmp_path, idle_minutes=10) as at:
        await at.sign_in()
        for _ in range(3):
            at.clock.turn(minutes=4)
            await at.browser.client.get("/line")
            await at.browser.client.post("/scan/frame?width=40&height=40", content=bytes(1600))
        await at.browser.open("/scan")
        assert at.browser.path == "/sign-in"
        assert "Bạn đã bị đăng xuất" in at.browser.text
