import asyncio
from pathlib import Path

import pytest

from counter_app.journal import Kind, State
from counter_app.resolver import BACKOFF_MAX_S
from tests.counter_app.desk import Desk, desk, in_loop
from tests.counter_app.fake_service import CLERK, OTHER_CLERK, PASSWORD, Cut
from tests.leaks import given_away

LOST: list[Cut] = ["lose-request", "lose-answer", "garbage", "server-error"]


async def lose_a_payment(at: Desk, cut: Cut, times: int = 1) -> str:
    """Bring a desk to an unknown payment and return its key."""
    await at.open_shift()
    await at.present()
    at.line.cut, at.line.times, at.line.only = cut, times, "/payment"
    await at.pay()
    return at.browser.path.removeprefix("/requests/")


@pytest.mark.parametrize("cut", LOST)
@in_loop
async def test_a_lost_answer_becomes_known(tmp_path: Path, cut: Cut) -> None:
    """Whatever way an answer is lost, asking again with the same key finds out, and pays once."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, cut)
        assert "không chi tiền lần nữa" in at.browser.text
        assert at.journal.get(key).state is State.UNKNOWN
        await at.resolve()
        assert at.journal.get(key).state is State.ANSWERED
        assert len(at.fake.receipts) == 1
        keys = {asked[2] for asked in at.fake.asked if asked[1].endswith("/payment")}
        assert keys == {key}


@in_loop
async def test_a_line_that_never_was(tmp_path: Path) -> None:
    """Only a refused connection is called not sent, and trying again then pays once."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "refuse-connection")
        assert at.journal.get(key).state is State.NOT_SENT
        assert "Chưa gửi được – chưa chi tiền" in at.browser.text
        assert at.fake.receipts == []
        await at.browser.send("/retry")
        assert "ĐÃ CHI TIỀN" in at.browser.text
        assert len(at.fake.receipts) == 1


@in_loop
async def test_no_line_after_a_lost_answer_stays_unknown(tmp_path: Path) -> None:
    """A question that may have arrived is never called not sent, however dead the line is later."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        at.line.cut, at.line.times = "refuse-connection", 2
        await at.resolve()
        await at.browser.send("/retry")
        assert at.journal.get(key).state is State.UNKNOWN
        assert "không chi tiền lần nữa" in at.browser.text
        await at.resolve()
        assert at.journal.get(key).state is State.ANSWERED


@in_loop
async def test_a_refusal_settles_it(tmp_path: Path) -> None:
    """A question that never arrived and is refused when asked again is known to be unpaid."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-request")
        at.fake.withdrawals[0].problem = (410, "code-expired", {"expired_at": "2026-11-22T01:00:00Z"})
        await at.resolve()
        assert at.journal.get(key).state is State.REFUSED
        await at.browser.open(f"/requests/{key}")
        assert "Mã đã hết hạn" in at.browser.text
        assert "ĐÃ CHI" not in at.browser.text


@pytest.mark.parametrize("slug", ["decider-tied", "password-must-be-changed", "wrong-pin", "not-yours"])
@in_loop
async def test_a_refusal_that_is_not_of_the_caller_settles_it(tmp_path: Path, slug: str) -> None:
    """Whatever the contract refuses by 403, but the caller's role, is an answer about the question."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-request")
        at.fake.refuse_next = [(403, slug, {})] * 2
        await at.resolve()
        assert at.journal.get(key).state is State.REFUSED


@pytest.mark.parametrize(
    ("status", "slug"),
    [(429, "too-many-attempts"), (403, "forbidden"), (403, "of-a-proxy"), (401, "unauthenticated")],
)
@in_loop
async def test_refusals_that_settle_nothing(tmp_path: Path, status: int, slug: str) -> None:
    """A refusal of the caller says nothing about the payment: it stays unknown."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        at.fake.remembered.clear()
        at.fake.refuse_next = [(status, slug, {})] * 2
        await at.resolve()
        assert at.journal.get(key).state is State.UNKNOWN


@in_loop
async def test_still_at_work_is_asked_again(tmp_path: Path) -> None:
    """While the service is at work on the first request, the second waits and asks again."""
    async with desk(tmp_path, patience_s=10) as at:
        await at.open_shift()
        await at.present()
        at.fake.refuse_next = [(409, "request-in-progress", {"retry_after_s": 0})]
        await at.pay()
        key = at.browser.path.removeprefix("/requests/")
        assert at.journal.get(key).state is State.ANSWERED
        assert at.journal.get(key).attempts == 2


