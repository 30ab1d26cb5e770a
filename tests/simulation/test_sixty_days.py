"""Sixty business days over a third of the offices: the books stay right, promises are kept, and asking saves journeys.

SOFT_ATM_SIMULATION_OFFICES (66; all: 200) and SOFT_ATM_SIMULATION_CUSTOMERS (of each office; 5) make it bigger,
SOFT_ATM_SIMULATION_DAYS longer (60), SOFT_ATM_SIMULATION_SEED another: what asking saves and how good a forecast is are
figures of the days of seed 1.
`docs/simulation.md` has the figures of a run.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.database import cloned
from tests.simulation import demand
from tests.simulation.demand import Size
from tests.simulation.sixty_days import WAYS, both, table

SEED = int(os.environ.get("SOFT_ATM_SIMULATION_SEED") or 1)
SIZE = Size(
    offices=int(os.environ.get("SOFT_ATM_SIMULATION_OFFICES") or 66),
    customers=int(os.environ.get("SOFT_ATM_SIMULATION_CUSTOMERS") or 5),
    days=int(os.environ.get("SOFT_ATM_SIMULATION_DAYS") or 60),
)
TROUBLES = {
    "bag late",
    "bag refused",
    "bag short",
    "clerk ill",
    "note lost",
    "note lost overnight",
    "note too many",
}

Seen = dict[str, Any]


@pytest.fixture(scope="module")
def seen(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Seen]]:
    """Give what was seen, both ways, of the same days; and print it."""
    with ExitStack() as stack:
        urls = {way: stack.enter_context(cloned(server_url, template)).url for way in WAYS}
        results = both(urls, tmp_path_factory.mktemp("sixty"), SEED, SIZE)
        print(table(results))
        yield results


@pytest.mark.parametrize("way", WAYS)
def test_the_books_say_what_lies_there(seen: dict[str, Seen], way: str) -> None:
    """Each Friday: every drawer, vault and bag by the ledger and by its notes, all wallets, every control."""
    assert seen[way]["differences"] == []
    assert seen[way]["looks"] >= SIZE.days // 5
    assert seen[way]["paid"] > 0.9 * seen[way]["wishes"]


def test_what_goes_wrong_has_gone_wrong(seen: dict[str, Seen]) -> None:
    """Nothing above is right because nothing happened: each kind of trouble came, both ways."""
    for way in WAYS:
        assert {what for what, often in seen[way]["happened"].items() if often} >= TROUBLES


def test_no_reservation_is_broken_without_notice(seen: dict[str, Seen]) -> None:
    """Whoever set out while the reservation stood was paid; some were told before, and moved."""
    assert seen["ask"]["unkept"] == []
    assert seen["ask"]["reserved"] > SIZE.offices
    assert seen["ask"]["broken"] > 0
    assert seen["ask"]["moved"] > 0


def test_asking_saves_journeys(seen: dict[str, Seen]) -> None:
    """Of the same wishes: fewer journeys in vain for a hundred, and no fewer customers paid."""
    go, ask = seen["go"], seen["ask"]
    assert go["wishes"] == ask["wishes"]
    assert go["vain"] > 0
    assert ask["vain"] * go["journeys"] <= go["vain"] * ask["journeys"]
    assert ask["paid"] >= go["paid"]


def test_the_forecast_beats_naive_guesses(seen: dict[str, Seen]) -> None:
    """Over what the offices really paid: a smaller error than last week's day, and fewer days short than either."""
    forecast, last_week, mean = seen["go"]["forecasts"].values()
    assert forecast["error"] < last_week["error"]
    assert forecast["short"] < min(last_week["short"], mean["short"])


def test_the_same_seed_makes_the_same_days() -> None:
    """A failure can be seen again."""
    small = Size(offices=20, days=5)
    assert list(demand.days(7, small)) == list(demand.days(7, small))
    assert list(demand.days(7, small)) != list(demand.days(8, small))
