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

A real bank remembers what it moved when the service that asked has crashed, and answers two service processes
from one book. So the book is a file: each answer is in it before it is given.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from atm_service.platform.gateway import BankOrder, BankResult, BankStatus, BankTimeout, HolderRequest
from kyc import names

ASKS_WITHOUT_ANSWER: Final = 1
ORDERS_LOST: Final = 2
BUSY_TIMEOUT_S: Final = 5.0
OTHER_HOLDER: Final = "LUONG THI BICH"

Way = Literal["debit", "credit"]
REASONS: Final[dict[Way, str]] = {"debit": "insufficient-funds-at-bank", "credit": "account-closed"}

_DECLINED: Final = ("0001", "0003")
_SILENT: Final = ("0002", "0003")
_OTHERS: Final = "0004"
_UNKNOWN: Final = "0005"
_LATE: Final = "0006"
_TWICE: Final = "0007"
_NAMELESS: Final = "0008"

_BOOK: Final = (
    """
    CREATE TABLE IF NOT EXISTS movement (
        id TEXT PRIMARY KEY,
        way TEXT NOT NULL,
        bin TEXT NOT NULL,
        amount INTEGER NOT NULL,
        content BLOB NOT NULL,
        status TEXT NOT NULL,
        asks_without_answer INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE IF NOT EXISTS lost (id TEXT PRIMARY KEY, orders INTEGER NOT NULL) STRICT",
)


class SimulatedBank:
    """Every bank at once. `path` is its book, `delay_s` how long an order takes, `sleep` how to wait.

    Safe to share between threads and between processes.
    """

    def __init__(self, path: Path, delay_s: float, sleep: Callable[[float], None]) -> None:
        self._path, self._delay_s, self._sleep = path, delay_s, sleep
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as book:
            book.execute("PRAGMA journal_mode = WAL")
            for table in _BOOK:
                book.execute(table)

    def holder(self, request: HolderRequest, timeout_s: float) -> str | None:  # noqa: ARG002  it answers at once
        """Name the holder as the table says. Raises `BankTimeout` as the table says."""
        end = request.account_number[-4:]
        if end == _NAMELESS:
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

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:  # noqa: ARG002  it answers at once
        """Tell what became of an order; None: never heard of it. Raises `BankTimeout` as the table says."""
        wanted = {"id": str(id)}
        with self._writing() as book:
            row = book.execute(
                "SELECT way, status, asks_without_answer FROM movement WHERE id = :id", wanted
            ).fetchone()
            book.execute(
                "UPDATE movement SET asks_without_answer = asks_without_answer - 1"
                " WHERE id = :id AND asks_without_answer > 0",
                wanted,
            )
        if row is None:
            return None
        way, status, asks_without_answer = row
        if asks_without_answer:
            raise BankTimeout("the simulated bank does not answer")
        reason = REASONS[way] if status == BankStatus.DECLINED else None
        return BankResult(BankStatus(status), reason, f"sim-{id}")

    def owed(self) -> dict[str, int]:
        """Give what each bank owes the service by its own book, in đồng: what it took for it less what it paid in."""
        with self._writing() as book:
            rows = book.execute(
                "SELECT bin, sum(CASE way WHEN 'debit' THEN amount ELSE -amount END) FROM movement"
                " WHERE status = 'approved' GROUP BY bin"
            ).fetchall()
        return {bin: int(owed) for bin, owed in rows}

    def _move(self, way: Way, order: BankOrder, timeout_s: float) -> BankResult:
        end = order.account_number[-4:]
        if end == _LATE and self._is_lost(order.id):
            raise BankTimeout("the order was lost on the way to the simulated bank")
        for _ in range(2 if end == _TWICE else 1):
            self._write(way, order, end)
        self._sleep(min(self._delay_s, timeout_s))
        result = self.status(order.id, timeout_s)
        if result is None or self._delay_s > timeout_s:
            raise BankTimeout("the simulated bank took too long")
        return result

    def _write(self, way: Way, order: BankOrder, end: str) -> None:
        first = {
            "id": str(order.id),
            "way": way,
            "bin": order.bin,
            "amount": order.amount,
            "content": _content(way, order),
            "status": BankStatus.DECLINED if end in _DECLINED else BankStatus.APPROVED,
            "asks": ASKS_WITHOUT_ANSWER if end in _SILENT else 0,
        }
        with self._writing() as book:
            book.execute(
                "INSERT OR IGNORE INTO movement VALUES (:id, :way, :bin, :amount, :content, :status, :asks)",
                first,
            )
            (content,) = book.execute("SELECT content FROM movement WHERE id = :id", first).fetchone()
        if content != first["content"]:
            raise ValueError("this id was used for another order")

    def _is_lost(self, id: UUID) -> bool:
        with self._writing() as book:
            (orders,) = book.execute(
                "INSERT INTO lost VALUES (:id, 1) ON CONFLICT (id) DO UPDATE SET orders = orders + 1 RETURNING orders",
                {"id": str(id)},
            ).fetchone()
        return int(orders) <= ORDERS_LOST

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as book:
            book.execute("BEGIN IMMEDIATE")
            yield book
            book.execute("COMMIT")


def _content(way: Way, order: BankOrder) -> bytes:
    """Keep a hash of what was ordered, and no account number."""
    return hashlib.sha256(f"{way} {order.bin} {order.account_number} {order.amount}".encode()).digest()
