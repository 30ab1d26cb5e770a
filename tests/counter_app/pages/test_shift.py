from pathlib import Path

import pytest

from tests.counter_app.desk import COUNTS, desk, in_loop
from tests.counter_app.fake_service import CLERK, OTHER_CLERK, PASSWORD, SUPERVISOR


@in_loop
async def test_a_day_at_the_drawer(tmp_path: Path) -> None:
    """Count, open, pay, count, close: the drawer balances and the totals are right."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        assert "Sẵn sàng phục vụ" in at.browser.text
        assert at.fake.shifts[CLERK]["opening_total"] == 22_000_000
        await at.present(amount=2_000_000)
        await at.pay()
        await at.browser.open("/")
        assert "2.000.000\N{NO-BREAK SPACE}đ" in at.browser.text
        await at.browser.open("/shift/close")
        await at.browser.send("/shift/close", **(COUNTS | {"count-500000": "36"}))
        assert "Đã đóng ca: quỹ khớp" in at.browser.text
        await at.browser.open("/")
        assert "Chưa mở ca" in at.browser.text


@in_loop
async def test_a_close_tells_what_went_through_the_drawer(tmp_path: Path) -> None:
    """After the count alone: what was taken in, undone and moved, with how often; nothing about what was not."""
    names = ("deposit", "transfer", "payment_undone", "deposit_undone")
    through = {f"{name}_{part}": 0 for name in names for part in ("count", "total")}
    moved = {"moved_in_total": 0, "moved_out_total": 15_000_000}
    async with desk(tmp_path) as at:
        at.fake.movements = through | moved | {"deposit_count": 3, "deposit_total": 7_000_000}
        await at.open_shift()
        await at.browser.open("/shift/close")
        assert "7.000.000" not in at.browser.text
        await at.browser.send("/shift/close", **(COUNTS | {"count-500000": "39"}))
        assert "7.000.000" not in at.browser.text, "it is to be counted again"
        await at.browser.send("/shift/close", **(COUNTS | {"count-500000": "39"}))
        shown = " ".join(at.browser.text.split())
        assert "Thu tiền nộp</th><td>3 ×</td>" in shown
        assert "+ 7.000.000" in shown
        assert "Cất vào két" in shown
        assert "− 15.000.000" in shown
        assert "Đảo lệnh chi" not in shown
        assert "không dùng tiền mặt" not in shown


@in_loop
async def test_totals_and_a_count_amid_the_shift(tmp_path: Path) -> None:
    """What may still be paid is on the start page; totals are printed; a count that differs hides them."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(amount=2_500_000)
        await at.pay()
        await at.browser.open("/")
        for left in ("197.500.000", "4.997.500.000", "19.000.000"):
            assert left in at.browser.text
        assert "19.500.000" not in at.browser.text
        await at.browser.open("/shift/totals")
        assert 'class="slip"' in at.browser.text
        assert "19.500.000" in at.browser.text
        assert "− 2.500.000" in " ".join(at.browser.text.split())

        await at.browser.open("/shift/count")
        assert "19.500.000" not in at.browser.text
        wrong = {"count-500000": "38", "count-100000": "0"}
        await at.browser.send("/shift/count", **wrong)
        assert "Số đếm không khớp" in at.browser.text
        await at.browser.open("/shift/totals")
        assert "19.500.000" not in at.browser.text
        assert "Lần đếm gần nhất bị lệch" in at.browser.text
        await at.browser.open("/")
        assert "19.000.000" not in at.browser.text
        await at.browser.open("/shift/count")
        await at.browser.send("/shift/count", **wrong)
        assert "Quỹ thiếu 500.000" in at.browser.text
        await at.browser.open("/")
        assert "Sẵn sàng phục vụ" in at.browser.text


@pytest.mark.parametrize(("notes", "said"), [("39", "thiếu 500.000"), ("41", "thừa 500.000")])
@in_loop
async def test_over_and_short(tmp_path: Path, notes: str, said: str) -> None:
    """A difference is named in figures and in words, after the count and not before."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/shift/close")
        assert "22.000.000" not in at.browser.text
        await at.browser.send("/shift/close", **(COUNTS | {"count-500000": notes}))
        assert "Số đếm không khớp" in at.browser.text
        assert "500.000\N{NO-BREAK SPACE}đ" not in at.browser.text.replace("22.500.000", "").replace(
            "21.500.000", ""
        )
        await at.browser.send("/shift/close", **(COUNTS | {"count-500000": notes}))
        assert said in at.browser.text.replace("\N{NO-BREAK SPACE}đ", "")
        assert "Năm trăm nghìn đồng" in at.browser.text
        assert "22.000.000\N{NO-BREAK SPACE}đ" in at.browser.text


@in_loop
async def test_adding_up_without_scripts(tmp_path: Path) -> None:
    """Where there are no scripts the count is added up by a button, and nothing is sent."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.open("/shift/open")
        await at.browser.send("/shift/open", action="add-up", drawer="3", **COUNTS)
        assert "Hai mươi hai triệu đồng" in at.browser.text
        assert at.browser.form("/shift/open").fields["count-500000"] == "40"
        assert at.browser.form("/shift/open").fields["drawer"] == "3"
        assert at.fake.shifts == {}


