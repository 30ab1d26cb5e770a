"""A locked desk shows and does nothing; its password opens it, and the server is the one who says so."""

from pathlib import Path

from tests.counter_app import fake_service
from tests.counter_app.desk import desk, in_loop

JSON = {"accept": "application/json", "sec-fetch-mode": "cors"}


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
