"""What the ledger can be asked to do, and the shapes it accepts.

A command is checked where it is made: a value that could never be posted raises a `ValueError` and does not
reach the database, which has the same limits as constraints of its tables. Whether a well-formed command
*may* be posted is the ledger's answer: see `ledger.outcomes`.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from ledger.accounts import check_code

AMOUNT_MAX: Final = 10**15
"""The most đồng one posting or one hold may move."""
POSTINGS_MAX: Final = 100
COMMANDS_MAX: Final = 10_000
REFERENCE_MAX: Final = 120
KIND_MAX: Final = 40
NARRATION_MAX: Final = 200
BUSINESS_DATE_MIN: Final = date(2000, 1, 1)
BUSINESS_DATE_MAX: Final = date(2199, 12, 31)

_REFERENCE: Final = re.compile(r"[!-~]+")
_KIND: Final = re.compile(r"[a-z][a-z0-9-]*")


class InvalidCommand(ValueError):  # noqa: N818  named for what it is
    """A command that no ledger could post, whatever its balances."""


class InvalidAmount(InvalidCommand):
    """An amount that is not a whole number of đồng from 1 to `AMOUNT_MAX`."""


class InvalidText(InvalidCommand):
    """A reference, kind or narration that is too long or has characters it must not have."""


class InvalidTime(InvalidCommand):
    """A time without a time zone, or a business date out of bounds."""


class InvalidPostings(InvalidCommand):
    """No posting, too many, or one that debits and credits the same account."""


class InvalidBatch(InvalidCommand):
    """Too many commands at once, or one id for two references."""


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` đồng from the credit account to the debit account, both named by code."""

    debit: str
    credit: str
    amount: int

    def __post_init__(self) -> None:
        check_code(self.debit)
        check_code(self.credit)
        _check_amount(self.amount)
        if self.debit == self.credit:
            raise InvalidPostings("a posting needs two accounts")


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry: postings that are recorded together or not at all.

    `id` is a UUIDv7 made by the caller. `corrects` names an earlier entry that this one puts right. The
    postings are applied in their order, and no floored account goes below zero even between two of them.
    """

    id: UUID
    reference: str
    kind: str
    business_date: date
    narration: str
    postings: tuple[Posting, ...]
    corrects: UUID | None = None

    def __post_init__(self) -> None:
        _check_reference(self.reference)
        if not isinstance(self.kind, str) or len(self.kind) > KIND_MAX or not _KIND.fullmatch(self.kind):
            raise InvalidText("a kind is one lower-case word such as `top-up`, at most 40 characters")
        if not isinstance(self.narration, str) or len(self.narration) > NARRATION_MAX:
            raise InvalidText("a narration has at most 200 characters")
        if self.narration and not self.narration.isprintable():
            raise InvalidText("a narration is one printable line")
        if type(self.business_date) is not date:  # a datetime is a date, too, and means a moment
            raise InvalidTime("a business date is a plain date")
        if not BUSINESS_DATE_MIN <= self.business_date <= BUSINESS_DATE_MAX:
            raise InvalidTime("a business date lies from 2000 to 2199")
        if not isinstance(self.postings, tuple) or not 1 <= len(self.postings) <= POSTINGS_MAX:
            raise InvalidPostings("an entry has 1 to 100 postings, in a tuple")
        if self.corrects == self.id:
            raise InvalidCommand("an entry cannot correct itself")


@dataclass(frozen=True, slots=True)
class Hold:
    """Set `amount` đồng of a floored account aside; it may be captured until `deadline`, inclusive."""

    id: UUID
    reference: str
    account: str
    amount: int
    deadline: datetime

    def __post_init__(self) -> None:
        _check_reference(self.reference)
        check_code(self.account)
        _check_amount(self.amount)
        check_time(self.deadline)


@dataclass(frozen=True, slots=True)
class Capture:
    """End a hold by an entry that takes at most the held amount from its account; the rest is given back.

    The entry takes from the account on the side that makes it less (it debits a customer), in one posting or
    in several. The command's reference is the entry's.
    """

    hold_id: UUID
    entry: Entry

    @property
    def reference(self) -> str:
        """The entry's reference."""
        return self.entry.reference


@dataclass(frozen=True, slots=True)
class Void:
    """Give a hold up, before or after its deadline."""

    hold_id: UUID
    reference: str

    def __post_init__(self) -> None:
        _check_reference(self.reference)


@dataclass(frozen=True, slots=True)
class Expire:
    """End a hold because its deadline has passed."""

    hold_id: UUID
    reference: str

    def __post_init__(self) -> None:
        _check_reference(self.reference)


Command = Entry | Hold | Capture | Void | Expire


def check_time(time: datetime) -> None:
    """Raise `InvalidTime` unless `time` has a time zone."""
    if not isinstance(time, datetime) or time.utcoffset() is None:
        raise InvalidTime("a time needs a time zone")


def _check_amount(amount: int) -> None:
    if type(amount) is not int or not 1 <= amount <= AMOUNT_MAX:  # True is an int, too
        raise InvalidAmount("an amount is a whole number of đồng from 1 to 10^15")


def _check_reference(reference: str) -> None:
    if (
        not isinstance(reference, str)
        or len(reference) > REFERENCE_MAX
        or not _REFERENCE.fullmatch(reference)
    ):
        raise InvalidText("a reference is 1 to 120 visible ASCII characters")