@pytest.mark.parametrize("count", ["-1", "1.5", "1e3", "x", "100001", "9" * 20, "١", "½", " 1 2"])
@in_loop
async def test_counts_that_are_none(tmp_path: Path, count: str) -> None:
    """A count is a whole number within bounds; anything else comes back with what was typed, unsent."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.open("/shift/open")
        answer = await at.browser.send("/shift/open", **{"count-1000": count})
        assert answer.status_code == 422
        assert "Có số không đọc được" in answer.text
        assert at.fake.shifts == {}


@pytest.mark.parametrize("drawer", ["0", "100", "-1", "", "x", "1.0", "٣"])
@in_loop
async def test_drawers_that_are_none(tmp_path: Path, drawer: str) -> None:
    """A drawer has a number from 1 to 99."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.open("/shift/open")
        assert (await at.browser.send("/shift/open", drawer=drawer)).status_code == 422
        assert at.fake.shifts == {}


@in_loop
async def test_an_empty_drawer_may_be_opened(tmp_path: Path) -> None:
    """Nothing counted is zero of each."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.open("/shift/open")
        await at.browser.send("/shift/open")
        assert at.fake.shifts[CLERK]["opening_total"] == 0
        assert len(at.fake.shifts[CLERK]["opening_counts"]) == 9


@in_loop
async def test_a_drawer_in_use(tmp_path: Path) -> None:
    """Somebody else's drawer is refused, with what to do, and the way leads back to the count."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        other = at.another_browser()
        await at.sign_in(OTHER_CLERK, other)
        await other.open("/shift/open")
        await other.send("/shift/open", drawer="1")
        assert "Người khác đang mở ca ở ngăn kéo này" in other.text
        assert 'href="/shift/open"' in other.text


@in_loop
async def test_the_last_drawer_is_offered(tmp_path: Path) -> None:
    """Tomorrow's form begins with today's drawer."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        await at.browser.open("/shift/open")
        await at.browser.send("/shift/open", drawer="7")
        await at.browser.open("/shift/open")
        assert at.browser.form("/shift/open").fields["drawer"] == "7"


@pytest.mark.parametrize(
    "way", ["close", "count", "hand-over", "left/01a1e215-2900-7653-b7d8-f4e48f9e97a0", "vault"]
)
@in_loop
async def test_an_unknown_forbids_counting(tmp_path: Path, way: str) -> None:
    """While a payment is unknown nothing is counted at this office, with the reason, at the form and at its answer."""
    path = "/cash/count" if way == "vault" else f"/shift/{way}"
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open(path)
        form = at.browser.form(path)
        await at.present()
        at.line.cut, at.line.only = "lose-answer", "/payment"
        await at.pay()
        typed = {"username": OTHER_CLERK, "password": PASSWORD}
        answer = await at.browser.client.post(path, data=form.fields | typed | {"held": at.browser.held})
        assert answer.status_code == 409
        await at.browser.open(path)
        assert "Chưa đếm được" in at.browser.text
        assert "Chưa rõ – không chi tiền lần nữa" in at.browser.text
        assert at.fake.shifts[CLERK]["status"] == "open"
        await at.resolve()
        await at.browser.open(path)
        assert "Chưa đếm được" not in at.browser.text
        assert at.browser.form(path)


@in_loop
async def test_unknowns_stand_on_top_of_the_start_page(tmp_path: Path) -> None:
    """The start page begins with what is not known, also when the line is down."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        at.line.cut, at.line.times = "lose-answer", 10**6
        await at.pay()
        page = (await at.browser.open("/")).text
        assert page.index("Chưa rõ – không chi tiền lần nữa") < page.index("<h1>")
        assert "Mất đường truyền" in page
        assert "chưa chi" not in page.lower()  # nobody knows that now


@in_loop
async def test_the_start_page_without_a_line(tmp_path: Path) -> None:
    """Without a line the start page still comes, from what is known here."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        at.line.cut, at.line.times = "refuse-connection", 10**6
        page = await at.browser.open("/")
        assert page.status_code == 200
        assert "Mất đường truyền" in page.text
        assert 'data-line="offline"' in page.text


@in_loop
async def test_amounts_in_words_for_the_running_total(tmp_path: Path) -> None:
    """The running total is said by this app, in the page's language."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        answer = await at.browser.client.get("/words?amount=2000000")
        assert answer.json() == {"figures": "2.000.000\N{NO-BREAK SPACE}đ", "words": "Hai triệu đồng"}
        assert (await at.browser.client.get("/words?amount=-1")).status_code == 400


@in_loop
async def test_a_supervisor_has_no_drawer(tmp_path: Path) -> None:
    """A supervisor's role does not reach the clerk's pages."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        for path in ("/scan", "/shift/open", "/shift/close", "/receipts"):
            assert (await at.browser.open(path)).status_code == 403, path


@in_loop
async def test_the_line_is_looked_at_now_and_then(tmp_path: Path) -> None:
    """Pages may ask often; the service is asked every ten seconds at most, and told by name once a minute."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        before = len(at.fake.asked)
        for _ in range(5):
            assert (await at.browser.client.get("/line")).json()["state"] == "online"
        assert [path for _, path, _ in at.fake.asked[before:]] == ["/healthz", "/counter/v1/line"]
        for seconds, told in ((49, 1), (11, 2)):
            at.clock.turn(seconds=seconds)
            await at.browser.client.get("/line")
            assert [path for _, path, _ in at.fake.asked].count("/counter/v1/line") == told
        at.clock.turn(seconds=11)
        at.line.cut, at.line.times = "lose-answer", 1
        assert (await at.browser.client.get("/line")).json()["state"] == "offline"
