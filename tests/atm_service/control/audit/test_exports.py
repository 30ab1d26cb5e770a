import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from atm_service.control.audit import beancount, exports, hledger
from atm_service.control.audit.exports import Format
from atm_service.control.audit.journal import AccountBalance, Extract, JournalEntry, Line, Side
from ledger import AccountClass
from tests.atm_service.control.audit import tools

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
CUSTOMER = ("customer/0199a0b1-7c2d-7e3f-8a4b-5c6d7e8f9a0b", AccountClass.LIABILITY)
DRAWER = ("office/05971-1/drawer/1", AccountClass.ASSET)
OVER_SHORT = ("office/05971-1/over-short", AccountClass.EXPENSE)
FEES = ("office/05971-1/fees", AccountClass.INCOME)
CAPITAL = ("capital/a1", AccountClass.EQUITY)

TRICKY = [
    "",
    "cash paid at 05971-1",
    "a; comment, [2026-99-99] date:nonsense",
    'a "quoted" \\ narration\\',
    "=1+1",
    "+84 phone",
    "@SUM(A1)",
    "-2+3",
    "a | b ! * (c) {d} #tag ^link",
    "Rút tiền ở Đồng Đăng",
    "comma, and | pipe",
    "* ! (x) 2026-11-02",
    "x" * 200,
]


def entry(
    *moves: tuple[tuple[str, AccountClass], tuple[str, AccountClass], int],
    number: int = 1,
    narration: str = "",
    reference: str | None = None,
    corrects: UUID | None = None,
    day: date = date(2026, 11, 2),
) -> JournalEntry:
    lines = tuple(
        Line(
            at,
            amount,
            Side(*debit, balance=amount, version=number),
            Side(*credit, balance=-amount, version=number),
        )
        for at, (debit, credit, amount) in enumerate(moves or [(CUSTOMER, DRAWER, 2_000_000)], start=1)
    )
    id = UUID(int=number << 64 | 0x7 << 76 | 0x2 << 62)
    return JournalEntry(
        id, day, NOON, "withdrawal", reference or f"entry/{number}", narration, corrects, lines
    )


def extract(
    entries: Sequence[JournalEntry], openings: dict[tuple[str, AccountClass], int] | None = None
) -> Extract:
    """Build an extract whose closing balances follow from its entries."""
    opening = openings or {}
    closing = dict(opening)
    for one in entries:
        for line in one.lines:
            for side, sign in ((line.debit, 1), (line.credit, -1)):
                name = (side.code, side.class_)
                closing[name] = closing.get(name, 0) + sign * line.amount
    balances = [AccountBalance(*name, opening.get(name, 0), closing[name]) for name in sorted(closing)]
    return Extract(FIRST, LAST, lambda: balances, iter(entries))


def written(what: Extract, format_: Format) -> str:
    return b"".join(exports.chunks(what, format_)).decode()


def saved(what: Extract, format_: Format, folder: Path) -> Path:
    path = folder / exports.file_name(FIRST, LAST, format_)
    path.write_text(written(what, format_))
    return path


def tricky() -> list[JournalEntry]:
    texts: Iterable[tuple[int, str]] = enumerate(TRICKY, start=1)
    return [
        entry(number=number, narration=text, reference='a,b:c;[2026-99-99]="\\' + str(number))
        for number, text in texts
    ]


OPENINGS = {CUSTOMER: -50_000_000, DRAWER: 50_000_000, CAPITAL: 0}


@pytest.mark.parametrize("openings", [{}, OPENINGS])
def test_hledger_accepts_every_narration(
    tmp_path: Path, openings: dict[tuple[str, AccountClass], int]
) -> None:
    """A strict hledger takes any narration and reference, with and without opening balances."""
    path = saved(extract(tricky(), openings), Format.HLEDGER, tmp_path)
    tools.hledger_accepts(path)
    moved = 2_000_000 * len(TRICKY)
    balances = tools.hledger_balances(path)
    assert balances[hledger.name(*DRAWER)] == openings.get(DRAWER, 0) - moved
    assert balances[hledger.name(*CUSTOMER)] == openings.get(CUSTOMER, 0) + moved


def test_hledger_reads_the_whole_narration(tmp_path: Path) -> None:
    """Hledger's descriptions are the narrations, but for the semicolon, which it cannot have."""
    path = saved(extract(tricky()), Format.HLEDGER, tmp_path)
    read = set(tools.hledger(path, "descriptions").splitlines())
    assert {text.replace(";", ",") for text in TRICKY} <= read


@pytest.mark.parametrize("openings", [{}, OPENINGS])
def test_bean_check_accepts_every_narration(
    tmp_path: Path, openings: dict[tuple[str, AccountClass], int]
) -> None:
    """bean-check takes any narration and reference, with and without opening balances."""
    path = saved(extract(tricky(), openings), Format.BEANCOUNT, tmp_path)
    tools.bean_check_accepts(path)
    moved = 2_000_000 * len(TRICKY)
    assert tools.beancount_balances(path)[beancount.name(*DRAWER)] == openings.get(DRAWER, 0) - moved


@pytest.mark.parametrize("format_", [Format.HLEDGER, Format.BEANCOUNT])
def test_a_lost_entry_is_seen(tmp_path: Path, format_: Format) -> None:
    """A file from which an entry is missing does not come to the balances that it asserts."""
    whole = extract([entry(number=1), entry(number=2)])
    path = saved(Extract(FIRST, LAST, whole.balances, iter([entry(number=1)])), format_, tmp_path)
    with pytest.raises(AssertionError, match=r"(?i)balance"):
        tools.hledger_accepts(path) if format_ is Format.HLEDGER else tools.bean_check_accepts(path)


@pytest.mark.parametrize("format_", [Format.HLEDGER, Format.BEANCOUNT])
def test_an_empty_period_is_a_good_file(tmp_path: Path, format_: Format) -> None:
    """A period without entries still carries the balances."""
    path = saved(extract([], OPENINGS), format_, tmp_path)
    tools.hledger_accepts(path) if format_ is Format.HLEDGER else tools.bean_check_accepts(path)


def test_every_class_has_its_place() -> None:
    """Accounts stand under the root of their class, in both tools' words."""
    names = [hledger.name(*account) for account in (CUSTOMER, DRAWER, OVER_SHORT, FEES, CAPITAL)]
    assert names == [
        "liabilities:customer:0199a0b1-7c2d-7e3f-8a4b-5c6d7e8f9a0b",
        "assets:office:05971-1:drawer:1",
        "expenses:office:05971-1:over-short",
        "income:office:05971-1:fees",
        "equity:capital:a1",
    ]
    assert [beancount.name(*account) for account in (OVER_SHORT, FEES, CAPITAL)] == [
        "Expenses:Office:05971-1:Over-short",
        "Income:Office:05971-1:Fees",
        "Equity:Capital:A1",
    ]


def test_hledger_knows_the_types(tmp_path: Path) -> None:
    """Hledger's balance sheet and income statement find the accounts of every class."""
    moves = entry((OVER_SHORT, DRAWER, 10_000), (CUSTOMER, FEES, 1_000), (DRAWER, CAPITAL, 500))
    path = saved(extract([moves]), Format.HLEDGER, tmp_path)
    types = {kind: tools.hledger(path, "accounts", f"type:{kind}").split() for kind in "ALRXE"}
    assert types == {
        "A": [hledger.name(*DRAWER)],
        "L": [hledger.name(*CUSTOMER)],
        "R": [hledger.name(*FEES)],
        "X": [hledger.name(*OVER_SHORT)],
        "E": [hledger.name(*CAPITAL)],
    }


def test_a_correction_names_what_it_corrects() -> None:
    """In every format, a correction leads to the entry that it puts right."""
    wrong = entry(number=7)
    right = entry((DRAWER, CUSTOMER, 2_000_000), number=8, corrects=wrong.id)
    for format_ in Format:
        without = written(extract([right]), format_)
        assert without.count(str(wrong.id)) == (2 if format_ is Format.CSV else 1), format_


def test_what_was_undone_says_so() -> None:
    """In every format, an entry that was undone on its day leads to the one that undid it."""
    undone = replace(entry(number=7), undone_by=entry(number=8).id)
    for format_ in Format:
        told = written(extract([undone]), format_).count(str(undone.undone_by))
        assert told == (2 if format_ is Format.CSV else 1), format_


def test_json_is_one_array() -> None:
    """JSON holds each entry with its postings, one a line."""
    text = written(
        extract([entry(narration='a "b" ; c'), entry((CUSTOMER, DRAWER, 5), (CUSTOMER, FEES, 1), number=2)]),
        Format.JSON,
    )
    assert len(text.splitlines()) == 4
    first, second = json.loads(text)
    assert first == {
        "id": str(entry().id),
        "business_date": "2026-11-02",
        "recorded_at": "2026-11-02T05:00:00.000000Z",
        "kind": "withdrawal",
        "reference": "entry/1",
        "corrects": None,
        "undone_by": None,
        "narration": 'a "b" ; c',
        "postings": [{"line": 1, "debit": CUSTOMER[0], "credit": DRAWER[0], "amount": 2_000_000}],
    }
    assert [posting["credit"] for posting in second["postings"]] == [DRAWER[0], FEES[0]]
    assert json.loads(written(extract([]), Format.JSON)) == []


def test_csv_has_a_row_for_each_leg() -> None:
    """CSV is RFC 4180: a header, CRLF, and a row a leg, so that both columns have the same sum."""
    text = written(
        extract([entry(narration='a, "b"'), entry((CUSTOMER, DRAWER, 5), (CUSTOMER, FEES, 1), number=2)]),
        Format.CSV,
    )
    assert text.count("\r\n") == text.count("\n") == 7
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 6
    assert rows[0] == {
        "entry_id": str(entry().id),
        "line": "1",
        "business_date": "2026-11-02",
        "recorded_at": "2026-11-02T05:00:00.000000Z",
        "kind": "withdrawal",
        "reference": "entry/1",
        "corrects": "",
        "account": CUSTOMER[0],
        "class": "liability",
        "debit": "2000000",
        "credit": "",
        "balance": "2000000",
        "version": "1",
        "narration": 'a, "b"',
        "undone_by": "",
    }
    sums = [sum(int(row[column] or 0) for row in rows) for column in ("debit", "credit")]
    assert sums == [2_000_006, 2_000_006]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    """A narration or a reference that a spreadsheet would compute gets an apostrophe before it."""
    text = written(extract([entry(narration=f"{start}1", reference=f"{start}2")]), Format.CSV)
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert (row["narration"], row["reference"]) == (f"'{start}1", f"'{start}2")


def test_a_long_journal_comes_in_pieces() -> None:
    """However long the journal, only a piece of it is ever held."""
    entries = (entry(number=number) for number in range(1, 2_001))
    pieces = exports.chunks(Extract(FIRST, LAST, list, entries), Format.CSV)
    assert len(next(pieces)) < 2 * exports.CHUNK_CHARS
    read = int(next(entries).reference.removeprefix("entry/"))
    assert read < 500
    assert len(list(pieces)) > 5
