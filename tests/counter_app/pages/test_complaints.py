from pathlib import Path

import pytest

from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_complaints import LATER_ID, OVERDUE_ID, OWN_ID
from tests.counter_app.fake_service import SUPERVISOR


@in_loop
async def test_the_list_says_what_is_late_and_what_is_another_ones(tmp_path: Path) -> None:
    """Number, day, customer, paper and words; no form for what was answered by oneself; the next page goes on."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/complaints")
        shown = (
            "KN-2026-000123",
            "Quá hạn: đã hẹn trả lời đến hết 21/11/2026",
            "N••• V••• Thắng",
            "05971-1-261121-0007",
            "Chỉ nhận 1.500.000",
            "Vẫn thiếu",
            "người giám sát khác trả lời lần cuối",
        )
        assert [word for word in shown if word not in at.browser.text] == []
        assert f"/complaints/{OVERDUE_ID}/answer" in at.browser.text
        assert f"/complaints/{OWN_ID}/answer" not in at.browser.text
        await at.browser.open("/complaints?after=TUQ1")
        assert f"/complaints/{LATER_ID}/answer" in at.browser.text
        assert "không thuộc điểm nào" in at.browser.text


@in_loop
async def test_answering(tmp_path: Path) -> None:
    """An answered one leaves the list; the others stay."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/complaints")
        await at.browser.send(f"/{OVERDUE_ID}/answer", upheld="yes", words="Đã kiểm quỹ, thừa 500.000")
        assert "KN-2026-000123" not in at.browser.text
        assert "KN-2026-000124" in at.browser.text


@in_loop
async def test_a_lost_answer_is_asked_again(tmp_path: Path) -> None:
    """What is not known is not lost: the same key tells."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/complaints")
        at.line.cut, at.line.only = "lose-answer", "/answer"
        await at.browser.send(f"/{OVERDUE_ID}/answer", upheld="no", words="Đã đủ")
        assert "Chưa rõ – đang hỏi lại" in at.browser.text
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "KN-2026-000123" not in at.browser.text


@pytest.mark.parametrize(
    ("upheld", "words"), [("yes", "ok"), ("yes", "x" * 501), ("", "Đã kiểm quỹ"), ("pay", "Đã kiểm quỹ")]
)
@in_loop
async def test_answers_that_are_none(tmp_path: Path, upheld: str, words: str) -> None:
    """An answer is one of two, in words of some length."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/complaints")
        sent = await at.browser.send(f"/{OVERDUE_ID}/answer", upheld=upheld, words=words)
        assert sent.status_code == 422


@in_loop
async def test_a_clerk_answers_nothing(tmp_path: Path) -> None:
    """A clerk's role does not reach the complaints, which may be about the clerk."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        assert (await at.browser.open("/complaints")).status_code == 403
