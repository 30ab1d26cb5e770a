"""A bank's statement as it was read, and the gates that it passes before anything of it is kept. Pure; amounts in đồng.

Signs are ours: what the bank credits to our account is positive, as a debit of `bank/{bin}/settlement` is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

AMOUNT_MAX: Final = 1_000_000_000_000_000
"""As of a posting: a thousand times what all wallets hold."""
REFERENCE_MAX: Final = 64
REFERENCES_MAX: Final = 2_000
TEXT_MAX: Final = 2_000
YEAR: Final = timedelta(days=366)
"""What a statement spans at most, and its lines' days are from its closing: another is a slip of somebody's pen."""
YEAR_MIN: Final = 2000
ACCOUNT: Final = re.compile(r"[A-Z0-9]{4,34}")
# Three zeros behind a mark are thousands to some and a fraction to others: neither is guessed.
_WHOLE: Final = re.compile(r"([0-9]{1,16})(?:[.,](?:0{0,2}|0{4,5}))?")
_DECIMAL: Final = re.compile(r"[0-9]{1,16}[.,][0-9]{1,5}")
_NOTHING: Final = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE"})
# Where a bank puts our order's id among words, it may lose its dashes and be broken over lines.
_ORDER: Final = re.compile(r"(?=([0-9A-F]{12}7[0-9A-F]{3}[89AB][0-9A-F]{15}))")
_SATURDAY: Final = 5


class StatementRefused(ValueError):  # noqa: N818  an answer to the operator, named for what it is
    """The whole file is refused, and nothing of it is kept: `line` of the file (0: none in particular), and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class Line:
    """One movement, as the bank booked it. `at` is its line in the file.

    `references` are names that the bank or we gave it, `text` what was written for people. `charges`: what the bank
    says it kept of it. `reversal`: it takes another line back.
    """

    at: int
    booked_on: date
    value_on: date
    amount: int
    references: tuple[str, ...]
    text: str
    reversal: bool = False
    charges: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's statement. `sequence` counts a bank's statements of an account, from 1 each year or for ever."""

    at: int
    account: str
    sequence: int
    opening: int
    opening_on: date
    closing: int
    closing_on: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Last:
    """What is known of an account's statement before: its id, sequence and closing."""

    id: UUID
    sequence: int
    closing: int
    closing_on: date


def decoded(content: bytes) -> str:
    """Give a file's text. Raises `StatementRefused`."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise StatementRefused(content.count(b"\n", 0, wrong.start) + 1, "not UTF-8") from None


def amount(written: str, at: int) -> int:
    """Read a sum without sign. Raises `StatementRefused`: a fraction of a đồng is none."""
    whole = _WHOLE.fullmatch(written)
    if whole is None:
        fraction = _DECIMAL.fullmatch(written)
        raise StatementRefused(at, "a fraction of a đồng, or thousands" if fraction else "not an amount")
    if int(whole[1]) > AMOUNT_MAX:
        raise StatementRefused(at, "an amount beyond all bounds")
    return int(whole[1])


def references(names: Iterable[str], text: str, at: int) -> tuple[str, ...]:
    """Give the names by which a line may be known, in capitals, each once; ids of ours are found among words, too."""
    named = [" ".join(name.split()).upper() for name in names]
    named = [name for name in named if name not in _NOTHING]
    if any(len(name) > REFERENCE_MAX for name in named):
        raise StatementRefused(at, f"a reference of more than {REFERENCE_MAX} characters")
    compact = "".join("|".join([*named, text]).split()).replace("-", "").upper()
    found = dict.fromkeys([*named, *_ORDER.findall(compact)])
    if len(found) > REFERENCES_MAX:
        raise StatementRefused(at, f"more than {REFERENCES_MAX} references")
    return tuple(found)


def is_order(reference: str) -> bool:
    """Tell whether a reference has the form of an order's id."""
    return _ORDER.match(reference) is not None


def account(written: str, at: int) -> str:
    """Give an account's number or IBAN without blanks. Raises `StatementRefused`."""
    number = "".join(written.split()).upper()
    if not ACCOUNT.fullmatch(number):
        raise StatementRefused(at, "not an account's number")
    return number


def check(statement: Statement, last: Last | None, today: date) -> None:
    """Put a statement through the gates, after the last one of its account. Raises `StatementRefused`.

    In this order: days, sum, sequence, opening. The first statement of an account may have any sequence and opening.
    """
    at, lines = statement.at, statement.lines
    if not statement.opening_on <= statement.closing_on <= today:
        raise StatementRefused(at, "it closes before it opens, or after today")
    if statement.opening_on.year < YEAR_MIN or statement.closing_on - statement.opening_on > YEAR:
        raise StatementRefused(at, "it opens more than a year before it closes")
    for line in lines:
        if max(abs(day - statement.closing_on) for day in (line.booked_on, line.value_on)) > YEAR:
            raise StatementRefused(line.at, "a day more than a year from the closing")
        if line.booked_on > statement.closing_on:
            raise StatementRefused(line.at, "booked after the statement closes")
    closing = statement.opening + sum(line.amount for line in lines)
    if closing != statement.closing:
        said = f"{statement.opening} and its lines come to {closing}, not {statement.closing}"
        raise StatementRefused(at, f"opening and lines are not the closing: {said}")
    if last is None:
        return
    begins_anew = statement.sequence == 1 and statement.closing_on.year > last.closing_on.year
    if statement.sequence != last.sequence + 1 and not begins_anew:
        raise StatementRefused(
            at, f"statement {statement.sequence} of {statement.account} after {last.sequence}: a gap"
        )
    if statement.opening != last.closing or statement.opening_on < last.closing_on:
        said = f"{statement.opening} on {statement.opening_on}, after {last.closing} on {last.closing_on}"
        raise StatementRefused(at, f"it does not open as the one before closed: {said}")


def working_days(day: date, number: int, off: frozenset[date]) -> date:
    """Give the day that is so many working days after another (before it: negative): Monday to Friday but `off`."""
    step = timedelta(days=1 if number >= 0 else -1)
    for _ in range(abs(number)):
        day += step
        while day.weekday() >= _SATURDAY or day in off:
            day += step
    return day


def by_account(statements: Sequence[Statement]) -> Iterator[tuple[str, list[Statement]]]:
    """Give a file's statements by account, each in its order in the file."""
    for number in sorted({one.account for one in statements}):
        yield number, [one for one in statements if one.account == number]
