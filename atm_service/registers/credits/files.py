"""Reading a file of credits: a table as spreadsheets write it, one credit a line, under a header of known columns."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from atm_service.platform import sheets
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
    return CreditFile(*check(_raws(data)), hashlib.sha256(data).hexdigest())


def _raws(data: bytes) -> Iterator[Raw | Bad]:
    """Give each row under the heading."""
    try:
        named, rows = sheets.read(data)
    except sheets.Unreadable as unreadable:
        raise FileUnusable(str(unreadable)) from None
    columns = _columns(named)
    found = list(islice(rows, LINES_MAX + 1))
    if not found:
        raise FileUnusable("the file has no lines after its header")
    if len(found) > LINES_MAX:
        raise FileUnusable(f"the file has more than {LINES_MAX:,} lines: split it")
    for row in found:
        if row.cells is None:
            yield Bad(row.number, Reason.MALFORMED)
            continue
        by_name = dict.fromkeys(COLUMNS, "") | dict(zip(columns, row.cells, strict=True))
        reference, id_number, phone, amount, narration = (by_name[name] for name in COLUMNS)
        yield Raw(row.number, reference, id_number, phone, amount, narration)


def _columns(columns: list[str]) -> list[str]:
    """Check the header; a column that nobody needs is refused, since it may hold what should not be sent."""
    if len(set(columns)) != len(columns) or not set(columns) <= set(COLUMNS):
        raise FileUnusable(f"the header must name each column once, out of: {', '.join(COLUMNS)}")
    if not set(NEEDED) <= set(columns) or not {"id_number", "phone"} & set(columns):
        raise FileUnusable("the header needs line_reference, amount, and id_number or phone")
    return columns
