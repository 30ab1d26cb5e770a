"""A drawer that is opened with far too little: counted again, asked for, decided by its figure, counted once more."""

from pathlib import Path

import pytest

from counter_app import money
from tests.counter_app.desk import COUNTS, desk, in_loop
from tests.counter_app.fake_service import CLERK, SUPERVISOR

FIGURE = "\N{MINUS SIGN}178.000.000\N{NO-BREAK SPACE}đ"


@in_loop
async def test_a_word_on_an_opening(tmp_path: Path) -> None:
    """The clerk sees no figure before it stands; the supervisor sees it with its sign."""
    async with desk(tmp_path) as at:
        at.fake.cash.in_drawer = 200_000_000
        await at.open_shift()
        assert "Số đếm không khớp" in at.browser.text
        await at.browser.send("/shift/open", drawer="1", **COUNTS)
        assert "Số đếm vẫn lệch nhiều" in at.browser.text
        assert CLERK not in at.fake.shifts
        await at.browser.send("/word", words="Đếm hai lần vẫn thiếu")
        assert "Để nguyên tiền tại chỗ" in at.browser.text
        assert "178.000.000" not in at.browser.text
        waiting = at.browser.path

        at.fake.money.approvals[0]["amount"] = -178_000_000
        second = at.another_browser()
        await at.sign_in(SUPERVISOR, second)
        assert FIGURE in second.text
        await second.send("/decision", reason="Đã gọi, két thiếu", decision="approve")

        at.fake.money.approvals[0]["amount"] = None
        await at.browser.open(waiting)
        assert 'href="/shift/open"' in at.browser.text
        await at.browser.open("/shift/open")
        await at.browser.send("/shift/open", drawer="1", **COUNTS)
        assert "Mở ca thiếu" in at.browser.text
        assert FIGURE in at.browser.text


@pytest.mark.parametrize(
    ("amount", "said"), [(-183_400_000, "\N{MINUS SIGN}183.400.000"), (50_000, "+50.000"), (0, "0")]
)
def test_a_difference_has_its_sign(amount: int, said: str) -> None:
    """Minus as a sign of its own, not as a hyphen."""
    assert money.signed(amount, "vi") == f"{said}\N{NO-BREAK SPACE}đ"
