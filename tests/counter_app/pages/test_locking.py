"""A locked desk shows and does nothing; its password opens it, and the server is the one who says so."""

import re
from pathlib import Path

import pytest

from counter_app import statics
from counter_app.page import SESSION_COOKIE
from counter_app.sessions import Session
from tests.counter_app import fake_service
from tests.counter_app.desk import Desk, desk, in_loop

JSON = {"accept": "application/json", "sec-fetch-mode": "cors"}
# What scripts ask because a person has just typed or moved.
OF_A_PERSON = {"/words", "/lock", "/unlock", "/line?active=1"}
VALUES = {"width": "40", "height": "40", "show": "all", "amount": "1"}


@in_loop
async def test_a_locked_desk_shows_and_does_nothing(tmp_path: Path) -> None:
    """Not the customer who was there, not a payment that was prepared; with the password it goes on from there."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        withdrawal = await at.present(amount=1_500_000)
        check, path = at.browser.form("/payment"), at.browser.path
        await at.browser.send("/lock")
        assert at.browser.path == "/locked"
        for page in ("/", "/receipts", path, "/shift/totals", f"/requests/{check.fields['key']}"):
            await at.browser.open(page)
            assert at.browser.path == "/locked"
            assert "1.500.000" not in at.browser.text
        typed = check.fields | {"held": at.browser.held, "card": fake_service.CARD_QR}
        await at.browser.client.post(check.action, data=typed, follow_redirects=True)
        assert at.fake.receipts == []
        asked = await at.browser.client.get("/words?amount=1", headers=JSON)
        assert (asked.status_code, asked.json()) == (423, {})
        await at.browser.open("/locked")
        await at.browser.send("/unlock", password="another")
        assert "Không đúng mật khẩu" in at.browser.text
        await at.browser.send("/unlock", password=fake_service.PASSWORD)
        await at.browser.open(path)
        await at.pay()
        assert [one["withdrawal_id"] for one in at.fake.receipts] == [withdrawal.id]


@in_loop
async def test_a_desk_at_rest_locks_itself(tmp_path: Path) -> None:
    """What a page asks by itself is no sign of a person; a key that was struck is one."""
    async with desk(tmp_path, lock_minutes=5) as at:
        await at.open_shift()
        line = at.browser.client.get
        for _ in range(3):
            at.clock.turn(minutes=4)
            assert (await line("/line?active=1", headers=JSON)).json()["locked"] is False
        at.clock.turn(minutes=4)
        assert (await line("/line", headers=JSON)).json()["locked"] is False
        at.clock.turn(minutes=1)
        assert (await line("/line?active=1", headers=JSON)).json()["locked"] is True
        assert (await at.browser.open("/")).url.path == "/locked"
        await at.browser.send("/unlock", password=fake_service.PASSWORD)
        assert "Sẵn sàng phục vụ" in at.browser.text


@in_loop
async def test_whoever_guesses_is_signed_out(tmp_path: Path) -> None:
    """Five wrong passwords end the session, here and at the service; the sixth may be right and opens nothing."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.send("/lock")
        for _ in range(4):
            await at.browser.send("/unlock", password="guess")
        assert at.browser.path == "/unlock"
        form = at.browser.form("/unlock").fields | {"held": at.browser.held}
        await at.browser.send("/unlock", password="guess")
        assert at.browser.path == "/sign-in"
        answer = await at.browser.client.post("/unlock", data=form | {"password": fake_service.PASSWORD})
        assert answer.headers["location"].startswith("/sign-in")


@in_loop
async def test_what_is_unknown_is_asked_for_under_the_lock(tmp_path: Path) -> None:
    """The money of a customer who waits does not wait for the clerk."""
    async with desk(tmp_path, patience_s=0.2) as at:
        await at.open_shift()
        await at.present(amount=1_500_000)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/payment", 10
        await at.pay()
        assert len(at.unknown()) == 1
        await at.browser.open("/")
        await at.browser.send("/lock")
        at.line.cut = "none"
        await at.resolve()
        assert at.unknown() == []


@in_loop
async def test_a_session_that_ended_uncovers_nothing(tmp_path: Path) -> None:
    """Signed out in another tab, at rest, or signed in anew: no open page hears that it is unlocked."""
    async with desk(tmp_path, lock_minutes=5, idle_minutes=60) as at:
        await at.open_shift()
        line = at.browser.client.get
        before = (await line("/line", headers=JSON)).json()
        assert f'data-desk="{before["desk"]}"' in at.browser.text
        await at.browser.open("/")
        await at.browser.send("/sign-out")
        ended = await line("/line", headers=JSON)
        assert (ended.status_code, ended.json()) == (401, {})
        await at.sign_in()
        another = (await line("/line", headers=JSON)).json()
        assert (another["locked"], another["desk"] == before["desk"]) == (False, False)
        at.clock.turn(minutes=60)
        assert (await line("/line", headers=JSON)).status_code == 401


