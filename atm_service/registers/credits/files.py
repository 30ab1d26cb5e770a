"""Reading a file of credits: CSV in UTF-8, one credit a line, under a header that names the columns."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atm_service.registers.credits.domain import LINES_MAX, Bad, Line, Raw, Reason, check

BYTES_MAX: Final = 32 * 1024 * 1024
COLUMNS: Final = ("line_reference", "id_number", "phone", "amount", "narration")
NEEDED: Final = ("line_reference", "amount")


class FileUnusable(ValueError):  # noqa: N818  an answer to the operator, named for what it is
    """The file as a whole is no file of credits; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CreditFile:
    """A file that was read: its good lines and its bad ones, and the SHA-256 of its bytes."""

    lines: list[Line] = field(repr=False)
    bad: list[Bad]
    digest: str


def read(path: Path) -> CreditFile:
    """Read and check a file. Raises `FileUnusable`."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise FileUnusable(f"the file is larger than {BYTES_MAX // 1024 // 1024} MiB: split it")
        data = path.read_bytes()
    except OSError as unreadable:
        raise FileUnusable(f"the file cannot be read: {unreadable.strerror}") from None
    return CreditFile(*check(_raws(_text(data))), hashlib.sha256(data).hexdigest())


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        number = data.count(b"\n", 0, wrong.start) + 1
        raise FileUnusable(f"line {number} is not UTF-8: save the file as “CSV UTF-8”") from None


def _raws(text: str) -> Iterator[Raw | Bad]:
    """Give each line after the header. Every line is read by itself: a stray quotation mark spoils one only."""
    rows = [line.rstrip("\r") for line in text.split("\n")]
    separator = ";" if ";" in rows[0] and "," not in rows[0] else ","  # as spreadsheets in Vietnam write it
    columns = _columns(_fields(rows[0], separator))
    found = [(number, row) for number, row in enumerate(rows[1:], start=2) if row.strip(f" {separator}")]
    if not found:
        raise FileUnusable("the file has no lines after its header")
    if len(found) > LINES_MAX:
        raise FileUnusable(f"the file has more than {LINES_MAX:,} lines: split it")
    for number, row in found:
        fields = _fields(row, separator)
        if fields is None or len(fields) != len(columns):
            yield Bad(number, Reason.MALFORMED)
            continue
        by_name = dict.fromkeys(COLUMNS, "") | dict(zip(columns, fields, strict=True))
        reference, id_number, phone, amount, narration = (by_name[name] for name in COLUMNS)
        yield Raw(number, reference, id_number, phone, amount, narration)


def _fields(row: str, separator: str) -> list[str] | None:
    try:
        return [value.strip() for value in next(csv.reader([row], delimiter=separator, strict=True), [])]
    except csv.Error:
        return None


def _columns(header: list[str] | None) -> list[str]:
    """Check the header; a column that nobody needs is refused, since it may hold what should not be sent."""
    columns = header or []
    if len(set(columns)) != len(columns) or not set(columns) <= set(COLUMNS):
        raise FileUnusable(f"the header must name each column once, out of: {', '.join(COLUMNS)}")
    if not set(NEEDED) <= set(columns) or not {"id_number", "phone"} & set(columns):
        raise FileUnusable("the header needs line_reference, amount, and id_number or phone")
    return columns
