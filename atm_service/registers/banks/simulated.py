"""A bank for demonstrations and tests, with its own little book.

| the account number ends in | a debit |
|---|---|
| `0001` | is declined: insufficient-funds-at-bank |
| `0002` | times out once, then proves to have been approved |
| `0003` | times out once, then proves to have been declined: insufficient-funds-at-bank |
| anything else | is approved |

A real bank remembers what it took when the service that asked has crashed, and answers two service processes
from one book. So the book is a file: each answer is in it before it is given.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from atm_service.platform.gateway import BankTimeout, DebitRequest, DebitResult, DebitStatus

ASKS_WITHOUT_ANSWER: Final = 1
INSUFFICIENT_FUNDS: Final = "insufficient-funds-at-bank"
BUSY_TIMEOUT_S: Final = 5.0

_DECLINED: Final = ("0001", "0003")
_SILENT: Final = ("0002", "0003")

_BOOK: Final = """
    CREATE TABLE IF NOT EXISTS debit (
        top_up_id TEXT PRIMARY KEY,
        content BLOB NOT NULL,
        status TEXT NOT NULL,
        asks_without_answer INTEGER NOT NULL
    ) STRICT
"""


class SimulatedBank:
    """Every bank at once. `path` is its book, `delay_s` how long a debit takes, `sleep` how to wait.

    Safe to share between threads and between processes.
    """

    def __init__(self, path: Path, delay_s: float, sleep: Callable[[float], None]) -> None:
        self._path, self._delay_s, self._sleep = path, delay_s, sleep
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as book:
            book.execute("PRAGMA journal_mode = WAL")
            book.execute(_BOOK)

    def debit(self, request: DebitRequest, timeout_s: float) -> DebitResult:
        """Answer as the table says; the same id always gets the same answer.

        Raises `BankTimeout`, and `ValueError` when the id was used for another debit.
        """
        end = request.account_number[-4:]
        first = {
            "id": str(request.top_up_id),
            "content": _content(request),
            "status": DebitStatus.DECLINED if end in _DECLINED else DebitStatus.APPROVED,
            "asks": ASKS_WITHOUT_ANSWER if end in _SILENT else 0,
        }
        with self._writing() as book:
            book.execute("INSERT OR IGNORE INTO debit VALUES (:id, :content, :status, :asks)", first)
            (content,) = book.execute("SELECT content FROM debit WHERE top_up_id = :id", first).fetchone()
        if content != first["content"]:
            raise ValueError("this id was used for another debit")
        self._sleep(min(self._delay_s, timeout_s))
        result = self.status(request.top_up_id, timeout_s)
        if result is None or self._delay_s > timeout_s:
            raise BankTimeout("the simulated bank took too long")
        return result

    def status(self, top_up_id: UUID, timeout_s: float) -> DebitResult | None:  # noqa: ARG002  it answers at once
        """Tell what became of a debit; None: never heard of it. Raises `BankTimeout` as the table says."""
        names = {"id": str(top_up_id)}
        with self._writing() as book:
            row = book.execute(
                "SELECT status, asks_without_answer FROM debit WHERE top_up_id = :id", names
            ).fetchone()
            book.execute(
                "UPDATE debit SET asks_without_answer = asks_without_answer - 1"
                " WHERE top_up_id = :id AND asks_without_answer > 0",
                names,
            )
        if row is None:
            return None
        status, asks_without_answer = row
        if asks_without_answer:
            raise BankTimeout("the simulated bank does not answer")
        reason = INSUFFICIENT_FUNDS if status == DebitStatus.DECLINED else None
        return DebitResult(DebitStatus(status), reason, f"sim-{top_up_id}")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as book:
            book.execute("BEGIN IMMEDIATE")
            yield book
            book.execute("COMMIT")


def _content(request: DebitRequest) -> bytes:
    """Keep a hash of what was asked, and no account number."""
    return hashlib.sha256(f"{request.bin} {request.account_number} {request.amount}".encode()).digest()