@in_loop
async def test_a_page_that_waits_is_nobodys_presence(tmp_path: Path) -> None:
    """It asks on behind the lock; when nobody has come for as long as a session may rest, it is signed out."""
    async with desk(tmp_path, lock_minutes=5, idle_minutes=60, patience_s=0.2) as at:
        await at.open_shift()
        await at.present(amount=1_500_000)
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/payment", 10_000
        await at.pay()
        (entry,) = at.unknown()
        asked = f"/unknown/{entry.key}"
        for minutes in range(0, 60, 4):
            answer = await at.browser.client.get(asked, headers=JSON)
            assert answer.status_code == (200 if minutes <= 4 else 423)
            at.clock.turn(minutes=4)
        assert (await at.browser.client.get(asked, headers=JSON)).status_code == 401
        await at.browser.open("/receipts")
        assert at.browser.path == "/sign-in"
        await at.sign_in()
        at.line.cut = "none"
        await at.resolve()
        assert at.unknown() == []


@in_loop
async def test_a_queue_that_nobody_looks_at_rests(tmp_path: Path) -> None:
    """The list that a supervisor's page looks at every three seconds keeps no desk open."""
    async with desk(tmp_path, lock_minutes=5, idle_minutes=60) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        for _ in range(2):
            at.clock.turn(minutes=4)
            await at.browser.client.get("/queue/state", headers=JSON)
        assert (await at.browser.client.get("/queue/state", headers=JSON)).status_code == 423
        at.clock.turn(minutes=52)
        await at.browser.open("/queue")
        assert at.browser.path == "/sign-in"


def asked_by_pages() -> set[str]:
    """Collect every address that the scripts and what the templates give them ask for."""
    templates = "".join(
        one.read_text("utf-8") for one in (statics.FOLDER.parent / "templates").glob("*.html")
    )
    found = set()
    for script in statics.FOLDER.glob("*.js"):
        for asked in re.findall(r"(?:fetch|answerOf)\(([^,)\n]+)", script.read_text("utf-8")):
            if given := re.fullmatch(r"element\.dataset\.(\w+)", asked):
                addresses = re.findall(rf'data-{given[1]}="([^"]+)"', templates)
                assert addresses, asked
            elif asked == "path":  # answerOf's own
                continue
            else:
                literal = re.fullmatch(r"[`\"](/[^`\"]*)[`\"]", asked)
                assert literal, f"{script.name} asks for {asked}: which address is that?"
                addresses = [literal[1]]
            found |= set(addresses)
    return found


def seen(at: Desk) -> Session:
    """Find the session of the browser in front."""
    session = at.app.sessions.find(at.browser.client.cookies[SESSION_COOKIE], at.clock())
    assert session is not None
    return session


@pytest.mark.parametrize("username", [fake_service.CLERK, fake_service.SUPERVISOR])
@in_loop
async def test_what_pages_ask_by_themselves_is_no_person(tmp_path: Path, username: str) -> None:
    """Every address in the scripts and templates, whatever it answers, unless it is asked as somebody types."""
    assert {"/line", "/queue/state", "/approvals/{{ approval.id }}/state"} <= asked_by_pages()
    async with desk(tmp_path) as at:
        await at.sign_in(username)
        began = seen(at).seen_at
        at.clock.turn(minutes=1)
        taken = []
        for address in sorted(asked_by_pages() - OF_A_PERSON):
            path = re.sub(r"\$?\{+[^}]*\}+", "019b0000-0000-7000-8000-000000000000", address)
            path = re.sub("(width|height|show|amount)=[^&]*", lambda one: f"{one[1]}={VALUES[one[1]]}", path)
            if path.partition("?")[0] in OF_A_PERSON:
                continue
            method = "POST" if path.startswith("/scan/frame") else "GET"
            answer = await at.browser.client.request(method, path, headers=JSON)
            assert answer.status_code != 405, path
            if seen(at).seen_at != began:
                taken.append(path)
                seen(at).seen_at = began
        assert taken == []
        await at.browser.open("/")
        assert seen(at).seen_at == at.clock()
