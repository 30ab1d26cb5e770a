from pathlib import Path

import pytest

from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_service import SUPERVISOR


@pytest.mark.parametrize("decision", ["approve", "reject"])
@in_loop
async def test_deciding(tmp_path: Path, decision: str) -> None:
    """A decided application leaves the list; the other stays."""
    async with desk(tmp_path) as at:
        first, second = at.fake.application(), at.fake.application("Hoàng Thị Nhung")
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/reviews")
        assert "Khuôn mặt chưa chắc khớp với thẻ" in at.browser.text
        await at.browser.send(f"/{first['id']}/decision", decision=decision, reason="Đã gọi điện và so ảnh")
        assert "Hoàng Thị Nhung" in at.browser.text
        assert "Triệu Văn Páo" not in at.browser.text
        assert at.fake.applications == [second]


@pytest.mark.parametrize(
    ("decision", "reason"),
    [("approve", "ok"), ("approve", "  a  "), ("approve", "x" * 201), ("", "because"), ("pay", "because")],
)
@in_loop
async def test_decisions_that_are_none(tmp_path: Path, decision: str, reason: str) -> None:
    """A decision is one of two and has a reason of some length."""
    async with desk(tmp_path) as at:
        at.fake.application()
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/reviews")
        assert (await at.browser.send("/decision", decision=decision, reason=reason)).status_code == 422
        assert len(at.fake.applications) == 1


@in_loop
async def test_decided_by_somebody_else(tmp_path: Path) -> None:
    """Two supervisors at one application: the second reads that it is decided."""
    async with desk(tmp_path) as at:
        at.fake.application()
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/reviews")
        at.fake.applications.clear()
        await at.browser.send("/decision", decision="approve", reason="Đã gọi điện")
        assert "Hồ sơ này đã có quyết định" in at.browser.text


@in_loop
async def test_a_lost_decision_is_asked_again(tmp_path: Path) -> None:
    """A decision whose answer was lost becomes known, and is made once."""
    async with desk(tmp_path) as at:
        at.fake.application()
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/reviews")
        at.line.cut, at.line.only = "lose-answer", "/decision"
        await at.browser.send("/decision", decision="approve", reason="Đã gọi điện")
        assert "Chưa rõ – đang hỏi lại" in at.browser.text
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "Không có hồ sơ nào đang chờ" in at.browser.text


@in_loop
async def test_a_clerk_decides_nothing(tmp_path: Path) -> None:
    """A clerk's role does not reach the applications."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        assert (await at.browser.open("/reviews")).status_code == 403


@in_loop
async def test_what_differs_is_named(tmp_path: Path) -> None:
    """A reviewer reads every reason, and the field in which form and card differ; one who has none reads no more."""
    async with desk(tmp_path) as at:
        at.fake.application(reasons=("watch-list", "form-qr-differ"), field="full_name")
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/reviews")
        for words in (
            "Có tên trong danh sách theo dõi",
            "Tờ khai và mã QR trên thẻ không khớp",
            "Chỗ không khớp",
        ):
            assert words in at.browser.text
        at.fake.applications.clear()
        at.fake.application()
        await at.browser.open("/reviews")
        assert "Chỗ không khớp" not in at.browser.text
