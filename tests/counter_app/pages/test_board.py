"""The board of offices, and what a supervisor changes at one."""

from pathlib import Path
from typing import Any

import pytest

from tests.counter_app import fake_service
from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_board import CODE, OTHER


@in_loop
async def test_the_board_says_it_in_signs_and_words(tmp_path: Path) -> None:
    """The worst office carries a sign, its reasons in words, and its code; coverage has two denominators."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open("/board")
        assert "tiền dưới mức tối thiểu" in at.browser.text
        assert "made-tomorrow" in at.browser.text
        assert at.browser.text.index(OTHER) < at.browser.text.index(CODE)
        assert "2 trên 65" in at.browser.text
        assert "2 trên 201" in at.browser.text


@in_loop
async def test_only_those_that_need_somebody(tmp_path: Path) -> None:
    """The filter leaves the others out."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open("/board?show=attention")
        assert OTHER in at.browser.text
        assert f"/board/{CODE}" not in at.browser.text


@in_loop
async def test_suspend_and_resume(tmp_path: Path) -> None:
    """One button, a reason, and the page of the office again."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open(f"/board/{CODE}")
        await at.browser.send("/state", reason="Lũ về")
        assert at.browser.path == f"/board/{CODE}"
        assert "Cho điểm hoạt động lại" in at.browser.text
        await at.browser.send("/state", reason="Nước rút")
        assert "Tạm dừng điểm" in at.browser.text


@in_loop
async def test_hours_are_sent_as_they_are_typed(tmp_path: Path) -> None:
    """Dashes and commas as people type them become the service's."""
    async with desk(tmp_path) as at:
        await at.sign_in(fake_service.SUPERVISOR)
        await at.browser.open(f"/board/{CODE}")
        page = await at.browser.send("/hours", **{"day-0": " 08:00–11:00,  13:00-16:00 "})
        assert (page.status_code, at.browser.path) == (200, f"/board/{CODE}")
        assert at.fake.changes[0]["week"][0] == "08:00-11:00 13:00-16:00"


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("/state", {"reason": "ab"}),
        ("/state", {"reason": "Lũ về", "state": "closed"}),
        ("/hours", {"day-0": "eight"}),
        ("/days", {"day": "tomorrow", "how": "set", "reason": "Chợ phiên"}),
        ("/line", {"line": "excellent"}),
    ],
)
def test_nothing_is_guessed(tmp_path: Path, action: str, typed: dict[str, str]) -> None:
    """What the form cannot hold is refused before anything is sent."""

    @in_loop
    async def run() -> None:
        async with desk(tmp_path) as at:
            await at.sign_in(fake_service.SUPERVISOR)
            await at.browser.open(f"/board/{CODE}")
            page = await at.browser.send(action, **typed)
            assert page.status_code == 422
            assert at.fake.changes == []

    run()


@in_loop
async def test_the_board_is_a_supervisors(tmp_path: Path) -> None:
    """A clerk has no such page; an unknown office is said to be none."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        assert (await at.browser.open("/board")).status_code == 403
        other: Any = at.another_browser()
        await at.sign_in(fake_service.SUPERVISOR, other)
        assert (await other.open(f"/board/{OTHER}")).status_code == 404
