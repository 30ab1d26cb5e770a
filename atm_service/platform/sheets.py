"""Tables as spreadsheets write them to files, and as they read them: CSV in its dialects. Pure.

Bytes go in, numbered rows come out; or rows go in, and text comes out.

What can be read without a guess is read: byte order marks, UTF-16 with its mark, `sep=;`, other separators, any end of
line, a line break inside quotes, a heading in capitals, no-break spaces, empty columns at the end.
What would need a guess is refused with its line: no cell is put right.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_ROWS_JOINED_MAX: Final = 10
_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=([,;\t|])"?[,;\t]*', re.IGNORECASE)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Full-width, small, raised and lowered ones as well: a spreadsheet of East Asia takes them for the same.
_FORMULA_SIGNS: Final = "=+@＝＋＠﹦﹢﹫⁺⁼₊₌﬩⩵⩶−－﹣⁻₋-"
_FORMULA_STARTS: Final = re.compile(rf"""^(?=[\t\r])|((?:^|[;|\t\r\n])[\s"]*)(?=[{_FORMULA_SIGNS}])""")
_SPACES: Final = str.maketrans(
    {**dict.fromkeys("\u00a0\u2007\u202f", " "), **dict.fromkeys("\ufeff\u200b\u2060")}
)


class Unreadable(ValueError):  # noqa: N818  an answer to who made the file, named for what it is
    """The file as a whole is no table; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row under the heading, by the number of the line on which it begins; `cells` is None where it is malformed."""

    number: int
    cells: tuple[str, ...] | None


def read(data: bytes) -> tuple[list[str], Iterator[Row]]:
    """Give the columns of the heading, in small letters, and the rows that are not empty. Raises `Unreadable`."""
    lines = re.split("\r\n|\n|\r", _text(data))
    named = _SEPARATOR_LINE.fullmatch(lines[0].strip(" "))
    first = 1 if named and len(lines) > 1 else 0
    heading = lines[first]
    separator = named[1] if named else max(_SEPARATORS, key=heading.count)
    columns = [_column(cell) for cell in _cells(heading, separator) or ()]
    while columns and not columns[-1]:
        columns.pop()
    return columns, _rows(lines, first + 1, separator, len(columns))


def written(rows: Iterable[Iterable[object]]) -> str:
    """Write rows by RFC 4180. No text in them is a formula: each goes through `harmless`."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return file.getvalue()


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula (OWASP, CSV injection) by an apostrophe before its sign.

    Also after what another spreadsheet separates cells by: one set to Vietnam's figures does by semicolons, and knows
    nothing of the quotation marks around a cell that commas separate.
    """
    return _FORMULA_STARTS.sub(r"\1'", text)


def _text(data: bytes) -> str:
    if data.startswith(_WORKBOOKS):
        raise Unreadable("the file is a workbook: save its sheet as “CSV UTF-8”")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").lstrip("\ufeff")
        except UnicodeDecodeError:
            raise Unreadable("the file begins as UTF-16 and is not: save it as “CSV UTF-8”") from None
    if data[:100].count(0) > len(data[:100]) // 4:
        raise Unreadable("the file looks like UTF-16 without its mark: save it as “CSV UTF-8”")
    try:
        return data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as wrong:
        number = len(re.findall(b"\r\n|\n|\r", data[: wrong.start])) + 1
        raise Unreadable(f"line {number} is not UTF-8: save the file as “CSV UTF-8”") from None


def _column(cell: str) -> str:
    return re.sub(r"[ -]+", "_", cell).casefold()


def _rows(lines: Sequence[str], first: int, separator: str, width: int) -> Iterator[Row]:
    at = first
    while at < len(lines):
        taken, cells = _row(lines, at, separator, width)
        if cells is None or any(cells):
            yield Row(at + 1, None if cells is None else _fitted(cells, width))
        at += taken


def _row(lines: Sequence[str], at: int, separator: str, width: int) -> tuple[int, list[str] | None]:
    """Read the row that begins at a line: how many lines it takes, and its cells.

    A line is read by itself. Only where a quotation mark stays open may those after it belong to it, up to the one that
    closes it, and none of those may look like a row: a stray mark spoils one line and never swallows another.
    """
    joined = lines[at]
    for taken in range(1, _ROWS_JOINED_MAX + 1):
        if (cells := _cells(joined, separator)) is not None:
            return taken, cells
        after = at + taken
        if after >= len(lines) or lines[after].partition('"')[0].count(separator) >= width - 1:
            break
        joined += "\n" + lines[after]
    return 1, None


def _fitted(cells: Sequence[str], width: int) -> tuple[str, ...] | None:
    """Take empty cells beyond the heading's columns away."""
    return tuple(cells[:width]) if len(cells) >= width and not any(cells[width:]) else None


def _cells(row: str, separator: str) -> list[str] | None:
    try:
        cells = next(csv.reader([row], delimiter=separator, strict=True), [])
    except csv.Error:
        return None
    return [" ".join(cell.translate(_SPACES).split("\n")).strip() for cell in cells]
