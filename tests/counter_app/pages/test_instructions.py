"""The second person sees all that was proposed, decides it with a reason, and shows the second factor once more."""

import json
import re
from pathlib import Path

from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_members import CLERK_ID, INSTRUCTION_ID, OLDER_ID
from tests.counter_app.fake_service import CLERK, SUPERVISOR

WHY = {"reason": "Đã gọi nhà trường"}


@in_loop
async def test_all_is_shown_and_decided_with_the_second_factor(tmp_path: Path) -> None:
    """Figures, who, what was left out and credited lately; a wrong code decides nothing, a passkey does."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/instructions")
        shown = (
            "13.500.000",
            "thoa.ha",
            "school-12",
            "dòng bị bỏ ra: 7",
            "luong-11-cu",
            "bạn là người đề nghị",
            "kiểm soát viên",
        )
        assert [word for word in shown if word.lower() not in at.browser.text.lower()] == []
        assert f"/instructions/{CLERK_ID}" not in at.browser.text
        await at.browser.send(f"/instructions/{INSTRUCTION_ID}", decision="approve", **WHY)
        assert "Bạn duyệt việc này" in at.browser.text
        assert "data-passkey='{" in at.browser.text
        await at.browser.send("/decision", answer="", code="000000")
        assert "Mã này sai hoặc đã dùng rồi" in at.browser.text
        await at.browser.send("/decision", answer="", code="492039")
        assert "giống dòng vừa được ghi có trước đó" in at.browser.text
        await at.browser.open("/instructions")
        await at.browser.send(f"/instructions/{INSTRUCTION_ID}", decision="approve", again="2", **WHY)
        await at.browser.send("/decision", answer=json.dumps({"signed": INSTRUCTION_ID}))
        assert at.browser.path == "/instructions"
        assert "đã duyệt: người đề nghị thực hiện tiếp" in at.browser.text


@in_loop
async def test_what_is_decided_meanwhile_is_told(tmp_path: Path) -> None:
    """And a word that is none, or no reason, goes nowhere; a clerk has no such page."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/instructions")
        page = at.browser.page
        for wrong in ({"decision": "perhaps", **WHY}, {"decision": "refuse", "reason": "x"}):
            at.browser.page = page
            assert (await at.browser.send(f"/instructions/{INSTRUCTION_ID}", **wrong)).status_code == 422
        at.browser.page = page
        await at.browser.send(f"/instructions/{INSTRUCTION_ID}", decision="refuse", **WHY)
        await at.browser.send("/decision", answer="", code="492039")
        assert "giamsat đã từ chối" in at.browser.text
        at.browser.page = page
        await at.browser.send(f"/instructions/{INSTRUCTION_ID}", decision="approve", **WHY)
        assert "Việc này đã có quyết định" in at.browser.text
        clerk = at.another_browser()
        await at.sign_in(CLERK, clerk)
        assert (await clerk.open("/instructions")).status_code == 403


@in_loop
async def test_what_is_older_is_decided_too(tmp_path: Path) -> None:
    """The list goes on, and so does what is done with what stands on its next page."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/instructions")
        assert OLDER_ID not in at.browser.text
        (link,) = re.findall(r'href="(/instructions\?after=[^"]+)"', at.browser.text)
        await at.browser.open(link)
        assert "?after=" not in at.browser.text
        await at.browser.send(f"/instructions/{OLDER_ID}", decision="approve", **WHY)
        assert "Bạn duyệt việc này" in at.browser.text
        assert (await at.browser.client.get("/instructions", params={"after": "x" * 101})).status_code == 404
