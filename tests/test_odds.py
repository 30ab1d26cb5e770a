"""The odds in docs/security.md follow from the figures of the policies that they name."""

import math
import re
from typing import Final

import pytest

from atm_service.platform import policy
from atm_service.platform.policy import Attempts, Tries
from tests.names import ROOT

DAY_MIN: Final = 24 * 60
ROW: Final = re.compile(r"^\| (?P<secret>[^|]+) \| (?P<cells>[^|]+(?: \| [^|]+){5}) \|$", re.MULTILINE)


def number(text: str) -> float:
    base, _, exponent = text.partition("^")
    return float(base) ** int(exponent or 1)


def a_day(tries: Tries) -> int:
    """Give the most that is compared in a day: shut each time, or just not shut each time."""
    return max(
        tries.most * DAY_MIN // tries.shut_min,
        (tries.most - 1) * DAY_MIN // tries.within_min,
    )


def told(odds: float) -> str:
    """Say odds as the page does, by one figure."""
    if odds >= 1:
        return str(round(odds))
    exponent = math.ceil(-math.log10(odds))
    return f"{round(odds * 10**exponent)} in 10^{exponent}"


PAGE: Final = (ROOT / "docs/security.md").read_text(encoding="utf-8").partition("## Odds")[2]
ROWS: Final = [
    (row["secret"], *row["cells"].split(" | ")) for row in ROW.finditer(PAGE) if "`attempts." in row["cells"]
]


def test_every_door_of_a_guesser_is_there() -> None:
    """All but the doors of who asks for accounts, codes, banks, billers or receipts: they cost, and hide little."""
    named = {row[3].strip("`").partition(".")[2] for row in ROWS}
    assert named == set(Attempts.model_fields) - {
        "application",
        "application_address",
        "phone_code_address",
        "bank_holder",
        "bill_case",
        "receipt_address",
    }


@pytest.mark.parametrize("name", ["bank_agent", "mobile_money"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_odds_follow_from_the_policy(row: tuple[str, ...], name: str) -> None:
    """Tries a day from the named figure, odds from tries, live ones and space."""
    _, space, live, figure, _, tries, odds = row
    rules, wanted = policy.load(name), figure.strip("`").partition(".")[2]
    reckoned = a_day(getattr(rules.attempts, wanted))
    if wanted in (
        "phone_code",
        "phone_code_counters",
    ):  # so many codes are asked for, and each is compared so often
        reckoned *= rules.phone_code.tries_max
    assert (int(tries), odds) == (reckoned, told(reckoned * number(live) / number(space)))
