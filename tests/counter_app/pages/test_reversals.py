"""Undoing at the counter: asked with a reason, approved in another browser, counted back."""

from pathlib import Path

from counter_app.journal import Kind
from tests.counter_app import fake_money, fake_service
from tests.counter_app.desk import Desk, desk, in_loop

FOUR = {"count-500000": "4"}


async def asked(at: Desk) -> str:
    """Pay two million and ask to have it undone; give the page that waits."""
    await at.open_shift()
    await at.present()
    await at.pay()
    return await ask(at)


async def ask(at: Desk) -> str:
    """Ask to have the first payment undone; give the page that waits."""
    receipt = at.fake.receipts[0]
    await at.browser.open(f"/receipts/{receipt['id']}")
    assert "Huỷ giao dịch chi này" in at.browser.text
    await at.browser.open(f"/receipts/{receipt['id']}/undo")
    await at.browser.send("/undo", reason="cash-not-taken", words="khách đi mất")
    return at.browser.path


@in_loop
async def test_a_payment_is_undone(tmp_path: Path) -> None:
    """The supervisor approves in a second browser; the cash is counted; UNDONE."""
    async with desk(tmp_path) as at:
        waiting = await asked(at)
        assert "Đang chờ kiểm soát viên" in at.browser.text
        second = at.another_browser()
        await at.sign_in(fake_service.SUPERVISOR, second)
        assert second.path == "/queue"
        assert "khách đi mất" in second.text
        assert "2.000.000" in second.text
        await second.send("/decision", decision="approve", reason="Đã gọi cho khách")
        assert (second.path, "Không có đề nghị nào chờ" in second.text) == ("/queue", True)
        await at.browser.open(f"{waiting}/count")
        await at.browser.send("/count", action="send", **FOUR)
        assert "ĐÃ ĐẢO" in at.browser.text
        assert at.fake.money.vouchers[0]["undoes"] == at.fake.receipts[0]["number"]


async def undone(at: Desk) -> str:
    """Pay two million and have it undone; give the receipt's address."""
    await undo(at, await asked(at))
    return f"/receipts/{at.fake.receipts[0]['id']}"


async def undo(at: Desk, waiting: str) -> None:
    """Let it be approved, and count the cash back."""
    at.fake.money.decide()
    await at.browser.open(f"{waiting}/count")
    await at.browser.send("/count", action="send", **FOUR)


@in_loop
async def test_an_undone_payment_is_marked_wherever_it_is_shown(tmp_path: Path) -> None:
    """In the lists of shift and day, whose totals leave it out; on the copy, which names the voucher."""
    async with desk(tmp_path) as at:
        receipt = await undone(at)
        await at.present(amount=1_000_000, digits="0234567890")
        await at.pay()
        for path, total in (("/", "Đã chi trong ca"), ("/receipts", "Ngăn kéo 1 · 1")):
            page = (await at.browser.open(path)).text
            assert page.count('<span class="tag">đã đảo</span>') == 1, path
            assert f"{total}</dt><dd>1.000.000\N{NO-BREAK SPACE}đ" in page
            assert "Đảo lệnh chi · 1</dt><dd>2.000.000\N{NO-BREAK SPACE}đ" in page
        page = (await at.browser.open(receipt)).text
        assert '<p class="copy">ĐÃ ĐẢO</p>' in page
        assert at.fake.money.vouchers[0]["number"] in page


@in_loop
async def test_what_was_undone_is_offered_for_undoing_nowhere(tmp_path: Path) -> None:
    """Neither by its page nor by the address of the form; the page that said PAID leads to the marked copy."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        await at.pay()
        paid, receipt = at.browser.path, f"/receipts/{at.fake.receipts[0]['id']}"
        await undo(at, await ask(at))
        assert "Huỷ giao dịch chi này" not in (await at.browser.open(receipt)).text
        for path in (f"{receipt}/undo", paid):
            await at.browser.open(path)
            assert at.browser.path == receipt


@in_loop
async def test_a_wrong_count_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    """What was typed stays; the service is not asked."""
    async with desk(tmp_path) as at:
        waiting = await asked(at)
        at.fake.money.decide()
        await at.browser.open(f"{waiting}/count")
        page = await at.browser.send("/count", action="send", **{"count-500000": "3"})
        assert page.status_code == 409
        assert "không khớp" in at.browser.text
        assert not any(path.endswith("/reversal") for _, path, _ in at.fake.asked)


@in_loop
async def test_no_count_before_the_decision(tmp_path: Path) -> None:
    """The count's address leads back to the page that waits."""
    async with desk(tmp_path) as at:
        waiting = await asked(at)
        await at.browser.open(f"{waiting}/count")
        assert at.browser.path == waiting


