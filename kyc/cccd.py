"""The number of a citizen card (căn cước): province, century and sex, birth year, six random digits.

Source: Điều 13, Nghị định 137/2015/NĐ-CP; Điều 4, Thông tư 59/2021/TT-BCA. It has no check digit: a number
that passes here is possible, not proved; only the eKYC provider says that it is someone's.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kyc.errors import BirthDateMismatch, NineDigits, NotTwelveDigits, UnderAge
from kyc.provinces import PROVINCES

_TWELVE_DIGITS: Final = re.compile("[0-9]{12}")  # not \d, which takes the digits of every script
_NINE_DIGITS: Final = re.compile("[0-9]{9}")
_SHOWN: Final = 4


class Sex(StrEnum):
    """As the card number writes it."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True, repr=False)
class CardNumber:
    """A card number taken apart. Its repr shows nothing of it, so that it cannot reach a log."""

    number: str
    province: str | None  # None: a country abroad, or a code that is younger than our list
    sex: Sex
    birth_year: int


def parse(number: str) -> CardNumber:
    """Take a card number apart.

    Raises `NineDigits` for a number of the old card, and `NotTwelveDigits`. The province is a hint: a citizen whose
    birth was registered abroad has the code of a country there, and a reform gives new codes.
    """
    if is_old(number):
        raise NineDigits
    if not _TWELVE_DIGITS.fullmatch(number):
        raise NotTwelveDigits
    # 0 and 1 are men and women born from 1900 to 1999, 2 and 3 from 2000 to 2099, and so on to 2399.
    century, female = divmod(int(number[3]), 2)
    return CardNumber(
        number=number,
        province=PROVINCES.get(number[:3]),
        sex=Sex.FEMALE if female else Sex.MALE,
        birth_year=1900 + 100 * century + int(number[4:6]),
    )


def check(number: str, birth_date: date, *, age_min: int, today: date) -> CardNumber:
    """Take a card number apart and see that it fits the birth date and that the person is old enough.

    `age_min` is the policy's, in full years on `today` (in Việt Nam). Điều 11, Thông tư 17/2024/TT-NHNN lets
    a person of 15 hold a payment account. Raises what `parse` raises, `BirthDateMismatch`, or `UnderAge`.
    """
    card = parse(number)
    if card.birth_year != birth_date.year:
        raise BirthDateMismatch
    if age(birth_date, today) < age_min:
        raise UnderAge(age_min)
    return card


def is_old(number: str) -> bool:
    """Tell whether this is a number as cards had it before the citizen card: nine digits."""
    return bool(_NINE_DIGITS.fullmatch(number))


def mask(number: str) -> str:
    """Hide a card number but for its last four digits, which say nothing of birth or province.

    Raises `NotTwelveDigits`: a mask over something else could show all of it.
    """
    if not _TWELVE_DIGITS.fullmatch(number):
        raise NotTwelveDigits
    return "•" * (len(number) - _SHOWN) + number[-_SHOWN:]


def age(birth_date: date, today: date) -> int:
    """Give the full years of somebody's life."""
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday
