"""An export is the journal on another machine: whole, or refused with the line where it is not."""

from typing import Any

import orjson
import pytest

from ledger import Void
from ledger.seals import exports, live, verifying
from ledger.seals.exports import MalformedExport
from tests.database import cloned
from tests.ledger.builders import ANNA, NOW, fill, hold, payment, prepare, top_up
from tests.ledger.seals.sealed import KEYS, seal_all


@pytest.fixture(scope="module")
def exported(server_url: str, template: str) -> list[bytes]:
    """Give an export with a line of every kind: three leaves, one row unsealed, six accounts."""
    spent, given_up = hold(10), hold(20)
    with cloned(server_url, template) as database:
        prepare(database.owner, [top_up(narration="Nạp tiền")])
        seal_all(database)
        prepare(database.owner, [fill(), spent, given_up])
        prepare(database.owner, [payment(spent), Void(given_up.id, "v")])
        seal_all(database)
        prepare(database.owner, [top_up()])
        with database.app.connect() as session:
            return list(exports.write(live.books(session), KEYS, NOW))


@pytest.fixture
def lines(exported: list[bytes]) -> list[bytes]:
    """Give the lines for one test to change."""
    return list(exported)


def records(lines: list[bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in lines]


def verify(lines: list[bytes]) -> verifying.Report:
    books, _ = exports.read(lines)
    return verifying.verify(books, KEYS, NOW)


def test_an_export_has_all_that_is_needed(lines: list[bytes]) -> None:
    """Head with keys, seals with their leaves, what is unsealed, accounts, and a line that counts."""
    head, *middle, last = records(lines)
    assert (head["format"], head["exported_at"]) == (
        "soft-atm sealed journal 1",
        "2026-03-02T04:30:00.000000Z",
    )
    assert [key["kid"] for key in head["keys"]] == list(KEYS)
    assert last == {"complete": {"seals": 2, "leaves": 7, "unsealed": 1, "accounts": 6, "strays": 0}}
    assert [record["seal"]["leaves"] for record in middle if "seal" in record] == [1, 6]
    (anna,) = [record["account"] for record in middle if record.get("account", {}).get("code") == ANNA]
    assert (anna["credits"], anna["debits"], anna["held"], anna["version"]) == (2000, 10, 0, 3)
    first = middle[1]
    assert first["position"] == 0
    assert first["entry"]["narration"] == "Nạp tiền"
    assert first["entry"]["postings"][0]["amount"] == 1000


def test_an_export_is_verified_without_a_database(lines: list[bytes]) -> None:
    """Its keys come along, but nobody need trust them."""
    report = verify(lines)
    assert (report.holds, report.seals, report.leaves, report.unsealed) == (True, 2, 7, 1)
    books, keys = exports.read(lines)
    assert keys.keys() == KEYS.keys()
    assert not verifying.verify(books, {}, NOW).holds


def test_writing_again_what_was_read_gives_the_same(lines: list[bytes]) -> None:
    """Nothing is lost on the way."""
    books, keys = exports.read(lines)
    assert list(exports.write(books, keys, NOW)) == lines


def without(lines: list[bytes], name: str) -> list[bytes]:
    place = next(number for number, record in enumerate(records(lines)) if name in record)
    return lines[:place] + lines[place + 1 :]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("format", "line 1: not a 'soft-atm sealed journal 1'"),
        ("position", "counts other rows"),
        ("account", "counts other rows"),
        ("complete", "cut short"),
    ],
)
def test_a_missing_line_is_noticed(lines: list[bytes], name: str, says: str) -> None:
    """Whatever line is left out, the file is refused."""
    with pytest.raises(MalformedExport, match=says):
        verify(without(lines, name))


def test_a_file_that_was_cut_short_is_no_whole_one(lines: list[bytes]) -> None:
    """At any line, and in the middle of a line."""
    for size in range(len(lines)):
        with pytest.raises(MalformedExport, match="cut short"):
            verify(lines[:size])
    with pytest.raises(MalformedExport, match=f"line {len(lines)}: the file is cut short"):
        verify([*lines[:-1], lines[-1][:-2]])


def test_more_after_the_end_is_refused(lines: list[bytes]) -> None:
    """Two files in one are not read as the first."""
    with pytest.raises(MalformedExport, match="after the last line"):
        verify([*lines, lines[-1]])


@pytest.mark.parametrize("line", [b"{}\n", b"[]\n", b"nonsense\n", b"\xff\n", b"null\n", b'{"seal": 5}\n',
                                  b'{"position": 0}\n', b'{"entry": {}}\n', b'{"account": {"id": 1}}\n'])  # fmt: skip
def test_nonsense_is_refused_with_its_line(lines: list[bytes], line: bytes) -> None:
    """Whatever stands in the third line, the third line is named."""
    with pytest.raises(MalformedExport, match="line 3:"):
        verify([*lines[:2], line, *lines[3:]])


@pytest.mark.parametrize(
    "change", [("amount", "1000"), ("amount", 1000.0), ("amount", None), ("amount", True)]
)
def test_amounts_are_whole_numbers(lines: list[bytes], change: tuple[str, Any]) -> None:
    """A text, a fraction or a truth is no amount."""
    record = orjson.loads(lines[2])
    record["entry"]["postings"][0].update([change])
    with pytest.raises(MalformedExport, match="line 3: not a record of kind 'entry'"):
        verify([*lines[:2], orjson.dumps(record) + b"\n", *lines[3:]])


def test_a_seal_with_too_many_leaves_is_refused(lines: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded whatever the file says."""
    monkeypatch.setattr(exports, "LEAVES_MAX", 5)
    with pytest.raises(MalformedExport, match="at most 5 leaves"):
        verify(lines)
