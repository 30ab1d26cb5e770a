"""Trees, areas and offices as CSV files with a heading. The shipped ones are Lạng Sơn's: see `docs/operations.md`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atm_service.platform import sheets
from atm_service.registers.offices.domain import OFFICE_FORM
from atm_service.registers.units.domain import AREA_FORM, KIND_FORM, UNIT_FORM, Part
from atm_service.registers.units.errors import Malformed
from atm_service.registers.units.reform import Planned

_CODE: Final = re.compile(UNIT_FORM)
_KIND: Final = re.compile(KIND_FORM)
_AREA: Final = re.compile(AREA_FORM)
_OFFICE: Final = re.compile(OFFICE_FORM)
_ORIGIN: Final = re.compile(r"([0-9]{2,5})(?::(main|part))?")
_NAME: Final = re.compile(r"\S(?:[^\n\r\t]{0,68}\S)?")
_ROWS_MAX: Final = 20_000
_DIGITS: Final = (2, 3, 5)  # of a province, a district, a commune: the state has given no others


@dataclass(frozen=True)
class PlannedOffice:
    """An office of a file: its code and name, and where it stands and belongs at first."""

    code: str
    name: str
    unit: str
    area: str


def units(path: Path) -> list[Planned]:
    """Read a tree: `code,kind,name,parent,made_of`; made of former units such as `05971 06187:main 06190:part`."""
    return [
        Planned(
            _code(row, "code"),
            _like(_KIND, row, "kind"),
            _like(_NAME, row, "name"),
            _code(row, "parent") if row["parent"] else None,
            _made_of(row),
        )
        for row in _rows(path, ("code", "kind", "name", "parent", "made_of"))
    ]


def areas(path: Path) -> tuple[list[Planned], dict[str, str]]:
    """Read areas: `office,area,name,parent`, a row an office or an area alone. Give areas, and each office's."""
    drawn: dict[str, Planned] = {}
    belongs: dict[str, str] = {}
    for row in _rows(path, ("office", "area", "name", "parent")):
        parent = _like(_AREA, row, "parent") if row["parent"] else None
        one = Planned(_like(_AREA, row, "area"), "area", _like(_NAME, row, "name"), parent)
        if drawn.setdefault(one.code, one) != one:
            raise Malformed(f"area {one.code} has two names, or lies in two")
        if row["office"]:
            office = _like(_OFFICE, row, "office")
            if office in belongs:
                raise Malformed(f"office {office} stands there twice")
            belongs[office] = one.code
    return list(drawn.values()), belongs


def offices(path: Path) -> list[PlannedOffice]:
    """Read offices: `code,name,unit,area`."""
    return [
        PlannedOffice(
            _like(_OFFICE, row, "code"),
            _like(_NAME, row, "name"),
            _code(row, "unit"),
            _like(_AREA, row, "area"),
        )
        for row in _rows(path, ("code", "name", "unit", "area"))
    ]


def _rows(path: Path, columns: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Give the rows by the names of their columns, with what to call a row under the empty name."""
    try:
        named, rows = sheets.read(path.read_bytes())
    except sheets.Unreadable as unreadable:
        raise Malformed(f"{path.name}: {unreadable}") from None
    if named != list(columns):
        raise Malformed(f"{path.name}: the heading is {','.join(columns)}")
    for count, row in enumerate(rows, 1):
        where = f"{path.name}, line {row.number}"
        if count > _ROWS_MAX:
            raise Malformed(f"{where}: a file has at most {_ROWS_MAX:,} rows")
        if row.cells is None:
            raise Malformed(f"{where}: a row has {len(columns)} columns")
        yield {**dict(zip(columns, row.cells, strict=True)), "": where}


def _like(form: re.Pattern[str], row: Mapping[str, str], column: str) -> str:
    if not form.fullmatch(row[column]):
        raise Malformed(f"{row['']}: `{row[column]}` is no {column}")
    return row[column]


def _code(row: Mapping[str, str], column: str) -> str:
    """Give a unit's code: of as many digits as its kind has, for a spreadsheet may have taken zeros away."""
    code = _like(_CODE, row, column)
    if len(code) not in _DIGITS:
        raise Malformed(
            f"{row['']}: `{code}` is no {column}; codes have 2, 3 or 5 digits, zeros before them too"
        )
    return code


def _made_of(row: Mapping[str, str]) -> dict[str, Part]:
    made_of: dict[str, Part] = {}
    for word in row["made_of"].split():
        found = _ORIGIN.fullmatch(word)
        if found is None or found[1] in made_of:
            raise Malformed(
                f"{row['']}: `{word}` is no former unit such as 05971, 05971:main or 05971:part, or stands twice"
            )
        made_of[found[1]] = Part(found[2] or Part.WHOLE)
    return made_of
