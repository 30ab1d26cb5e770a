"""The digits: a withdrawal's second door, for a dead camera, a paper slip or a voice call.

Nine random digits and a check digit. The check digit is there for the clerk's fingers, not against thieves:
against guessing stand the customer's PIN and the count of wrong attempts at a drawer.
"""

import re
from collections.abc import Callable
from typing import Final

from atm_service.registers.withdrawals.errors import CodeMalformed, DigitsMistyped

LENGTH: Final = 10
TYPED_MAX: Final = 32

_SEPARATORS: Final = str.maketrans("", "", " -.")
_TYPED: Final = re.compile(r"[0-9 .-]*[0-9][0-9 .-]*")
_TEN: Final = re.compile(r"[0-9]{10}")

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


def show(digits: str) -> str:
    """Write ten digits as they are shown and read aloud: 123-456-7890."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def halves(digits: str) -> tuple[str, str]:
    """Part ten digits for two slips, neither of which is enough."""
    return digits[: LENGTH // 2], digits[LENGTH // 2 :]


def parse(text: str) -> str:
    """Read ten digits as a clerk types them; spaces, hyphens and full stops between them do not matter.

    Raises `CodeMalformed` when these are not ten ASCII digits, `DigitsMistyped` when the check digit is
    wrong.
    """
    digits = text.translate(_SEPARATORS) if len(text) <= TYPED_MAX else ""
    if not _TEN.fullmatch(digits):
        raise CodeMalformed
    if _checked(digits) != 0:
        raise DigitsMistyped
    return digits


def looks_like_digits(text: str) -> bool:
    """Say whether `text` is meant for this door: digits and separators only, however many of them."""
    return len(text) <= TYPED_MAX and _TYPED.fullmatch(text) is not None


def _checked(digits: str) -> int:
    """Give the check digit of `digits`; 0 when its last digit is the right one already."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
