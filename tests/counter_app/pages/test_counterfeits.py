"""Counterfeit notes at the counter: on record, printed, never counted."""

from pathlib import Path

from tests.counter_app import fake_service
from tests.counter_app.desk import desk, in_loop

NOTE = {"note": "500000", "serial": "qx 24813579", "bearer_name": "Lộc Văn Bình", "card": fake_service.CARD}


@in_loop
async def test_a_counterfeit_is_put_on_record(tmp_path: Path) -> None:
    """The paper names note, serial and bearer; the day's list has it."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/counterfeits")
        await at.browser.send("/counterfeits", **NOTE)
        kept = at.fake.money.counterfeits[0]
        assert (kept["serial"], kept["note"]) == ("QX24813579", 500_000)
        for words in (kept["number"], "QX24813579", "Lộc Văn Bình"):
            assert words in at.browser.text
        await at.browser.open(f"/counterfeits/{kept['id']}")
        assert "BẢN SAO" in at.browser.text
        assert (
            await at.browser.open("/counterfeits/7a4bb7de-6a3e-4b3a-9d0c-0a3d5f1f4e55")
        ).status_code == 404


@in_loop
async def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A wrong serial, name or card puts nothing on record."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        for wrong in ({"serial": "!"}, {"bearer_name": "x"}, {"card": "12"}, {"note": "7"}):
            await at.browser.open("/counterfeits")
            assert (await at.browser.send("/counterfeits", **(NOTE | wrong))).status_code == 422
        assert at.fake.money.counterfeits == []
