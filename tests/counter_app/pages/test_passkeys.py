"""The page hands on what a passkey is asked and what it signs; without scripts there is the code, as ever."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.counter_app import fake_service
from tests.counter_app.desk import Desk, desk, in_loop
from tests.counter_app.fake_service import CLERK, PASSWORD, SUPERVISOR

ASKED = {
    "challenge": "AAAA",
    "rpId": "localhost",
    "allowCredentials": [{"id": "'\"<&", "type": "public-key"}],
}


async def asked(at: Desk) -> None:
    at.fake.factor, at.fake.passkey = "enrolled", ASKED
    await at.sign_in(SUPERVISOR)


@in_loop
async def test_a_passkey_signs_in_after_the_password(tmp_path: Path) -> None:
    """What is asked stands in the page, whole; what was signed goes on in the name whose password was right."""
    async with desk(tmp_path) as at:
        await asked(at)
        inside = at.browser.text.partition("data-passkey='")[2].partition("'")[0]
        assert json.loads(inside) == ASKED
        assert PASSWORD not in at.browser.text
        answer = await at.browser.send("/sign-in/passkey", answer='{"signed": "another"}')
        assert (answer.status_code, "Khoá truy cập không được chấp nhận" in answer.text) == (401, True)
        assert "Còn được thử 4 lần." in answer.text
        await asked(at)
        await at.browser.send("/sign-in/passkey", answer=json.dumps({"signed": SUPERVISOR}))
        assert at.browser.path == "/queue"
        await at.browser.send("/lock")
        await at.browser.send("/unlock", password=PASSWORD)
        await at.browser.open("/queue")
        assert at.browser.path == "/queue"


@in_loop
async def test_the_code_signs_in_as_ever(tmp_path: Path) -> None:
    """Where the browser has no passkeys; and nothing that is no answer is handed on."""
    async with desk(tmp_path) as at:
        await asked(at)
        for broken in ("", "[", "[]", '"x"', "[" * 5000):
            asked_before = len(at.fake.asked)
            answer = await at.browser.send("/sign-in/passkey", answer=broken)
            assert (answer.status_code, len(at.fake.asked)) == (422, asked_before)
            await asked(at)
        await at.browser.send("/sign-in", username=SUPERVISOR, password=PASSWORD, code="118530")
        assert at.browser.path == "/queue"


@in_loop
async def test_passkeys_are_added_named_and_removed(tmp_path: Path) -> None:
    """With the code of now; the members' page tells of the last one; a clerk has none."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/passkeys")
        assert "Bạn chưa có khoá nào" in at.browser.text
        await at.browser.send("/passkeys/options", name="Khoá xanh", code="000000")
        assert "Mã này sai hoặc đã dùng rồi" in at.browser.text
        await at.browser.send("/passkeys/options", name="Khoá xanh", code="492 039")
        await at.browser.send("/passkeys", answer='{"made": "elsewhere"}')
        assert "Khoá truy cập không được chấp nhận" in at.browser.text
        await at.browser.send("/passkeys/options", name="Khoá xanh", code="118530")
        await at.browser.send("/passkeys", answer='{"made": "here"}')
        assert (at.browser.path, "chưa dùng lần nào" in at.browser.text) == ("/passkeys", True)
        await at.browser.open("/members")
        assert "Bạn có 1 khoá truy cập" in at.browser.text
        await at.browser.open("/passkeys")
        await at.browser.send("/removal")
        assert "Bạn chưa có khoá nào" in at.browser.text

        at.fake.factor, clerk = "off", at.another_browser()
        await at.sign_in(CLERK, clerk)
        assert (await clerk.open("/passkeys")).status_code == 403


@in_loop
async def test_two_half_sign_ins_of_one_browser_stay_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finished the own one unlocks the desk by the own password, whatever another has typed in a second tab."""

    def admit(fake: fake_service.Fake, body: dict[str, Any]) -> None:
        if body["username"] == "minh":
            raise fake_service.Refused(401, "second-factor-wrong", remaining_attempts=4)
        real(fake, body)

    real = fake_service._admit
    monkeypatch.setattr(fake_service, "_admit", admit)
    async with desk(tmp_path) as at:
        await asked(at)
        first = at.browser.form("/sign-in/passkey").fields
        await at.browser.send("/sign-in", username="minh", password="mat-khau-cua-minh", code="000000")
        await at.browser.client.post(
            "/sign-in/passkey",
            data=first | {"held": at.browser.held, "answer": json.dumps({"signed": SUPERVISOR})},
        )
        await at.browser.open("/queue")
        await at.browser.send("/lock")
        assert (await at.browser.send("/unlock", password="mat-khau-cua-minh")).status_code == 403
        await at.browser.send("/unlock", password=PASSWORD)
        await at.browser.open("/queue")
        assert at.browser.path == "/queue"
