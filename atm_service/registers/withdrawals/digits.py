"""The digits: a withdrawal's second door, for a dead camera, a paper slip or a voice call.

Nine random digits and a check digit. The check digit is there for the clerk's fingers, not against thieves:
against guessing stand the customer's PIN and the count of wrong attempts at a drawer. What is for a delegate, for whom
no PIN is asked, has ten such digits on each of two slips: whoever has one slip knows nothing of the other.
"""

import re
from collections.abc import Callable
from typing import Final

from atm_service.registers.withdrawals.errors import CodeMalformed, DigitsMistyped

LENGTH: Final = 10
TYPED_MAX: Final = 32

_SEPARATORS: Final = str.maketrans("", "", " -.")
_TYPED: Final = re.compile(r"[0-9 .-]*[0-9][0-9 .-]*")
_WHOLE: Final = re.compile(r"(?:[0-9]{10}){1,2}")

# A totally anti-symmetric quasigroup of order 10 (H. Michael Damm, "Total anti-symmetrische Quasigruppen",
# Marburg 2004). The check digit by it finds every single wrong digit and every swap of two neighbours.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def make(random: Callable[[int], int]) -> str:
    """Make ten digits. `random(n)` gives an unpredictable number from 0 to n - 1 (`secrets.randbelow`)."""
    nine = f"{random(10 ** (LENGTH - 1)):0{LENGTH - 1}d}"
    return nine + str(_checked(nine))


def make_for_two(random: Callable[[int], int]) -> str:
    """Make the digits for two slips, ten for each: the customer's, then the delegate's."""
    return make(random) + make(random)


def show(digits: str) -> str:
    """Write ten digits as they are shown and read aloud: 123-456-7890."""
    return "-".join(filter(None, (digits[:3], digits[3:6], digits[6:])))


def halves(digits: str) -> tuple[str, str]:
    """Part digits for two slips, as they are shown. What was made before there were ten on each has five on each."""
    middle = len(digits) // 2
    return show(digits[:middle]), show(digits[middle:])


def found_by(digits: str) -> str:
    """Give the form by which digits are looked up: those of two slips in any order."""
    return "".join(sorted(_tens(digits)))


def parse(text: str) -> str:
    """Read ten digits, or those of two slips, as a clerk types them; give them as they are looked up.

    Spaces, hyphens and full stops between them do not matter. Raises `CodeMalformed` when these are not ten or twenty
    ASCII digits, `DigitsMistyped` when a check digit is wrong.
    """
    digits = text.translate(_SEPARATORS) if len(text) <= TYPED_MAX else ""
    if not _WHOLE.fullmatch(digits):
        raise CodeMalformed
    if any(_checked(ten) != 0 for ten in _tens(digits)):
        raise DigitsMistyped
    return found_by(digits)


def looks_like_digits(text: str) -> bool:
    """Say whether `text` is meant for this door: digits and separators only, however many of them."""
    return len(text) <= TYPED_MAX and _TYPED.fullmatch(text) is not None


def _tens(digits: str) -> list[str]:
    return [digits[start : start + LENGTH] for start in range(0, len(digits), LENGTH)]


def _checked(digits: str) -> int:
    """Give the check digit of `digits`; 0 when its last digit is the right one already."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
