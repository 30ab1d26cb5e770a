"""What a citizen card says of its holder: the text of its QR, and its machine-readable zone.

The QR has seven fields or more, parted by `|`: number, number of the old card or nothing, name, birth date, sex,
address, date of issue; cards since July 2024 add more, which are not read. The zone is that of ICAO Doc 9303, part 5
(TD1): three lines of thirty. Both are typed or scanned by the applicant: nothing in them is signed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kyc import cccd, names
from kyc.cccd import Sex
from kyc.errors import CardExpired, CardUnreadable, NotIdentityCard, NotVietnamese, Refused

TEXT_MAX: Final = 1_024
RENEWED_AT: Final = (14, 25, 40, 60)
"""Ages at which a card is made anew: Luật 26/2023/QH15, điều 21, khoản 1."""
EARLY_YEARS: Final = 2
"""A card that was made within so many years before such an age is good until the next one: the same, khoản 2."""

_QR_FIELDS_MIN: Final = 7
_LINE: Final = 30
_OTHER_ZONES: Final = frozenset({72, 88})  # TD2, and TD3 of passports: ICAO Doc 9303, parts 4 and 6
_CARD: Final = "ID"
_STATE: Final = "VNM"
_FOR_LIFE: Final = "991231"
_WEIGHTS: Final = (7, 3, 1)
_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ZONE: Final = re.compile("[0-9A-Z<]+")
_WORDS: Final = "[A-Z]+(?:<[A-Z]+)*"
_NAMED: Final = re.compile(
    f"{_WORDS}(?:<<{_WORDS})?<*"
)  # fillers are between words, and then at the end alone
_DAY_FIRST: Final = re.compile("([0-9]{2})([0-9]{2})([0-9]{4})")
_YEAR_FIRST: Final = re.compile("([0-9]{2})([0-9]{2})([0-9]{2})")
_SEXES: Final = {"nam": Sex.MALE, "nu": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}


class Source(StrEnum):
    """From which of the card's two texts something was read; the value names the field of a request."""

    QR = "card_qr"
    ZONE = "mrz"


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What was read of a card. Its repr shows nothing of it.

    `full_name` has no marks where the zone says it, and `is_cut` tells that the zone had no room for all of it.
    `expires_on`: the last day on which the card is good; None: for life. `old_number`: what the QR says of the card
    before, None where it says nothing, and in a zone.
    """

    source: Source
    id_number: str
    full_name: str
    birth_date: date
    sex: Sex
    expires_on: date | None
    old_number: str | None = None
    is_cut: bool = False

    def is_named(self, full_name: str) -> bool:
        """Tell whether this is the name: letters count; marks, case and spaces do not."""
        if self.is_cut:
            return names.begins(full_name, self.full_name)
        return names.same(full_name, self.full_name)


def read(qr: str | None, zone: str | None, today: date) -> list[Card]:
    """Read what there is of a card that is good today, the QR first.

    Raises `CardUnreadable`, `NotIdentityCard`, `NotVietnamese` and `CardExpired`, each with its source. By either text
    it must be good, and by its zone for no longer than a card that is made today.
    """
    found = [read_qr(qr, today)] if qr is not None else []
    if zone is not None:
        found.append(read_zone(zone))
    for card in found:
        if is_over(card.expires_on, today):
            raise CardExpired(card.source)
        if is_over(expires_on(card.birth_date, today), card.expires_on or date.max):
            raise CardUnreadable(card.source)
    return found


def is_over(last_day: date | None, today: date) -> bool:
    """Tell whether what is good until a day is good no more; None: for life."""
    return last_day is not None and last_day < today


def read_qr(text: str, today: date) -> Card:
    """Read the text of a card's QR. Raises `CardUnreadable`."""
    fields = [field.strip() for field in text.split("|")]
    if len(text) > TEXT_MAX or len(fields) < _QR_FIELDS_MIN:
        raise CardUnreadable(Source.QR)
    number, old, name, born, sex, _, issued = fields[:_QR_FIELDS_MIN]
    birth_date, issued_on = (_date(Source.QR, _DAY_FIRST, day, _day_first) for day in (born, issued))
    if not birth_date < issued_on <= today or (old and not cccd.is_old(old)):
        raise CardUnreadable(Source.QR)
    return Card(
        Source.QR,
        _number(Source.QR, number),
        _name(Source.QR, name),
        birth_date,
        _sex(Source.QR, names.plain(sex)),
        expires_on(birth_date, issued_on),
        old or None,
    )


