"""A proposed trip: asked for an area, shown office by office, and each delivery ordered by hand."""

from pathlib import Path

import pytest

from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_service import CLERK, SUPERVISOR


@in_loop
async def test_each_delivery_is_ordered_by_itself(tmp_path: Path) -> None:
    """The page orders nothing; a button orders one delivery, once."""
    async with desk(tmp_path) as at:
        at.fake.cash.propose()
        at.fake.cash.propose("to-area", 210_000_000)
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/supervision/plan")
        assert "Thành phố Lạng Sơn" in at.browser.text
        await at.browser.open("/supervision/plan?area=178&millions=")
        for said in ("80.000.000", "210.000.000", "sắp thiếu tiền", "Cần đến ngày 25/11/2026", "về khu vực"):
            assert said in at.browser.text
        assert at.fake.cash.deliveries == []
        await at.browser.send("/orders")
        assert "Đã lập lệnh chuyển tiền" in at.browser.text
        (ordered,) = at.fake.cash.deliveries
        assert (ordered["direction"], ordered["amount"]) == ("to-office", 80_000_000)


@in_loop
async def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """With little cash the page says how much offices still lack."""
    async with desk(tmp_path) as at:
        at.fake.cash.propose()
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/supervision/plan?area=178&millions=500")
        assert "còn thiếu 40.000.000" in at.browser.text
        await at.browser.open("/supervision/plan?area=178&millions=1000")
        assert "còn thiếu" not in at.browser.text


@in_loop
async def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    """An empty plan is good news."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/supervision/plan?area=178")
        assert "Mọi điểm đều đủ tiền đến ngày 25/11/2026" in at.browser.text


@in_loop
async def test_another_area_is_refused_with_a_way_out(tmp_path: Path) -> None:
    """The service knows whose area it is."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        answer = await at.browser.open("/supervision/plan?area=180")
        assert answer.status_code == 404
        assert "Bạn không phụ trách khu vực này" in at.browser.text


@pytest.mark.parametrize(
    ("query", "status"),
    [("area=178&millions=x", 422), ("area=178&millions=100000", 422), ("area=17", 404)],
)
def test_questions_that_are_none(tmp_path: Path, query: str, status: int) -> None:
    """Sums that are none, areas that are none."""

    @in_loop
    async def ask() -> None:
        async with desk(tmp_path) as at:
            await at.sign_in(SUPERVISOR)
            assert (await at.browser.open(f"/supervision/plan?{query}")).status_code == status

    ask()


@in_loop
async def test_a_clerk_plans_nothing(tmp_path: Path) -> None:
    """The page is the supervisors'."""
    async with desk(tmp_path) as at:
        await at.sign_in(CLERK)
        assert (await at.browser.open("/supervision/plan?area=178")).status_code == 403
