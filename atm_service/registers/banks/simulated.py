"""A bank for demonstrations and tests, with its own little book.

| the account number ends in | taking money | paying money in | the holder |
|---|---|---|---|
| `0001` | declined: insufficient-funds-at-bank | declined: account-closed | as asked for |
| `0002` | silent once, then approved | the same | as asked for |
| `0003` | silent once, then declined as above | the same | as asked for |
| `0004` | approved | approved | somebody else |
| `0005` | approved | approved | no such account |
| `0006` | late: of three orders the first two are lost, then approved | the same | as asked for |
| `0007` | approved, though every order arrives twice | the same | as asked for |
| `0008` | approved | approved | silent |
| anything else | approved | approved | as asked for, in the capitals without diacritics that banks write |
"""

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from atm_service.platform.gateway import BankOrder, BankResult, BankStatus, BankTimeout, HolderRequest
from atm_service.registers.banks import book as books
from kyc import names

OTHER_HOLDER: Final = "LUONG THI BICH"

Way = Literal["debit", "credit"]
REASONS: Final[dict[Way, str]] = {"debit": "insufficient-funds-at-bank", "credit": "account-closed"}

_DECLINED: Final = ("0001", "0003")
_OTHERS: Final = "0004"
_UNKNOWN: Final = "0005"

_MOVEMENT: Final = """
    CREATE TABLE IF NOT EXISTS movement (
        id TEXT PRIMARY KEY,
        way TEXT NOT NULL,
        bin TEXT NOT NULL,
        amount INTEGER NOT NULL,
        content BLOB NOT NULL,
        status TEXT NOT NULL,
        asks_without_answer INTEGER NOT NULL
    ) STRICT
"""


class SimulatedBank(books.Book):
    """Every bank at once. `path` is its book, `delay_s` how long an order takes, `sleep` how to wait."""

    def __init__(self, path: Path, delay_s: float, sleep: Callable[[float], None]) -> None:
        super().__init__(path, delay_s, sleep, (_MOVEMENT,))

    def holder(self, request: HolderRequest, timeout_s: float) -> str | None:  # noqa: ARG002  it answers at once
        """Name the holder as the table says. Raises `BankTimeout` as the table says."""
        end = request.account_number[-4:]
        if end == books.NAMELESS:
            raise BankTimeout("the simulated bank does not answer")
        if end == _UNKNOWN:
            return None
        return OTHER_HOLDER if end == _OTHERS else names.plain(request.name).upper()

    def debit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Answer as the table says; the same id always gets the same answer.

        Raises `BankTimeout`, and `ValueError` when the id was used for another order.
        """
        return self._move("debit", order, timeout_s)

    def credit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Do the same the other way."""
        return self._move("credit", order, timeout_s)

    def owed(self) -> dict[str, int]:
        """Give what each bank owes the service by its own book, in đồng: what it took for it less what it paid in."""
        with self._writing() as book:
            rows = book.execute(
                "SELECT bin, sum(CASE way WHEN 'debit' THEN amount ELSE -amount END) FROM movement"
                " WHERE status = 'approved' GROUP BY bin"
            ).fetchall()
        return {bin: int(owed) for bin, owed in rows}

    def moved(self, bin: str) -> list[tuple[UUID, int]]:
        """Give what a bank has moved on the service's account by its own book: each order's id, and đồng in or out."""
        with self._writing() as book:
            rows = book.execute(
                "SELECT id, CASE way WHEN 'debit' THEN amount ELSE -amount END AS amount FROM movement"
                " WHERE status = 'approved' AND bin = ?",
                (bin,),
            ).fetchall()
        return [(UUID(row["id"]), int(row["amount"])) for row in rows]

    def _reason(self, row: sqlite3.Row) -> str:
        way: Way = row["way"]
        return REASONS[way]

    def _move(self, way: Way, order: BankOrder, timeout_s: float) -> BankResult:
        end = order.account_number[-4:]
        first = {
            "id": str(order.id),
            "way": way,
            "bin": order.bin,
            "amount": order.amount,
            "content": _content(way, order),
            "status": BankStatus.DECLINED if end in _DECLINED else BankStatus.APPROVED,
            "asks": books.silence(end),
        }

        def write(book: sqlite3.Connection) -> None:
            book.execute(
                "INSERT OR IGNORE INTO movement VALUES (:id, :way, :bin, :amount, :content, :status, :asks)",
                first,
            )
            (content,) = book.execute("SELECT content FROM movement WHERE id = :id", first).fetchone()
            if content != first["content"]:
                raise ValueError("this id was used for another order")

        return self._ordered(order.id, end, write, timeout_s)


def _content(way: Way, order: BankOrder) -> bytes:
    """Keep a hash of what was ordered, and no account number."""
    return hashlib.sha256(f"{way} {order.bin} {order.account_number} {order.amount}".encode()).digest()
