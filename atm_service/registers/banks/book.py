"""What a simulated bank and a simulated biller have in common: a book that outlives who asks, and moods.

A real one remembers what it moved when the service that asked has crashed, and answers two service processes from one
book. So the book is a file: each answer is in it before it is given.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from atm_service.platform.gateway import BankResult, BankStatus, BankTimeout

ASKS_WITHOUT_ANSWER: Final = 1
ORDERS_LOST: Final = 2
BUSY_TIMEOUT_S: Final = 5.0

SILENT: Final = ("0002", "0003")
LATE: Final = "0006"
TWICE: Final = "0007"
NAMELESS: Final = "0008"

_LOST: Final = "CREATE TABLE IF NOT EXISTS lost (id TEXT PRIMARY KEY, orders INTEGER NOT NULL) STRICT"


class Book(ABC):
    """A book at `path`, with a table `movement` of orders by id. `delay_s`: how long one takes, `sleep` how to wait.

    Safe to share between threads and between processes.
    """

    def __init__(
        self, path: Path, delay_s: float, sleep: Callable[[float], None], tables: tuple[str, ...]
    ) -> None:
        self._path, self._delay_s, self._sleep = path, delay_s, sleep
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as book:
            book.execute("PRAGMA journal_mode = WAL")
            for table in (*tables, _LOST):
                book.execute(table)

    @abstractmethod
    def _reason(self, row: sqlite3.Row) -> str:
        """Say why a movement was declined."""

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:  # noqa: ARG002  it answers at once
        """Tell what became of an order; None: never heard of it. Raises `BankTimeout` as the table says."""
        wanted = {"id": str(id)}
        with self._writing() as book:
            row = book.execute("SELECT * FROM movement WHERE id = :id", wanted).fetchone()
            book.execute(
                "UPDATE movement SET asks_without_answer = asks_without_answer - 1"
                " WHERE id = :id AND asks_without_answer > 0",
                wanted,
            )
        if row is None:
            return None
        if row["asks_without_answer"]:
            raise BankTimeout("the simulated party does not answer")
        reason = self._reason(row) if row["status"] == BankStatus.DECLINED else None
        return BankResult(BankStatus(row["status"]), reason, f"sim-{id}")

    def _ordered(
        self, id: UUID, mood: str, write: Callable[[sqlite3.Connection], None], timeout_s: float
    ) -> BankResult:
        """Have an order written down as often as it arrives in this mood, and answer it."""
        if mood == LATE and self._is_lost(id):
            raise BankTimeout("the order was lost on the way to the simulated party")
        for _ in range(2 if mood == TWICE else 1):
            with self._writing() as book:
                write(book)
        self._sleep(min(self._delay_s, timeout_s))
        result = self.status(id, timeout_s)
        if result is None or self._delay_s > timeout_s:
            raise BankTimeout("the simulated party took too long")
        return result

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
            book.row_factory = sqlite3.Row
            book.execute("BEGIN IMMEDIATE")
            yield book
            book.execute("COMMIT")


def silence(mood: str) -> int:
    """Give how often an order of this mood is asked about in vain."""
    return ASKS_WITHOUT_ANSWER if mood in SILENT else 0
