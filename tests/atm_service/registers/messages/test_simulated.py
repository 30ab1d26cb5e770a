"""The simulated phones: what is refused, not taken, doubled, and known by its id."""

from pathlib import Path
from uuid import uuid4

import pytest

from atm_service.platform.notifier import NotTaken, Text, Undeliverable
from atm_service.registers.messages.simulated import KEPT, SimulatedPhones


@pytest.fixture
def phones(tmp_path: Path) -> SimulatedPhones:
    return SimulatedPhones(tmp_path / "phones.sqlite", 0, lambda _: None)


def came(phones: SimulatedPhones) -> list[str]:
    return [one.words for one in phones.came()]


def test_a_message_comes_once(phones: SimulatedPhones) -> None:
    """Sent again under its id it is known and dropped; under another it is another. The newest comes first."""
    text = Text(uuid4(), "0912345678", "one")
    phones.send(text, 1)
    phones.send(text, 1)
    phones.send(Text(uuid4(), "0912345678", "two"), 1)
    assert came(phones) == ["two", "one"]


@pytest.mark.parametrize(("end", "at_once"), [("9002", []), ("9003", ["one"])])
def test_silence_at_the_first_try(phones: SimulatedPhones, end: str, at_once: list[str]) -> None:
    """Whether the carrier has it cannot be told by the silence; the second try settles it, and it came once."""
    text = Text(uuid4(), f"091234{end}", "one")
    with pytest.raises(NotTaken):
        phones.send(text, 1)
    assert came(phones) == at_once
    phones.send(text, 1)
    assert came(phones) == ["one"]


def test_refused_for_good_and_doubled(phones: SimulatedPhones) -> None:
    with pytest.raises(Undeliverable, match="no-such-number"):
        phones.send(Text(uuid4(), "0912349001", "one"), 1)
    phones.send(Text(uuid4(), "0912349004", "two"), 1)
    assert came(phones) == ["two", "two"]


def test_a_slow_carrier_gives_no_word(tmp_path: Path) -> None:
    """It waits no longer than it is given, and has the message all the same."""
    waited: list[float] = []
    phones = SimulatedPhones(tmp_path / "phones.sqlite", 5, waited.append)
    with pytest.raises(NotTaken):
        phones.send(Text(uuid4(), "0912345678", "one"), 0.5)
    assert (waited, came(phones)) == ([0.5], ["one"])


def test_old_messages_go(phones: SimulatedPhones) -> None:
    for n in range(KEPT + 2):
        phones.send(Text(uuid4(), "0912345678", str(n)), 1)
    assert came(phones) == [str(n) for n in range(KEPT + 1, 1, -1)]
