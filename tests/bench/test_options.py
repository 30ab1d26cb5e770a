"""What a run is told by its environment."""

from pathlib import Path

import pytest

from bench import options
from bench.options import FULL_SIZES, PARTS, QUICK_SIZES, WrongOption


def test_without_options_everything_is_measured_quickly() -> None:
    """`make bench` alone is worth calling."""
    chosen = options.read({})
    assert (chosen.parts, chosen.sizes, chosen.data_dir) == (PARTS, QUICK_SIZES, None)


def test_full_takes_longer_and_grows_further() -> None:
    """Ten million postings are asked for by name."""
    chosen = options.read({"FULL": "1"})
    assert chosen.sizes == FULL_SIZES
    assert chosen.seconds > options.read({"FULL": "0"}).seconds


def test_what_is_named_is_taken() -> None:
    """Each option by itself."""
    chosen = options.read(
        {
            "ONLY": "http, growth",
            "SECONDS": "3",
            "ROUNDS": "4",
            "SIZES": "2_000,3000",
            "DATA": "/tmp/d",
            "OUTPUT": "o",
        }
    )
    assert (chosen.parts, chosen.seconds, chosen.rounds) == (("http", "growth"), 3, 4)
    assert (chosen.sizes, chosen.data_dir, chosen.output) == ((2_000, 3_000), Path("/tmp/d"), Path("o"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ONLY": "ledger,speed"},
        {"SECONDS": "0"},
        {"SECONDS": "121"},
        {"ROUNDS": "many"},
        {"ROUNDS": "-1"},
        {"SIZES": "999"},
        {"SIZES": "2000,1000"},
        {"SIZES": "1000,1000"},
        {"SIZES": "1000,x"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    """By the option's name."""
    with pytest.raises(WrongOption, match=next(iter(wrong))):
        options.read(wrong)
