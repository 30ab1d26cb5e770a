"""Ledger accounts: their codes, their ids, and opening them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ledger import literals

CODE_MAX: Final = 120
OPENED_AT_ONCE_MAX: Final = 10_000

_CODE: Final = re.compile(r"[a-z][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+")
_OPEN: Final = """
/* lock: opening */ SELECT * FROM ledger.open_accounts(%s::text[], %s::text[], %s::boolean[], %s)
"""

_CLOSE: Final = "/* lock: accounts */ SELECT ledger.close_account(%s)"


class AccountClass(StrEnum):
    """Where an account stands. Debits make an asset or an expense more; credits make the others more."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"

    @property
    def grows_by_debit(self) -> bool:
        """Whether a debit makes the balance more."""
        return self in {AccountClass.ASSET, AccountClass.EXPENSE}


class InvalidAccount(ValueError):  # noqa: N818  named for what it is, as all the ledger's
    """An account code that is not a path of lower-case words, such as `office/05971-1/drawer/1`."""


class AccountMismatch(Exception):  # noqa: N818  the same
    """An account exists already as something else. `codes` says which."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"already open with another class or floor: {', '.join(codes)}")
        self.codes = tuple(codes)


def check_code(code: str) -> str:
    """Give `code`. Raises `InvalidAccount` unless it is a path `word/word/…` of at most 120 characters."""
    if not isinstance(code, str) or len(code) > CODE_MAX or not _CODE.fullmatch(code):
        raise InvalidAccount("an account code is a path of lower-case words, at most 120 characters")
    return code


def close_account(session: Connection, code: str) -> bool:
    """Close an account for good: nothing moves on it from the caller's commit on. False where it is not empty.

    Whoever posts to it at this moment is waited for. Later it is the database that refuses, with an error that no
    outcome stands for: whoever names accounts sees to it that they name none that is closed.
    """
    closed: bool = session.exec_driver_sql(_CLOSE, (check_code(code),)).scalar_one()
    return closed


@lru_cache(maxsize=65_536)
def account_id(code: str) -> UUID:
    """Give the id that every ledger gives this code, so that nobody has to look it up.

    A name-based UUID (RFC 9562, version 8, SHA-256). `ledger.account_id` in SQL computes the same. Raises
    `InvalidAccount` for a code that no account can have.
    """
    name = bytearray(sha256(b"soft-atm ledger account " + check_code(code).encode()).digest()[:16])
    name[6] = name[6] & 0x0F | 0x80
    name[8] = name[8] & 0x3F | 0x80
    return UUID(bytes=bytes(name))


@dataclass(frozen=True, slots=True)
class Account:
    """An account to be opened. The available balance of a `floored` one never goes below zero."""

    code: str
    class_: AccountClass
    floored: bool

    def __post_init__(self) -> None:
        check_code(self.code)


def open_accounts(session: Connection, accounts: Sequence[Account], now: datetime) -> None:
    """Open the accounts that do not exist yet, in one round trip. Safe to repeat.

    Raises `AccountMismatch` when one exists with another class or floor, or is asked for in two ways: let it
    roll the transaction back. Raises `ValueError` for more than 10,000 accounts or a naive `now`.
    """
    if len(accounts) > OPENED_AT_ONCE_MAX:
        raise ValueError(f"at most {OPENED_AT_ONCE_MAX} accounts are opened at once")
    if now.utcoffset() is None:
        raise ValueError("`now` needs a time zone")
    wanted = {account.code: account for account in accounts}
    if torn := [account.code for account in accounts if wanted[account.code] != account]:
        raise AccountMismatch(torn)
    if not wanted:
        return
    parameters = (
        literals.words(wanted),
        literals.words(account.class_ for account in wanted.values()),
        literals.words("t" if account.floored else "f" for account in wanted.values()),
        now,
    )
    if mismatched := session.exec_driver_sql(_OPEN, parameters).scalars().all():
        raise AccountMismatch(mismatched)
