"""The journal as text in four formats. Pure: an extract goes in, lines come out, one by one.

JSON and CSV hold the period's entries. hledger and beancount files stand alone: they declare every account,
carry the opening balances in, and end with the balances that this service says it has, so that the other tool
recomputes and compares them whenever it reads the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import orjson

from atm_service.control.audit import beancount, hledger
from atm_service.control.audit.journal import Extract, JournalEntry, Line, Side
from atm_service.platform import sheets

CHUNK_CHARS: Final = 65_536
CSV_COLUMNS: Final = (
    "entry_id",
    "line",
    "business_date",
    "recorded_at",
    "kind",
    "reference",
    "corrects",
    "account",
    "class",
    "debit",
    "credit",
    "balance",
    "version",
    "narration",
    "undone_by",
)


class Format(StrEnum):
    """How the journal may be written."""

    JSON = "json"
    CSV = "csv"
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


@dataclass(frozen=True)
class Writing:
    """How a format is written, what its file's name ends with, and its media type."""

    lines: Callable[[Extract], Iterator[str]]
    suffix: str
    media_type: str


def chunks(extract: Extract, format_: Format) -> Iterator[bytes]:
    """Write the extract in a format, in UTF-8, in pieces of some 64 KiB. Never holds more than one piece."""
    piece, size = [], 0
    for line in WRITINGS[format_].lines(extract):
        piece.append(line)
        size += len(line)
        if size >= CHUNK_CHARS:
            yield "".join(piece).encode()
            piece, size = [], 0
    if piece:
        yield "".join(piece).encode()


def file_name(first: date, last: date, format_: Format) -> str:
    """Name the file: `journal-2026-11-01-2026-11-30.csv`."""
    return f"journal-{first}-{last}.{WRITINGS[format_].suffix}"


def _json_lines(extract: Extract) -> Iterator[str]:
    """Write one array with one entry a line, so that it can be read as a whole or line by line."""
    before = "[\n"
    for entry in extract.entries:
        yield before + orjson.dumps(_json_entry(entry)).decode()
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _json_entry(entry: JournalEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "business_date": entry.business_date,
        "recorded_at": entry.recorded,
        "kind": entry.kind,
        "reference": entry.reference,
        "corrects": entry.corrects,
        "undone_by": entry.undone_by,
        "narration": entry.narration,
        "postings": [
            {"line": line.number, "debit": line.debit.code, "credit": line.credit.code, "amount": line.amount}
            for line in entry.lines
        ],
    }


def _csv_lines(extract: Extract) -> Iterator[str]:
    """Write RFC 4180 with a header: a row for each leg, so that the debit and credit columns have one sum."""
    yield sheets.written([CSV_COLUMNS])
    for entry in extract.entries:
        rows = (_csv_leg(entry, line, side) for line in entry.lines for side in (line.debit, line.credit))
        yield sheets.written(rows)


def _csv_leg(entry: JournalEntry, line: Line, side: Side) -> tuple[object, ...]:
    is_debit = side is line.debit
    return (
        entry.id,
        line.number,
        entry.business_date,
        entry.recorded,
        entry.kind,
        entry.reference,
        entry.corrects or "",
        side.code,
        side.class_,
        line.amount if is_debit else "",
        "" if is_debit else line.amount,
        side.balance,
        side.version,
        entry.narration,
        entry.undone_by or "",
    )


WRITINGS: Final[dict[Format, Writing]] = {
    Format.JSON: Writing(_json_lines, "json", "application/json"),
    Format.CSV: Writing(_csv_lines, "csv", "text/csv; charset=utf-8; header=present"),
    Format.HLEDGER: Writing(hledger.lines, "journal", "text/plain; charset=utf-8"),
    Format.BEANCOUNT: Writing(beancount.lines, "beancount", "text/plain; charset=utf-8"),
}
