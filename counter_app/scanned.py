"""What a hand scanner types beside what it has read, and what a wrong keyboard makes of it."""

import re
from typing import Final

# `]Q1`, `]C0`, …: which kind of symbol it was (ISO/IEC 15424). `\\000026`: its alphabet (ECI; AIM ITS/04-023).
_PREFIXES: Final = re.compile(r"(?:\][A-Za-z][0-9A-Za-z])?(?:\\[0-9]{6})*")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_CODE: Final = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]+", re.ASCII)


def cleaned(text: str) -> str:
    """Take away the scanner's prefixes, control characters and spaces at the ends."""
    plain = _UNSEEN.sub("", text).strip()
    return _PREFIXES.sub("", plain, count=1).strip()


def is_code(text: str) -> bool:
    """Whether this has the shape of a withdrawal's code."""
    return bool(_CODE.fullmatch(text))


def in_other_case(text: str) -> bool:
    """Whether this is a code typed with Caps Lock: every letter in the other case."""
    return not is_code(text) and is_code(text.swapcase())
