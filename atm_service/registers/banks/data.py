"""The banks of Vietnam by BIN, the six digits that name a bank in NAPAS transfers. Read once, from a file."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from atm_service.registers.banks.errors import BankUnknown

FILE: Final = Path(__file__).with_name("vn_banks.csv")

# Three banks were renamed, and the published list has a row for either name under one BIN. These are the
# names that ended (DongA is Vikki, OceanBank is MBV, LienVietPostBank is LPBank). They are named here, as the
# order of the rows does not tell: MBV stands before OceanBank.
FORMER_NAMES: Final = frozenset(
    {("970406", "DongA Bank"), ("970414", "Ocean Bank"), ("970449", "LienVietPostBank")}
)

_BIN: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Bank:
    """One bank."""

    bin: str
    code: str
    short_name: str
    name: str


class BankListInvalidError(ValueError):
    """The list of banks cannot be used. Says which row."""


def load(path: Path = FILE) -> Mapping[str, Bank]:
    """Read the banks in the order of their short names. Raises `BankListInvalidError`."""
    banks: dict[str, Bank] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            bank = Bank(row["bin"], row["code"], row["short_name"], row["name"])
            if (bank.bin, bank.short_name) in FORMER_NAMES:
                continue
            if not _BIN.fullmatch(bank.bin) or not all((bank.code, bank.short_name, bank.name)):
                raise BankListInvalidError(f"a row for the BIN {bank.bin!r} is not whole")
            if bank.bin in banks:
                raise BankListInvalidError(
                    f"two banks have the BIN {bank.bin}; is one of them a former name?"
                )
            banks[bank.bin] = bank
    in_order = sorted(banks.values(), key=lambda bank: (bank.short_name.casefold(), bank.bin))
    return MappingProxyType({bank.bin: bank for bank in in_order})


BANKS: Final = load()


def name(bin: str) -> str:
    """Give a bank's name; its BIN for one that has left the list since: what went over it keeps standing there."""
    known = BANKS.get(bin)
    return known.short_name if known else bin


def find(bin: str) -> Bank:
    """Give the bank with this BIN. Raises `BankUnknown`."""
    try:
        return BANKS[bin]
    except KeyError:
        raise BankUnknown from None
