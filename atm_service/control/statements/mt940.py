"""MT940 as banks here send it: SWIFT's fields with or without its envelope, read strictly.

Each message begins with `:20:` and ends with a line `-` or `-}`. A statement over several messages (`:60M:`, `:62M:`)
is put together, its pages in order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from atm_service.control.statements import domain
from atm_service.control.statements.domain import Line, Statement, StatementRefused

TAGS: Final = frozenset({"20", "21", "25", "28C", "60F", "60M", "61", "62F", "62M", "64", "65", "86"})
FIELD_MAX: Final = domain.TEXT_MAX
_TAG: Final = re.compile(r":([0-9]{2}[A-Z]?):(.*)")
_ENVELOPE: Final = re.compile(r"\{1:[A-Z0-9]{1,40}\}(\{2:[A-Z0-9]{1,60}\})?(\{3:[^\r\n]{0,200}\})?\{4:")
_LAST: Final = re.compile(r"-(\}(\{5:[^\r\n]{0,200}\})?)?")
_BALANCE: Final = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]+,[0-9]*)", re.ASCII)
_SEQUENCE: Final = re.compile(r"([0-9]{1,5})(?:/([0-9]{1,5}))?", re.ASCII)
_LINE: Final = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<mark>R?[CD])D?(?P<amount>[0-9]+,[0-9]*)"
    r"[NFS][A-Z0-9]{3}(?P<ours>[^/\n][^\n]*?)(?://(?P<banks>[^\n]{1,34}))?(?:\n(?P<more>[^\n]{1,80}))?",
    re.ASCII,
)
_CENTURY: Final = 2000
_PAIR: Final = 2


@dataclass
class _Page:
    """The fields of one message, each with its line in the file."""

    at: int
    fields: list[tuple[str, int, str]] = field(default_factory=list)

    def one(self, *tags: str) -> tuple[str, int, str]:
        """Give the one field of these tags. Raises `StatementRefused`."""
        found = [one for one in self.fields if one[0] in tags]
        if len(found) != 1:
            at = found[1][1] if found else self.at
            raise StatementRefused(at, f"{'a second' if found else 'no'} :{tags[0]}:")
        return found[0]


def read(content: bytes, lines_max: int) -> list[Statement]:
    """Read a file. Raises `StatementRefused`."""
    statements: list[Statement] = []
    open_: tuple[Statement, int] | None = None  # what waits for its next page, and the number of the last
    left = lines_max
    for page in _pages(domain.decoded(content)):
        statement, number, is_first, is_last = _read_page(page, left)
        left -= len(statement.lines)
        if is_first != (open_ is None) or (is_first and number != 1):
            raise StatementRefused(page.at, "a page that does not follow the one before")
        if open_ is not None:
            statement = _joined(*open_, statement, number)
        open_ = None if is_last else (statement, number)
        if is_last:
            statements.append(statement)
    if open_ is not None or not statements:
        raise StatementRefused(0, "the last page of a statement is not in it")
    return statements


def _joined(before: Statement, last: int, page: Statement, number: int) -> Statement:
    known = (before.account, before.sequence, before.closing, before.closing_on, last + 1)
    if known != (page.account, page.sequence, page.opening, page.opening_on, number):
        raise StatementRefused(page.at, "a page that does not follow the one before")
    lines = before.lines + page.lines
    return replace(before, closing=page.closing, closing_on=page.closing_on, lines=lines)


def _pages(text: str) -> Iterator[_Page]:
    page: _Page | None = None
    for at, raw in enumerate(text.split("\n"), start=1):
        written = raw.removesuffix("\r")
        if not written.isprintable():
            raise StatementRefused(at, "a character that is none")
        if page is None:
            rest = _ENVELOPE.match(written)
            written = written[rest.end() :] if rest else written
            if not written.strip():
                continue
            page = _Page(at)
            if not written.startswith(":20:"):
                raise StatementRefused(at, "a message does not begin with :20:")
        if _LAST.fullmatch(written):
            yield page
            page = None
            continue
        _take(page, at, written)
    if page is not None:
        raise StatementRefused(page.at, "a message without its end")


def _take(page: _Page, at: int, written: str) -> None:
    tag = _TAG.fullmatch(written)
    if tag is None and written.startswith(":"):
        raise StatementRefused(at, "not a field of MT940")
    if tag is not None:
        if tag[1] not in TAGS:
            raise StatementRefused(at, f"no field of MT940: :{tag[1]}:")
        page.fields.append((tag[1], at, tag[2]))
        written = tag[2]
    elif page.fields and page.fields[-1][0] in ("61", "86"):
        name, first, before = page.fields[-1]
        page.fields[-1] = (name, first, f"{before}\n{written}")
    else:
        raise StatementRefused(at, "a line that belongs to no field")
    if len(page.fields[-1][2]) > FIELD_MAX:
        raise StatementRefused(at, f"a field of more than {FIELD_MAX} characters")


def _read_page(page: _Page, lines_max: int) -> tuple[Statement, int, bool, bool]:
    """Read one message: what is in it, its number as a page, and whether a statement begins and ends with it."""
    _, at, number = page.one("28C")
    sequence = _SEQUENCE.fullmatch(number)
    if sequence is None or not int(sequence[1]):
        raise StatementRefused(at, "not a sequence number")
    _, account_at, account = page.one("25")
    first, last = page.one("60F", "60M"), page.one("62F", "62M")
    opening, opening_on = _balance(first)
    closing, closing_on = _balance(last)
    lines = tuple(_lines(page, lines_max))
    statement = Statement(
        at=page.at,
        # A BIC may stand before the number (25P), a currency behind it.
        account=domain.account(account.rpartition("/")[2].removesuffix("VND"), account_at),
        sequence=int(sequence[1]),
        opening=opening,
        opening_on=opening_on,
        closing=closing,
        closing_on=closing_on,
        lines=lines,
    )
    return statement, int(sequence[2] or 1), first[0] == "60F", last[0] == "62F"


def _lines(page: _Page, lines_max: int) -> Iterator[Line]:
    pending: tuple[int, str] | None = None
    count = 0
    for tag, at, written in [*page.fields, ("end", 0, "")]:
        if tag == "86" and pending is not None:
            yield _line(*pending, written)
            pending = None
            continue
        if pending is not None:
            yield _line(*pending, "")
            pending = None
        if tag == "61":
            pending, count = (at, written), count + 1
            if count > lines_max:
                raise StatementRefused(at, "more lines than are read at once: ask for smaller files")


def _line(at: int, written: str, text: str) -> Line:
    found = _LINE.fullmatch(written)
    if found is None:
        raise StatementRefused(at, "not a line of a statement")
    value_on, entry, mark = _day(found["value"], at), found["entry"], found["mark"]
    booked_on = value_on
    if entry:
        # Of the years around the value date, the one in which the booking is nearest to it.
        years = [f"{year % 100:02}{entry}" for year in (value_on.year - 1, value_on.year, value_on.year + 1)]
        days = [_day(one, at) for one in years if entry != "0229" or _is_leap(_CENTURY + int(one[:2]))]
        if not days:
            raise StatementRefused(at, "not a date")
        booked_on = min(days, key=lambda day: abs(day - value_on))
    amount = domain.amount(found["amount"], at)
    if not amount:
        raise StatementRefused(at, "an entry of nothing")
    is_in = mark in ("C", "RD")
    names = [found["ours"], found["banks"] or ""]
    whole = "\n".join(filter(None, (found["more"], text)))
    return Line(
        at=at,
        booked_on=booked_on,
        value_on=value_on,
        amount=amount if is_in else -amount,
        references=domain.references(names, whole, at),
        text=whole,
        reversal=len(mark) == _PAIR,
    )


def _is_leap(year: int) -> bool:
    return year % 4 == 0


def _balance(found: tuple[str, int, str]) -> tuple[int, date]:
    _, at, written = found
    parts = _BALANCE.fullmatch(written)
    if parts is None:
        raise StatementRefused(at, "not a balance")
    if parts[3] != "VND":
        raise StatementRefused(at, "a balance in another currency than VND")
    amount = domain.amount(parts[4], at)
    return amount if parts[1] == "C" else -amount, _day(parts[2], at)


def _day(written: str, at: int) -> date:
    try:
        return date(_CENTURY + int(written[:2]), int(written[2:4]), int(written[4:]))
    except ValueError:
        raise StatementRefused(at, "not a date") from None
