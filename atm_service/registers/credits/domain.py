"""The rules of a line of credits: what a well-formed one is, and why one is refused. Pure.

Everything that is wrong with a line is said by its number and a reason, never by what stands in it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from kyc import phones
from kyc.errors import NotMobileNumber

LINES_MAX: Final = 100_000
AMOUNT_MAX: Final = 1_000_000_000  # đồng in one line: no salary is larger, and a slipped zero often is
NARRATION_MAX: Final = 140
REFERENCE_MAX: Final = 40

TREASURY: Final = "treasury"
"""The payer that pays from the cash it has brought, instead of from a prefunded account."""

BATCH: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
PAYER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._/-]{1,40}")
_NUMBER: Final = re.compile(r"([0-9]+)(?:\.0*)?")
_ID_NUMBER: Final = re.compile(r"[0-9]{12}")
_AMOUNT: Final = re.compile(r"[1-9][0-9]{0,9}")
_SHORTENED: Final = re.compile(r"[0-9](?:[.,][0-9]*)?E\+[0-9]{2}", re.IGNORECASE)
_ZERO_LOST: Final = re.compile(r"[0-9]{11}")
_PHONE_ZERO_LOST: Final = re.compile(r"[35789][0-9]{8}")
_TOTALS: Final = ("tổng", "tổng cộng", "cộng", "tổng số", "total", "sum")


class Reason(StrEnum):
    """Why a line is not credited. Where several apply, the first in this order is given."""

    MALFORMED = "malformed"
    """The line has not as many fields as the header, or a quotation mark too many."""
    TOTAL_LINE = "total-line"
    """It names no person and adds the others up: it is to be taken out."""
    SHORTENED = "shortened"
    """A spreadsheet wrote a card number, phone or reference as a rounded number: 2.0188E+10 has lost digits."""
    ZERO_LOST = "zero-lost"
    """A card number of eleven digits, or a phone of nine: a spreadsheet took the zero before it away."""
    BAD_REFERENCE = "bad-reference"
    BAD_PERSON = "bad-person"
    """Neither a card number of twelve digits nor a mobile number, or one of them is not well-formed."""
    BAD_AMOUNT = "bad-amount"
    BAD_NARRATION = "bad-narration"
    PERSONAL_DATA = "personal-data"
    """The card number or the phone stands in the reference or the narration, which go into the journal."""
    DUPLICATE_REFERENCE = "duplicate-reference"
    """Another line has the same reference: nobody can tell which is meant."""
    UNKNOWN_PERSON = "unknown-person"
    """No wallet belongs to this card number or phone."""
    TWO_PERSONS = "two-persons"
    """The card number is one customer's and the phone another's."""
    ALREADY_DIFFERENT = "already-different"
    """The reference was credited before, with another person, amount or narration."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A line as it came, its number in the file or list from 1."""

    number: int
    reference: str
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    amount: str
    narration: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A well-formed line. `reference` as `same_reference` gives it, `amount` in đồng.

    One of `id_number` and `phone` may be empty.
    """

    number: int
    reference: str
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    amount: int
    narration: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is not credited. `reference` is there when it is well-formed and says nothing personal."""

    number: int
    reason: Reason
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the same payer has credited to somebody by another line than those at hand."""

    batch: str
    reference: str
    amount: int
    day: date


def same_reference(reference: str) -> str:
    """Give what all ways to write a reference have in common: a number is a number, so `01` and `1.0` are `1`."""
    number = _NUMBER.fullmatch(reference)
    return (number[1].lstrip("0") or "0") if number else reference


def credited_lately(line: Line, earlier: Iterable[Earlier]) -> Earlier | None:
    """Give the newest of a person's earlier credits, oldest first, that may be this line once more."""
    alike = None
    for one in earlier:
        if one.amount == line.amount or same_reference(one.reference) == line.reference:
            alike = one
    return alike


def check(raws: Iterable[Raw | Bad]) -> tuple[list[Line], list[Bad]]:
    """Part well-formed lines, each with a reference of its own, from bad ones. Both stay in order."""
    checked = [raw if isinstance(raw, Bad) else _checked(raw) for raw in raws]
    # A reference that stands in a bad line counts, too: once that line is put right there would be two.
    often = Counter(line.reference for line in checked if line.reference is not None)
    lines, bad = [], []
    for line in checked:
        if isinstance(line, Bad):
            bad.append(line)
        elif often[line.reference] > 1:
            bad.append(Bad(line.number, Reason.DUPLICATE_REFERENCE, line.reference))
        else:
            lines.append(line)
    return lines, bad


def _checked(raw: Raw) -> Line | Bad:
    phone, narration = _phone(raw.phone), unicodedata.normalize("NFC", raw.narration)
    persons = [person for person in (raw.id_number, phone) if person]
    faults = {
        Reason.TOTAL_LINE: _is_total(raw),
        Reason.SHORTENED: any(
            _SHORTENED.fullmatch(cell) for cell in (raw.reference, raw.id_number, raw.phone)
        ),
        Reason.ZERO_LOST: bool(_ZERO_LOST.fullmatch(raw.id_number) or _PHONE_ZERO_LOST.fullmatch(raw.phone)),
        Reason.BAD_REFERENCE: not _REFERENCE.fullmatch(raw.reference),
        Reason.BAD_PERSON: phone is None
        or not persons
        or bool(raw.id_number and not _ID_NUMBER.fullmatch(raw.id_number)),
        Reason.BAD_AMOUNT: not _AMOUNT.fullmatch(raw.amount) or int(raw.amount) > AMOUNT_MAX,
        Reason.BAD_NARRATION: len(narration) > NARRATION_MAX or not (narration + " ").isprintable(),
        Reason.PERSONAL_DATA: any(person in raw.reference or person in narration for person in persons),
    }
    for reason, found in faults.items():
        if found:
            return Bad(raw.number, reason, _harmless(raw.reference))
    return Line(
        raw.number, same_reference(raw.reference), raw.id_number, phone or "", int(raw.amount), narration
    )


def _is_total(raw: Raw) -> bool:
    """Tell a line that adds up from one whose person is missing: it has no reference, or one of the words for it."""
    cells = [raw.reference, raw.id_number, raw.phone, raw.narration]
    words = [unicodedata.normalize("NFC", cell).casefold().rstrip(" :.") for cell in cells if cell]
    return bool(raw.amount) and (not words or (words[0] in _TOTALS and not _named(raw)))


def _named(raw: Raw) -> bool:
    return bool(_ID_NUMBER.fullmatch(raw.id_number) or _phone(raw.phone))


def _phone(typed: str) -> str | None:
    """Give a phone in its normal form; empty when there is none, None when it is not well-formed."""
    try:
        return phones.normalise(typed) if typed else ""
    except NotMobileNumber:
        return None


def _harmless(reference: str) -> str | None:
    """Give a reference back, unless it is none or so many digits follow one another that it may name a person."""
    named = _REFERENCE.fullmatch(reference) and not re.search(r"[0-9]{9}", reference)
    return same_reference(reference) if named else None
