from pathlib import Path

import pytest

from atm_service.registers.banks import data
from atm_service.registers.banks.errors import BankUnknown

HEADER = "bin,code,swift_bic,short_name,name\n"


@pytest.mark.parametrize(
    ("bin", "short_name"), [("970406", "Vikki Bank"), ("970414", "MBV"), ("970449", "LPBank")]
)
def test_renamed_banks(bin: str, short_name: str) -> None:
    """A bank that was renamed is listed once, under the name that it has now."""
    assert data.find(bin).short_name == short_name


def test_every_bin_is_listed() -> None:
    """No bank of the file is lost: there are as many as different BINs."""
    bins = {line.split(",")[0] for line in data.FILE.read_text(encoding="utf-8").splitlines()[1:]}
    assert set(data.BANKS) == bins


def test_in_order_of_names() -> None:
    """The list is in the order in which a customer looks for a name."""
    names = [bank.short_name.casefold() for bank in data.BANKS.values()]
    assert names == sorted(names)


def test_unknown_bank() -> None:
    """A BIN that no bank has is refused."""
    with pytest.raises(BankUnknown):
        data.find("000000")


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ("970436,VCB,,Vietcombank,A\n970436,XYZ,,Other,B\n", "two banks have the BIN 970436"),
        ("97043,VCB,,Vietcombank,A\n", "not whole"),
        ("970436,,,Vietcombank,A\n", "not whole"),
    ],
)
def test_bad_lists(tmp_path: Path, rows: str, match: str) -> None:
    """A list with two banks under one BIN, or with a row that is not whole, is not loaded."""
    file = tmp_path / "banks.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(data.BankListInvalidError, match=match):
        data.load(file)