@in_loop
async def test_asking_twice_leads_to_the_first(tmp_path: Path) -> None:
    """The second ask opens the request that stands."""
    async with desk(tmp_path) as at:
        waiting = await asked(at)
        await at.browser.open(f"/receipts/{at.fake.receipts[0]['id']}/undo")
        await at.browser.send("/undo", reason="other", words="lần nữa")
        assert at.browser.path == waiting
        assert len(at.fake.money.approvals) == 1


@in_loop
async def test_a_reason_is_needed(tmp_path: Path) -> None:
    """Without one of the list, or without words, nothing is asked."""
    async with desk(tmp_path) as at:
        await asked(at)
        for typed in ({"reason": "because", "words": "khách đi mất"}, {"reason": "other", "words": " "}):
            await at.browser.open(f"/receipts/{at.fake.receipts[0]['id']}/undo")
            page = await at.browser.send("/undo", **typed)
            assert page.status_code == 422
        assert len(at.fake.money.approvals) == 1


@in_loop
async def test_a_lost_answer_keeps_the_cash_apart(tmp_path: Path) -> None:
    """Unknown until it is known; then UNDONE, once."""
    async with desk(tmp_path) as at:
        waiting = await asked(at)
        at.fake.money.decide()
        await at.browser.open(f"{waiting}/count")
        at.line.cut, at.line.only, at.line.times = "lose-answer", "/reversal", 1
        await at.browser.send("/count", action="send", **FOUR)
        assert "để riêng số tiền đã đếm" in at.browser.text
        assert [entry.kind for entry in at.unknown()] == [Kind.REVERSAL]
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "ĐÃ ĐẢO" in at.browser.text
        assert len(at.fake.money.vouchers) == 1


@in_loop
async def test_a_deposit_is_undone(tmp_path: Path) -> None:
    """From its voucher, the same way; the list of the day shows both."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/deposits/new")
        await at.browser.send("/deposits/new", to=fake_money.PHONE, action="send", **FOUR)
        await at.browser.send("/confirm", name=fake_money.NAME_SAID)
        received = at.browser.path.rpartition("/")[2]
        voucher = at.fake.money.vouchers[0]
        await at.browser.open(f"/vouchers/{voucher['id']}")
        assert "Huỷ giao dịch nộp này" in at.browser.text
        await at.browser.open(f"/vouchers/{voucher['id']}/undo")
        await at.browser.send("/undo", reason="wrong-person", words="nhầm số")
        at.fake.money.decide()
        await at.browser.open(f"{at.browser.path}/count")
        await at.browser.send("/count", action="send", **FOUR)
        assert "ĐÃ ĐẢO" in at.browser.text
        await at.browser.open("/vouchers")
        assert voucher["number"] in at.browser.text
        assert at.browser.text.count('<span class="tag">đã đảo</span>') == 1
        for path in (f"/vouchers/{voucher['id']}/undo", f"/requests/{received}"):
            await at.browser.open(path)
            assert at.browser.path == f"/vouchers/{voucher['id']}"
            assert '<p class="copy">ĐÃ ĐẢO</p>' in at.browser.text
            assert "Huỷ giao dịch nộp này" not in at.browser.text


@in_loop
async def test_a_supervisor_says_no(tmp_path: Path) -> None:
    """The clerk reads NO and the reason."""
    async with desk(tmp_path) as at:
        waiting = await asked(at)
        second = at.another_browser()
        await at.sign_in(fake_service.SUPERVISOR, second)
        await second.send("/decision", decision="refuse", reason="Chưa rõ, gọi lại")
        await at.browser.open(waiting)
        assert "KHÔNG duyệt" in at.browser.text


@in_loop
async def test_pages_have_their_roles(tmp_path: Path) -> None:
    """The queue is the supervisor's, the counter the clerk's."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        for path in ("/queue", "/queue/state"):
            assert (await at.browser.open(path)).status_code == 403
        second = at.another_browser()
        await at.sign_in(fake_service.SUPERVISOR, second)
        for path in ("/deposits/new", "/transfers/new", "/vouchers", "/counterfeits"):
            assert (await second.open(path)).status_code == 403
