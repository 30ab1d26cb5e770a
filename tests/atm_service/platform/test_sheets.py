"""Files as spreadsheets make them: read as they were meant, or refused by the line that is at fault."""

import csv
import io
import sys
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform import sheets

COLUMNS = ["line_reference", "amount", "narration"]
CELLS = st.text(st.sampled_from("aZ0 ,;\t\"'\nầđ"), max_size=8).map(str.strip)


@dataclass(frozen=True)
class Writer:
    """A program that writes tables to files, with its habits."""

    separator: str
    end: str
    encoding: str
    marks: int
    says_so: bool
    capitals: bool
    empty_columns: int
    quotes: int

    def write(self, rows: list[list[str]]) -> bytes:
        file = io.StringIO(newline="")
        within = "\r\n" if self.end == "\r\n" else "\n"
        writer = csv.writer(file, delimiter=self.separator, lineterminator=within, quoting=self.quotes)
        heading = [name.upper().replace("_", " ") if self.capitals else name for name in COLUMNS]
        writer.writerows([*row, *[""] * self.empty_columns] for row in [heading, *rows])
        said = f"sep={self.separator}{within}" if self.says_so else ""
        text = "\ufeff" * self.marks + said + file.getvalue()
        return (text.replace("\n", "\r") if self.end == "\r" else text).encode(self.encoding)


WRITERS = st.builds(
    Writer,
    separator=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    marks=st.integers(0, 2),
    says_so=st.booleans(),
    capitals=st.booleans(),
    empty_columns=st.integers(0, 3),
    quotes=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)


def rows_of(data: bytes) -> list[tuple[int, tuple[str, ...] | None]]:
    return [(row.number, row.cells) for row in sheets.read(data)[1]]


@given(WRITERS, st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_what_was_written_is_read_or_refused(writer: Writer, rows: list[list[str]]) -> None:
    """Whoever wrote it: every row that says something is read as it was meant, or refused at its line; none is lost."""
    columns, found = sheets.read(writer.write(rows))
    read = list(found)
    assert columns == COLUMNS
    meant = [row for row in rows if any(row)]
    assert [row.number for row in read] == sorted({row.number for row in read})
    taken = iter(read)
    for row in meant:
        one = next(taken)
        if one.cells is None:  # a line break, and behind it what looks like a row of its own
            assert any("\n" in cell for cell in row)
            return
        assert list(one.cells) == [" ".join(cell.split("\n")).strip() for cell in row]
    assert next(taken, None) is None


@given(st.binary(max_size=200))
def test_anything_else_is_refused_and_nothing_is_raised(data: bytes) -> None:
    """No bytes make it fail otherwise."""
    try:
        columns, found = sheets.read(data)
    except sheets.Unreadable:
        return
    assert all(row.cells is None or len(row.cells) == len(columns) for row in found)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a,b\n1,2\n\n,\n3,4\n", [(2, ("1", "2")), (5, ("3", "4"))]),
        ('sep=;\na;b\n"1;\n";2\n3;4', [(3, ("1;", "2")), (5, ("3", "4"))]),
        ('a,b\n1,"x\n2,y\n3,z\n', [(2, None), (3, ("2", "y")), (4, ("3", "z"))]),
        ('a,b\n1,"x\n2,"\n3,z\n', [(2, None), (3, None), (4, ("3", "z"))]),
        ('a,b\n"x\ny",2\n3,z\n', [(2, ("x y", "2")), (4, ("3", "z"))]),
        ("a,b,,\n1,2,,\n3,4\n5,6,,7\n8\n", [(2, ("1", "2")), (3, ("3", "4")), (4, None), (5, None)]),
        ("a,b\n\u00a01\u00a0,\ufeff2\u200b\n", [(2, ("1", "2"))]),
    ],
)
def test_lines_have_their_numbers(text: str, read: list[tuple[int, tuple[str, ...] | None]]) -> None:
    """Empty lines, `sep=`, line breaks in quotes, stray quotation marks, empty columns, spaces that nobody sees."""
    for end in ("\n", "\r\n", "\r"):
        assert rows_of(text.replace("\n", end).encode()) == read


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        ("a,b\n1,2".encode("utf-16-le"), "UTF-16 without its mark"),
        (b"\xff\xfea", "begins as UTF-16"),
        ("a,b\r1,2\rLương,3".encode().replace("ư".encode(), b"\xfd"), "line 3 is not UTF-8"),
    ],
)
def test_what_is_no_table(data: bytes, says: str) -> None:
    """Workbooks, and encodings that would have to be guessed, such as Windows-1258: with the line and what to do."""
    with pytest.raises(sheets.Unreadable, match=says):
        sheets.read(data)


SIGNS = [
    one
    for one in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(one) != "Cs"
    and unicodedata.normalize("NFKC", one).startswith(("=", "+", "-", "@"))
]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "before", ["", "gạo;", 'gạo;"', 'gạo;" ', 'gạo";', "gạo\t", "gạo|", "gạo\r\n", "\n", " "]
)
def test_no_cell_is_a_formula_however_it_is_read(separator: str, before: str) -> None:
    """Whatever separates the cells where it is opened, and by whichever sign of the same meaning it begins."""
    text = sheets.written(
        [["22/11/2026", -5, f"{before}{sign}cmd|' /C calc'!A0;x", "hết"] for sign in [*SIGNS, "−"]]
    )
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        for cell in row:
            assert not cell.strip(' \t\r\n"').startswith((*SIGNS, "−")) or cell == "-5", (separator, row)


def test_text_that_is_no_formula_stays_as_it_is() -> None:
    """Numbers stay numbers, and a sign in the middle is a sign."""
    row = [-5, "a = b; c-d", "tiền gạo, -5", "x@y"]
    assert sheets.written([row]) == '-5,a = b; c-d,"tiền gạo, -5",x@y\r\n'
