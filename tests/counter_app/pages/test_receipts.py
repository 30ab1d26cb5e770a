from pathlib import Path

import pytest

from counter_app import qr
from tests.counter_app.desk import desk, in_loop


@pytest.mark.parametrize(
    ("find", "found"), [("000124", 1), ("3.500.000", 1), ("3500000", 1), ("mai", 2), ("", 2), ("Sen", 0)]
)
@in_loop
async def test_a_search_among_receipts(tmp_path: Path, find: str, found: int) -> None:
    """By number, amount or name; the day's totals stay those of the day."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        for amount, digits in ((2_000_000, "1111111111"), (3_500_000, "2222222222")):
            await at.present(amount=amount, digits=digits)
            await at.pay()
        await at.browser.open("/receipts")
        await at.browser.send("/receipts", find=find)
        assert at.browser.path == "/receipts"
        assert at.browser.text.count('<td><a href="/receipts/') == found
        assert "5.500.000" in at.browser.text


@in_loop
async def test_who_answers_for_a_paper(tmp_path: Path) -> None:
    """The paper names the post, where to ask, and the notes that were handed over."""
    async with desk(tmp_path, legal_name="Tổng công ty Bưu điện Việt Nam", hotline="1900 54 54 81") as at:
        await at.open_shift()
        await at.present(notes={"500000": 4})
        await at.pay()
        slip = at.browser.text.partition('class="slip"')[2]
        for told in ("Tổng công ty Bưu điện Việt Nam", "1900 54 54 81", "4 × 500.000"):
            assert told in slip


@in_loop
async def test_a_paper_has_the_square_by_which_anybody_checks_it(tmp_path: Path) -> None:
    """As the service wrote it; what was undone has none, nor has a service's that gives none."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        await at.pay()
        size, dark = qr.path(at.fake.receipts[0]["receipt_code"])
        assert f'viewBox="0 0 {size} {size}"' in at.browser.text
        assert f'd="{dark}"' in at.browser.text
        page = f"/receipts/{at.fake.receipts[0]['id']}"
        for change in ({"undone_by": "05971-1-V000001"}, {"undone_by": None, "receipt_code": None}):
            at.fake.receipts[0] |= change
            assert 'class="check"' not in (await at.browser.open(page)).text


@in_loop
async def test_the_days_list(tmp_path: Path) -> None:
    """The day's list has every receipt, each drawer's total and the office's."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        for n, amount in enumerate((2_000_000, 1_250_000)):
            await at.present(amount=amount, digits=f"{n}234567890")
            await at.pay()
        at.fake.receipts[0]["drawer"] = 2
        page = (await at.browser.open("/receipts")).text
        for text in ("Ngăn kéo 1 · 1", "Ngăn kéo 2 · 1", "3.250.000\N{NO-BREAK SPACE}đ"):
            assert text in page
        assert all(receipt["number"] in page for receipt in at.fake.receipts)


@in_loop
async def test_a_long_day_is_read_whole(tmp_path: Path) -> None:
    """A day of more than one page of receipts is added up whole."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(amount=10_000)
        await at.pay()
        at.fake.receipts *= 250
        page = (await at.browser.open("/receipts")).text
        assert "2.500.000\N{NO-BREAK SPACE}đ" in page
        assert "· 250" in page


@in_loop
async def test_a_day_without_end_is_cut_and_says_so(tmp_path: Path) -> None:
    """The list has a limit, and does not pass off a part as the whole."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(amount=10_000)
        await at.pay()
        at.fake.receipts *= 1_001
        assert "trong ngày còn nữa" in (await at.browser.open("/receipts")).text


@pytest.mark.parametrize("day", ["", "today", "2026-13-01", "2126-01-01", "1900-01-01", "2026-11-22' OR 1=1"])
@in_loop
async def test_days_that_are_none_are_today(tmp_path: Path, day: str) -> None:
    """Whatever is no day of the past is today."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.client.get("/receipts", params={"day": day})
        page = await at.browser.open(f"/receipts?day={day}")
        assert "Biên nhận ngày 22/11/2026" in page.text


@in_loop
async def test_the_day_is_that_of_viet_nam(tmp_path: Path) -> None:
    """At half past six in the evening of UTC it is tomorrow in Việt Nam."""
    async with desk(tmp_path) as at:
        at.clock.turn(hours=17)
        await at.open_shift()
        assert "Biên nhận ngày 23/11/2026" in (await at.browser.open("/receipts")).text


@in_loop
async def test_an_empty_day(tmp_path: Path) -> None:
    """A day without payments says so."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        assert "Ngày này không chi lệnh nào" in (await at.browser.open("/receipts?day=2026-11-21")).text


@in_loop
async def test_a_reprint_is_a_copy(tmp_path: Path) -> None:
    """What is printed again says that it is a copy; the first print does not."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present()
        await at.pay()
        assert "BẢN SAO" not in at.browser.text
        assert "Hai triệu đồng" in at.browser.text
        page = (await at.browser.open(f"/receipts/{at.fake.receipts[0]['id']}")).text
        assert "BẢN SAO" in page
        assert "05971-1-000123" in page


@in_loop
async def test_no_line_no_list(tmp_path: Path) -> None:
    """Without a line the page says so instead of an empty day."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        at.line.cut, at.line.times = "lose-answer", 10
        answer = await at.browser.open("/receipts")
        assert answer.status_code == 503
        assert "không chi lệnh nào" not in answer.text
