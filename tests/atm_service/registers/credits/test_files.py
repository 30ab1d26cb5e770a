"""Files as payroll people write them: every bad line is told by its number, and nothing personal is repeated."""

from pathlib import Path

import pytest

from atm_service.registers.credits import domain, files
from atm_service.registers.credits.domain import Bad, Reason
from tests.atm_service.registers.credits.school import HEADER, write

GOOD = "L1,020188004217,,7450000,Lương tháng 11"


def bad(tmp_path: Path, *rows: str, header: str = HEADER) -> list[tuple[int, Reason]]:
    return [
        (one.number, one.reason) for one in files.read(write(tmp_path / "f.csv", *rows, header=header)).bad
    ]


def test_a_file_is_read(tmp_path: Path) -> None:
    """With or without a byte-order mark, columns in any order, phones in any form, blank lines passed over."""
    rows = ['5000,"Phụ cấp, quý 4",+84 912-345-601,L1', "", ",,,", "6000,,0912345602,L2"]
    header = "amount,narration,phone,line_reference"
    for encoding in ("utf-8", "utf-8-sig"):
        found = files.read(write(tmp_path / "f.csv", *rows, header=header, encoding=encoding))
        assert [(one.number, one.reference, one.phone, one.amount, one.narration) for one in found.lines] == [
            (2, "L1", "0912345601", 5_000, "Phụ cấp, quý 4"),
            (5, "L2", "0912345602", 6_000, ""),
        ]
        assert found.bad == []


def test_semicolons_do_as_well(tmp_path: Path) -> None:
    """Spreadsheets set to Vietnamese part columns by semicolons."""
    found = files.read(write(tmp_path / "f.csv", GOOD.replace(",", ";"), header=HEADER.replace(",", ";")))
    assert [one.amount for one in found.lines] == [7_450_000]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("L1,020188004217,,7450000", "malformed"),
        ("L1,020188004217,,7450000,,thừa", "malformed"),
        ('L1,020188004217,,7450000,"Lương" tháng', "malformed"),
        ("L1,020188004217,,7450000,Lương\u00a0tháng 11,,", None),
        ("L1,020188004217,,7\u00a0450\u00a0000,", "bad-amount"),
        ('L1,020188004217,,"7450000,00",', "bad-amount"),
        ("L1,020188004217,,7.45E+06,", "bad-amount"),
        ("L1,020188004217,,7450000 đ,", "bad-amount"),
        ('L1,020188004217,,7450000,"Lương', "malformed"),
        ("L 1,020188004217,,7450000,", "bad-reference"),
        (",020188004217,,7450000,", "bad-reference"),
        (f"{'L' * 41},020188004217,,7450000,", "bad-reference"),
        ("L1,,,7450000,", "bad-person"),
        ("L1,20188004217,,7450000,", "zero-lost"),
        ("L1,,912345601,7450000,", "zero-lost"),
        ("L1,2.01880042E+10,,7450000,", "shortened"),
        ('L1,"2,0188E+10",,7450000,', "shortened"),
        ("L1,,8.49E+10,7450000,", "shortened"),
        ("1E+05,020188004217,,7450000,", "shortened"),
        ("1E05,020188004217,,7450000,", None),
        ("L1,2018800421,,7450000,", "bad-person"),
        (",,,14900000,", "total-line"),
        ("Tổng cộng:,,,14900000,", "total-line"),
        ("TOTAL,,,14900000,", "total-line"),
        (",Tổng,,14900000,", "total-line"),
        (",,,14900000,Cộng", "total-line"),
        ("L1,,,14900000,Tổng", "bad-person"),
        ("Total,020188004217,,7450000,\u00a0", None),
        ("L1,02018800421x,,7450000,", "bad-person"),
        ("L1,,0212345601,7450000,", "bad-person"),
        ("L1,020188004217,12,7450000,", "bad-person"),
        ("L1,020188004217,,0,", "bad-amount"),
        ("L1,020188004217,,-5,", "bad-amount"),
        ("L1,020188004217,,7450000.0,", "bad-amount"),
        ("L1,020188004217,,7.450.000,", "bad-amount"),
        ("L1,020188004217,,٧٤٥,", "bad-amount"),
        ("L1,020188004217,,1000000001,", "bad-amount"),
        (f"L1,020188004217,,1,{'x' * 141}", "bad-narration"),
        ("L1,020188004217,,1,a\0b", "bad-narration"),
        ("020188004217,020188004217,,1,", "personal-data"),
        ("L-0912345601,,0912345601,1,", "personal-data"),
        ("L1,020188004217,,1,cho 020188004217", "personal-data"),
    ],
)
def test_bad_lines(tmp_path: Path, row: str, reason: str | None) -> None:
    """Each fault has its reason; the lines around it stay good."""
    assert bad(tmp_path, "L8,020188004218,,1,", row, "L9,020188004219,,1,") == [(3, reason)] * bool(reason)