def read_zone(text: str) -> Card:
    """Read the three lines of a card's back, run together or not.

    Raises `NotIdentityCard`, `NotVietnamese` and `CardUnreadable`, in this order.
    """
    zone = "".join(text.split()).upper()
    if len(text) > TEXT_MAX or not _ZONE.fullmatch(zone):
        raise CardUnreadable(Source.ZONE)
    if len(zone) in _OTHER_ZONES:
        raise NotIdentityCard(Source.ZONE)
    if len(zone) != 3 * _LINE:
        raise CardUnreadable(Source.ZONE)
    upper, middle, lower = zone[:_LINE], zone[_LINE : 2 * _LINE], zone[2 * _LINE :]
    if not upper.startswith(_CARD):
        raise NotIdentityCard(Source.ZONE)
    if upper[2:5] != _STATE or middle[15:18] != _STATE:
        raise NotVietnamese(Source.ZONE)
    _check_digits(upper, middle)
    number = _number(Source.ZONE, upper[15:27])
    if number[3:] != upper[5:14] or not _NAMED.fullmatch(lower):
        raise CardUnreadable(Source.ZONE)
    century = cccd.parse(number).birth_year // 100
    until = middle[8:14]
    return Card(
        Source.ZONE,
        number,
        _name(Source.ZONE, lower.replace("<", " ")),
        _date(Source.ZONE, _YEAR_FIRST, middle[0:6], _year_first(century)),
        _sex(Source.ZONE, middle[7]),
        None if until == _FOR_LIFE else _date(Source.ZONE, _YEAR_FIRST, until, _year_first(20)),
        is_cut=not lower.endswith("<<"),  # one filler may part the last word from one that was cut off
    )


def check_digit(field: str) -> int:
    """Compute a check digit of ICAO Doc 9303, part 3, section 4.9: weights 7, 3, 1; `<` counts zero."""
    values = (0 if character == "<" else _CHARACTERS.index(character) for character in field)
    return sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10


def expires_on(birth_date: date, issued_on: date) -> date | None:
    """Give the last day on which a card is good by the law; None: for life."""
    for age in RENEWED_AT:
        if issued_on < birthday(birth_date, age - EARLY_YEARS):
            return birthday(birth_date, age)
    return None


def birthday(birth_date: date, age: int) -> date:
    """Give the day on which somebody is so old; born on 29 February, 1 March of a year without that day."""
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:
        return date(birth_date.year + age, 3, 1)


def end_of_month(day: date) -> date:
    """Give the last day of a day's month: a card ends on a birthday, which is nobody's business to keep readable."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _check_digits(upper: str, middle: str) -> None:
    fields = (
        (upper[5:14], upper[14]),
        (middle[0:6], middle[6]),
        (middle[8:14], middle[14]),
        (upper[5:30] + middle[0:7] + middle[8:15] + middle[18:29], middle[29]),
    )
    if any(str(check_digit(field)) != digit for field, digit in fields):
        raise CardUnreadable(Source.ZONE)


def _number(source: Source, text: str) -> str:
    try:
        return cccd.parse(text).number
    except Refused:
        raise CardUnreadable(source) from None


def _name(source: Source, text: str) -> str:
    try:
        return names.normalise(text)
    except Refused:
        raise CardUnreadable(source) from None


def _sex(source: Source, text: str) -> Sex:
    sex = _SEXES.get(text)
    if sex is None:
        raise CardUnreadable(source)
    return sex


def _date(source: Source, form: re.Pattern[str], text: str, made: Callable[[int, int, int], date]) -> date:
    parts = form.fullmatch(text)
    try:
        if parts is not None:
            return made(*map(int, parts.groups()))
    except ValueError:
        pass
    raise CardUnreadable(source)


def _day_first(day: int, month: int, year: int) -> date:
    return date(year, month, day)


def _year_first(century: int) -> Callable[[int, int, int], date]:
    return lambda year, month, day: date(100 * century + year, month, day)
