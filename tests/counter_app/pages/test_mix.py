"""The notes shown at paying: as proposed, in small ones, or as the clerk counts them."""

from pathlib import Path

import pytest

from tests.counter_app.desk import desk, in_loop

LARGE, SMALL = {"500000": 4}, {"100000": 20}


@pytest.mark.parametrize(
    ("typed", "notes"),
    [
        ({"mix": "large"}, LARGE),
        ({"mix": "small"}, SMALL),
        ({"mix": "own", "count-500000": "3", "count-50000": "10"}, {"500000": 3, "50000": 10}),
        ({"mix": "nonsense"}, LARGE),
    ],
)
@in_loop
async def test_the_chosen_notes_are_paid(
    tmp_path: Path, typed: dict[str, str], notes: dict[str, int]
) -> None:
    """What the clerk sees and chooses is what is sent, and what the last page says to hand over."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(amount=2_000_000, notes=LARGE, small_notes=SMALL)
        assert "<b>4</b> × 500.000" in at.browser.text
        assert "<b>20</b> × 100.000" in at.browser.text
        own = dict.fromkeys((f"count-{note}" for note in (500_000, 100_000, 50_000)), "")
        await at.pay(**(own | typed))
        assert at.browser.text.count("<b>") >= len(notes)
        for note, number in notes.items():
            assert f"<b>{number}</b> × {int(note):,}".replace(",", ".") in at.browser.text


@pytest.mark.parametrize("count", ["3", "5", "x", "-4"])
@in_loop
async def test_notes_of_another_sum_are_not_sent(tmp_path: Path, count: str) -> None:
    """The page comes back and says why; nothing has been asked of the service."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(amount=2_000_000, notes=LARGE)
        asked = len(at.fake.asked)
        await at.pay(mix="own", **{"count-500000": count})
        assert "không đúng số tiền" in at.browser.text
        assert [path for _, path, _ in at.fake.asked[asked:] if path.endswith("/payment")] == []


@in_loop
async def test_a_drawer_without_notes_pays_as_ever(tmp_path: Path) -> None:
    """Where the notes are not known, none are chosen."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.present(amount=2_000_000)
        assert 'name="mix"' not in at.browser.text
        await at.pay()
        assert "ĐÃ CHI TIỀN" in at.browser.text


@in_loop
async def test_an_amount_that_the_drawer_cannot_make(tmp_path: Path) -> None:
    """The page forbids paying and names the nearest amounts."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        nearest = {"below": 500_000, "above": 1_000_000}
        await at.present(amount=700_000, problem=(409, "notes-cannot-make", nearest))
        assert "Không chi tiền" in at.browser.text
        assert "500.000" in at.browser.text
        assert "1.000.000" in at.browser.text
