"""Somebody else's tools, which recompute an exported journal."""

import csv
import io
import subprocess
import sys
from pathlib import Path

from beancount.core.inventory import Inventory
from beancount.core.realization import compute_balance, get, iter_children, realize
from beancount.loader import load_file

HLEDGER = "/usr/bin/hledger"
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def hledger(path: Path, *command: str) -> str:
    """Run hledger on a journal; whatever it complains of fails the test."""
    done = subprocess.run(
        [HLEDGER, "-f", str(path), *command],
        capture_output=True,
        text=True,
        check=False,
        env={"LANG": "C.UTF-8"},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr or done.stdout
    return done.stdout


def hledger_accepts(path: Path) -> None:
    hledger(path, "check", "--strict", "ordereddates")


def hledger_balances(path: Path) -> dict[str, int]:
    """Give every account's balance as hledger computes it, zeros too."""
    table = csv.DictReader(io.StringIO(hledger(path, "balance", "--flat", "--empty", "-N", "-O", "csv")))
    return {row["account"]: int(row["balance"].removesuffix(" VND")) for row in table}


def bean_check_accepts(path: Path) -> None:
    done = subprocess.run([BEAN_CHECK, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr or done.stdout


def beancount_balances(path: Path) -> dict[str, int]:
    """Give every account's balance as beancount computes it, zeros too."""
    entries, errors, _options = load_file(str(path))
    assert errors == []
    tree = realize(entries)
    found = {}
    for account in iter_children(tree, leaf_only=True):
        inventory: Inventory = get(tree, account.account).balance
        units = inventory.get_currency_units("VND").number
        assert compute_balance(account) == inventory
        found[account.account] = int(units)
    return found