@in_loop
async def test_an_expired_token_is_refreshed_once(tmp_path: Path) -> None:
    """A spent access token is exchanged, and the same question asked with the new one."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        at.fake.tokens = {token: who for token, who in at.fake.tokens.items() if token.startswith("refresh")}
        await at.pay()
        assert "ĐÃ CHI TIỀN" in at.browser.text
        assert sum(asked[1].endswith("/refresh") for asked in at.fake.asked) == 1


@in_loop
async def test_a_session_that_has_ended_leaves_it_unknown(tmp_path: Path) -> None:
    """Without authority to ask, the payment stays unknown until the clerk signs in again."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        at.fake.tokens.clear()
        await at.resolve()
        assert at.journal.get(key).state is State.UNKNOWN
        await at.browser.open("/")
        assert at.browser.path == "/sign-in"
        assert "chưa rõ kết quả" in at.browser.text
        await at.sign_in()
        await at.resolve()
        assert at.journal.get(key).state is State.ANSWERED


@in_loop
async def test_restart_resolves_after_sign_in(tmp_path: Path) -> None:
    """After a restart nobody may ask until the clerk signs in; then it becomes known without more ado."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        fake = at.fake
    async with desk(tmp_path, fake) as again:
        assert again.journal.recover() == 1
        await again.resolve()
        assert again.journal.get(key).state is State.UNKNOWN
        await again.sign_in()
        assert "không chi tiền lần nữa" in again.browser.text
        await again.resolve()
        await again.browser.open("/")
        assert "Đã rõ: ĐÃ CHI" in again.browser.text
        await again.browser.open(f"/requests/{key}")
        assert "ĐÃ CHI TIỀN" in again.browser.text
        await again.browser.open("/")
        assert "Đã rõ" not in again.browser.text
    assert len(fake.receipts) == 1


@in_loop
async def test_another_clerk_finds_the_receipt(tmp_path: Path) -> None:
    """When the clerk is gone, a colleague's look into the day's list settles a payment that was made."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        fake = at.fake
    fake.shifts[OTHER_CLERK] = fake.shifts[CLERK] | {"drawer": 2}
    async with desk(tmp_path, fake) as again:
        await again.sign_in(OTHER_CLERK)
        await again.resolve()
        assert again.journal.get(key).state is State.ANSWERED
        assert (again.journal.get(key).answer or {})["number"] == fake.receipts[0]["number"]


@in_loop
async def test_no_receipt_settles_nothing(tmp_path: Path) -> None:
    """A colleague who finds no receipt knows no more: the question may still be on its way."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-request")
        fake = at.fake
    fake.shifts[OTHER_CLERK] = fake.shifts[CLERK] | {"drawer": 2}
    async with desk(tmp_path, fake) as again:
        await again.sign_in(OTHER_CLERK)
        await again.resolve()
        assert again.journal.get(key).state is State.UNKNOWN
        await again.browser.open(f"/requests/{key}")
        assert "Chỉ lan hỏi lại được" in again.browser.text


@in_loop
async def test_a_receipt_of_another_drawer_is_not_ours(tmp_path: Path) -> None:
    """A withdrawal that another drawer paid is not shown as paid here."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        fake = at.fake
    fake.receipts[0]["drawer"] = 2
    fake.shifts[OTHER_CLERK] = fake.shifts[CLERK] | {"drawer": 2}
    async with desk(tmp_path, fake) as again:
        await again.sign_in(OTHER_CLERK)
        await again.resolve()
        assert again.journal.get(key).state is State.REFUSED
        await again.browser.open(f"/requests/{key}")
        assert "Đã chi rồi" in again.browser.text


