"""Reading the identity card's number from what the clerk scanned or typed.

Three ways lead to the same twelve digits: the QR on the card's front or, since July 2024, back, the machine-readable
zone on its back, and typing. Nothing here is kept; whether the number is the customer's is for the service to say.
"""

from dataclasses import dataclass
from typing import Final, Literal

from counter_app import scanned

Checked = Literal["qr", "mrz", "typed"]

TEXT_MAX: Final = 1_024
_ID_LENGTH: Final = 12
_QR_FIELDS_MIN: Final = 7  # cards since July 2024 carry more, on their back; only the first is read
_MRZ_LINE: Final = 30
_MRZ_WEIGHTS: Final = (7, 3, 1)
_MRZ_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CardUnreadableError(Exception):
    """What was scanned or typed is no identity card. The message never repeats it; `slug` says what it looks like."""

    slug = "card-unreadable"


class CodeForCardError(CardUnreadableError):
    """What was scanned is a withdrawal's code."""

    slug = "code-for-card"


class KeyboardNotPlainError(CardUnreadableError):
    """Vietnamese typing has changed a machine-readable zone, which holds plain letters only."""

    slug = "keyboard-not-plain"


@dataclass(frozen=True)
class Card:
    """The number on an identity card and how it was read."""

    id_number: str
    checked: Checked


def read(text: str) -> Card:
    """Find the twelve digits in a card's QR text, its MRZ (lines run together or not) or typed digits.

    Raises CardUnreadableError when the text is none of these, or a check digit of the MRZ is wrong.
    """
    text = scanned.cleaned(text)
    if len(text) > TEXT_MAX:
        raise CardUnreadableError("too long for an identity card")
    if "|" in text:
        return Card(_from_qr(text), "qr")
    if scanned.is_code(text) or scanned.in_other_case(text):
        raise CodeForCardError("a code, not a card")
    squeezed = "".join(text.split())
    if "<<" in squeezed and not squeezed.isascii():
        raise KeyboardNotPlainError("letters that no zone holds")
    if squeezed.upper().startswith("ID"):
        return Card(_from_mrz(squeezed.upper()), "mrz")
    return Card(_twelve_digits(squeezed.replace(".", "").replace("-", "")), "typed")


def mrz_check_digit(field: str) -> int:
    """Compute a check digit of ICAO Doc 9303, part 3, section 4.9: weights 7, 3, 1; `<` counts zero.

    Raises CardUnreadableError for a character an MRZ cannot hold.
    """
    total = 0
    for place, character in enumerate(field):
        value = 0 if character == "<" else _MRZ_LETTERS.find(character)
        if value < 0:
            raise CardUnreadableError("a character that no MRZ holds")
        total += value * _MRZ_WEIGHTS[place % 3]
    return total % 10


def _twelve_digits(text: str) -> str:
    if len(text) == _ID_LENGTH and text.isascii() and text.isdigit():
        return text
    raise CardUnreadableError("not twelve digits")


def _from_qr(text: str) -> str:
    fields = text.split("|")
    if len(fields) < _QR_FIELDS_MIN:
        raise CardUnreadableError("not the fields of an identity card")
    return _twelve_digits(fields[0].strip())


def _from_mrz(text: str) -> str:
    """Read the number from a TD1 zone (ICAO Doc 9303, part 5).

    Its document number is the card number's last nine digits; all twelve begin the optional data.
    """
    if len(text) != 3 * _MRZ_LINE or not text.startswith("IDVNM"):
        raise CardUnreadableError("not the three lines of a Vietnamese identity card")
    upper, middle = text[:_MRZ_LINE], text[_MRZ_LINE : 2 * _MRZ_LINE]
    checks = (
        (upper[5:14], upper[14]),
        (middle[0:6], middle[6]),
        (middle[8:14], middle[14]),
        (upper[5:30] + middle[0:7] + middle[8:15] + middle[18:29], middle[29]),
    )
    for field, digit in checks:
        if str(mrz_check_digit(field)) != digit:
            raise CardUnreadableError("a check digit is wrong")
    id_number = _twelve_digits(upper[15:27])
    if id_number[3:] != upper[5:14]:
        raise CardUnreadableError("the two numbers of the first line differ")
    return id_number