def test_limits_are_inclusive(tmp_path: Path) -> None:
    """The longest reference and narration and the largest amount are good."""
    row = f"{'L' * 40},020188004217,,1000000000,{'x' * 140}"
    assert bad(tmp_path, row) == []


def test_all_lines_of_one_reference_are_bad(tmp_path: Path) -> None:
    """Nobody can tell which of two is meant, even if one of them is bad for another reason."""
    rows = ["L1,020188004217,,1,", "L2,020188004217,,1,", "L1,020188004218,,1,", "L2,020188004218,,0,"]
    assert bad(tmp_path, *rows) == [
        (2, "duplicate-reference"),
        (3, "duplicate-reference"),
        (4, "duplicate-reference"),
        (5, "bad-amount"),
    ]


def test_a_number_is_one_reference_however_it_is_written(tmp_path: Path) -> None:
    """`01` is `1`; where there is more than digits, noughts are as typed."""
    assert bad(tmp_path, "01,020188004217,,1,", "1,020188004218,,1,") == [
        (2, "duplicate-reference"),
        (3, "duplicate-reference"),
    ]
    rows = ["007,020188004217,,1,", "000,020188004217,,1,", "T-01,020188004217,,1,", "T-1,020188004217,,1,"]
    found = files.read(write(tmp_path / "f.csv", *rows))
    assert [one.reference for one in found.lines] == ["7", "0", "T-01", "T-1"]


def test_nothing_personal_is_repeated() -> None:
    """A bad line is named by its reference unless that may be somebody's number."""
    raw = domain.Raw(1, "020188004217", "020188004217", "", "1", "")
    assert domain.check([raw]) == ([], [Bad(1, Reason.PERSONAL_DATA, None)])
    assert "020188004217" not in repr(domain.check([domain.Raw(1, "L", "020188004217", "", "1", "")]))


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("line_reference,amount", "id_number or phone"),
        ("id_number,amount", "line_reference"),
        ("line_reference,id_number,amount,full_name", "each column once"),
        ("line_reference,id_number,amount,amount", "each column once"),
        ("", "line_reference"),
    ],
)
def test_headers(tmp_path: Path, header: str, says: str) -> None:
    """A header that misses a column, or sends one that nobody needs, is refused with what it should be."""
    with pytest.raises(files.FileUnusable, match=says):
        files.read(write(tmp_path / "f.csv", GOOD, header=header))


def test_unusable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another encoding, no lines, too many lines, too large: one sentence that says what to do."""
    path = tmp_path / "f.csv"
    path.write_bytes(
        f"{HEADER}\nL1,020188004217,,1,".encode() + "Lương".encode("cp1258", "replace") + b"\xff\n"
    )
    with pytest.raises(files.FileUnusable, match="line 2 is not UTF-8"):
        files.read(path)
    with pytest.raises(files.FileUnusable, match="no lines"):
        files.read(write(path))
    monkeypatch.setattr(files, "LINES_MAX", 2)
    assert len(files.read(write(path, "a,020188004217,,1,", "b,020188004217,,1,")).lines) == 2
    with pytest.raises(files.FileUnusable, match="more than 2 lines"):
        files.read(write(path, GOOD, GOOD, GOOD))
    monkeypatch.setattr(files, "BYTES_MAX", 10)
    with pytest.raises(files.FileUnusable, match="larger"):
        files.read(path)
    with pytest.raises(files.FileUnusable, match="cannot be read"):
        files.read(tmp_path / "none.csv")