@in_loop
async def test_a_receipt_of_another_withdrawal_is_garbage(tmp_path: Path) -> None:
    """A success that speaks of another withdrawal is not believed."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        stored = at.fake.remembered[CLERK, key]
        wrong = stored[2] | {"withdrawal_id": "019b0000-0000-7000-8000-000000000000"}
        at.fake.remembered[CLERK, key] = (stored[0], stored[1], wrong)
        await at.resolve()
        assert at.journal.get(key).state is State.UNKNOWN


@in_loop
async def test_a_lost_key_file_never_asks_with_another_body(tmp_path: Path) -> None:
    """Without the key file the body cannot be asked again: it stays unknown and the service is not troubled."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-request")
        fake = at.fake
    (tmp_path / "journal.key").unlink()
    async with desk(tmp_path, fake) as again:
        await again.sign_in()
        await again.resolve()
        assert again.journal.get(key).state is State.UNKNOWN
        assert fake.receipts == []


@in_loop
async def test_two_clicks_ask_once(tmp_path: Path) -> None:
    """Two posts of one form at the same moment are one question and one payment."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        form = at.browser.form("/payment")
        data = form.fields | {"held": at.browser.held, "card": "020185001234"}
        answers = await asyncio.gather(
            *(at.browser.client.post(form.action, data=data, follow_redirects=True) for _ in range(5))
        )
        assert all("ĐÃ CHI TIỀN" in answer.text for answer in answers)
        assert len(at.fake.receipts) == 1
        assert sum(asked[1].endswith("/payment") for asked in at.fake.asked) == 1


@in_loop
async def test_a_page_that_cannot_wait_longer(tmp_path: Path) -> None:
    """When the answer takes too long the page says unknown, and the same asking still finds out."""
    async with desk(tmp_path, patience_s=0.05) as at:
        await at.open_shift()
        await at.present()
        at.fake.held = True
        await at.pay()
        assert "không chi tiền lần nữa" in at.browser.text
        at.fake.held = False
        key = at.browser.path.removeprefix("/requests/")
        await at.app.resolver.send_again(key)
        assert at.journal.get(key).state is State.ANSWERED
        assert sum(asked[1].endswith("/payment") for asked in at.fake.asked) == 1


@in_loop
async def test_waits_longer_each_time(tmp_path: Path) -> None:
    """The resolver does not hammer a line that is down."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer", times=10**6)
        await at.resolve()
        assert at.app.resolver.ask_due() == []
        for _ in range(20):
            _, wait_s = at.app.resolver._due[key]
            at.app.resolver._due[key] = (0.0, wait_s)
            await asyncio.gather(*at.app.resolver.ask_due())
        assert at.app.resolver._due[key][1] == BACKOFF_MAX_S


@in_loop
async def test_run_survives_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The background asking goes on after a failure of its own."""
    async with desk(tmp_path) as at:
        key = await lose_a_payment(at, "lose-answer")
        first = [True]
        ask_due = at.app.resolver.ask_due

        def fail_once() -> list[asyncio.Task[None]]:
            if first and first.pop():
                raise RuntimeError("disk trouble")
            return ask_due()

        monkeypatch.setattr(at.app.resolver, "ask_due", fail_once)
        running = asyncio.create_task(at.app.resolver.run())
        while at.unknown():
            at.app.resolver.wake()
            await asyncio.sleep(0.01)
        running.cancel()
        assert at.journal.get(key).state is State.ANSWERED


@pytest.mark.parametrize("kind", [Kind.OPEN_SHIFT, Kind.CLOSE_SHIFT])
@in_loop
async def test_shifts_become_known_too(tmp_path: Path, kind: Kind) -> None:
    """Opening and closing a shift are asked again like payments."""
    async with desk(tmp_path) as at:
        await (at.sign_in() if kind is Kind.OPEN_SHIFT else at.open_shift())
        at.line.cut, at.line.only = "lose-answer", "/shifts"
        page = "/shift/open" if kind is Kind.OPEN_SHIFT else "/shift/close"
        at.line.times = 0
        await at.browser.open(page)
        at.line.times = 1
        await at.browser.send(page, **{"count-500000": "44"})
        assert "Chưa rõ" in at.browser.text
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert ("Sẵn sàng" if kind is Kind.OPEN_SHIFT else "quỹ khớp") in at.browser.text


@in_loop
async def test_nothing_personal_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A failure in the middle leaves no card number, PIN or password in the log."""
    caplog.set_level(0)
    async with desk(tmp_path) as at:
        await lose_a_payment(at, "lose-answer")
        at.fake.remembered.clear()
        await at.resolve()
    assert given_away(["020185001234", "246810", PASSWORD, "eyJhbGciOiJFZERTQSJ9"], caplog.text) == []
