"""The customer's six-digit PIN: refuse those that are guessed first.

A stolen phone gives a thief five guesses or so. They go to birth dates, phone numbers and patterns, so a PIN
that is one of these is no PIN. More than 99 in 100 of all PINs are left.
"""

import re
from datetime import date
from itertools import pairwise, permutations
from typing import Final

from kyc.errors import PinWeakness, WeakPin

_SIX_DIGITS: Final = re.compile("[0-9]{6}")
_DIFFERENT_MIN: Final = 3
_STEPS: Final = ({1}, {9})  # counting up or down, around through zero: 890123 is a run too

# Mirrors and the tracks of a finger on a keypad, which no rule above them finds.
_COMMON: Final = frozenset(
    (  # noqa: SIM905  # as a list, each would take a line
        "102030 112358 123321 142536 147258 147369 147852 159357 159753 258147 258369 258456 "
        "321654 357159 369147 369258 456123 654123 753159 789456 789321 852147 963852 987321"
    ).split()
)


def check(pin: str, birth_date: date, id_number: str, phone: str) -> None:
    """Refuse a weak PIN, for the person whose card number and phone these are.

    Raises `WeakPin` with the first reason that holds. The PIN itself is in no message.
    """
    if not _SIX_DIGITS.fullmatch(pin):
        raise WeakPin(PinWeakness.NOT_SIX_DIGITS)
    weaknesses = {
        PinWeakness.FEW_DIGITS: len(set(pin)) < _DIFFERENT_MIN,
        PinWeakness.RUN: _is_run(pin),
        PinWeakness.REPEATED: _is_repeated(pin),
        PinWeakness.COMMON: pin in _COMMON,
        PinWeakness.BIRTH_DATE: _is_birth_date(pin, birth_date),
        PinWeakness.CARD_NUMBER: pin in id_number,
        PinWeakness.PHONE: pin in phone,
    }
    for reason, holds in weaknesses.items():
        if holds:
            raise WeakPin(reason)


def _is_run(pin: str) -> bool:
    return {(int(after) - int(before)) % 10 for before, after in pairwise(pin)} in _STEPS


def _is_repeated(pin: str) -> bool:
    # 123123; 121212 has two different digits already; 112233 repeats each digit.
    return pin[:3] == pin[3:] or pin[::2] == pin[1::2]


def _is_birth_date(pin: str, birth_date: date) -> bool:
    year = f"{birth_date.year:04}"
    parts = (f"{birth_date.day:02}", f"{birth_date.month:02}", year[2:])
    return pin.startswith(year) or pin.endswith(year) or pin in map("".join, permutations(parts))
