"""A biller for demonstrations and tests, with its own little book.

| the case number ends in | the look-up | paying |
|---|---|---|
| `0001` | due | declined: already-paid, for somebody else was quicker |
| `0002` | due | silent once, then approved |
| `0003` | due | silent once, then declined as above |
| `0004` | no such case | declined: already-paid |
| `0005` | paid already | declined: already-paid |
| `0006` | due | late: of three orders the first two are lost, then approved |
| `0007` | due | approved, though every order arrives twice |
| `0008` | silent | approved |
| `0009` | due | declined: amount-changed |
| `0010` | due | approved, and given back at once |
| anything else | due | approved |

Whatever the number: a case that is paid, and not given back, is not paid again; another sum than is due is declined.
"""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from atm_service.platform.gateway import BankResult, BankStatus, BankTimeout, BillOrder, Case, Due, Refund
from atm_service.registers.banks import book as books
from atm_service.registers.billers.domain import Procedure

REFUNDS_AT_ONCE: Final = 100
PAYER: Final = "Lương Thị Bích"
DUE_ON: Final = date(2026, 12, 31)
PRICES: Final = {
    Procedure.CIVIL_STATUS: 8_000,
    Procedure.CERTIFICATION: 20_000,
    Procedure.LAND: 500_000,
    Procedure.BUSINESS: 100_000,
    Procedure.CRIMINAL_RECORD: 200_000,
    Procedure.TRAFFIC_FINE: 5_000_000,
}

_PAID: Final = "already-paid"
_CHANGED: Final = "amount-changed"
REASONS: Final = (_PAID, _CHANGED)
_TAKEN: Final = ("0001", "0003", "0004", "0005")
_UNKNOWN: Final = "0004"
_OLD: Final = "0005"
_DEARER: Final = "0009"
_GIVEN_BACK: Final = "0010"

_TABLES: Final = (
    """
    CREATE TABLE IF NOT EXISTS movement (
        id TEXT PRIMARY KEY,
        bill TEXT NOT NULL,
        amount INTEGER NOT NULL,
        status TEXT NOT NULL,
        reason TEXT,
        asks_without_answer INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE IF NOT EXISTS price (bill TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS refund (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE) STRICT",
)
_REFUND: Final = (
    "INSERT OR IGNORE INTO refund (id) SELECT id FROM movement WHERE id = ? AND status = 'approved'"
)
_IS_PAID: Final = """
    SELECT EXISTS (SELECT 1 FROM movement AS m WHERE m.bill = ? AND m.status = 'approved'
                   AND NOT EXISTS (SELECT 1 FROM refund AS r WHERE r.id = m.id))
"""


class SimulatedBiller(books.Book):
    """The treasury's desk for every public office of the province."""

    def __init__(self, path: Path, delay_s: float, sleep: Callable[[float], None]) -> None:
        super().__init__(path, delay_s, sleep, _TABLES)

    def look_up(self, case: Case, timeout_s: float) -> Due | None:  # noqa: ARG002  it answers at once
        """Tell what is due as the table says. Raises `BankTimeout` as the table says."""
        end = case.number[-4:]
        if end == books.NAMELESS:
            raise BankTimeout("the simulated biller does not answer")
        if end == _UNKNOWN:
            return None
        with self._writing() as book:
            is_paid = end == _OLD or bool(book.execute(_IS_PAID, (_bill(case),)).fetchone()[0])
            return Due(_price(book, case), PAYER, DUE_ON, is_paid)

    def pay(self, order: BillOrder, timeout_s: float) -> BankResult:
        """Answer as the table says; the same id always gets the same answer.

        Raises `BankTimeout`, and `ValueError` when the id was used for another order.
        """
        bill, end = _bill(order.case), order.case.number[-4:]

        def write(book: sqlite3.Connection) -> None:
            known = book.execute(
                "SELECT bill, amount FROM movement WHERE id = ?", (str(order.id),)
            ).fetchone()
            if known is not None:
                if tuple(known) != (bill, order.amount):
                    raise ValueError("this id was used for another order")
                return
            reason = None
            if end in _TAKEN or book.execute(_IS_PAID, (bill,)).fetchone()[0]:
                reason = _PAID
            elif end == _DEARER or order.amount != _price(book, order.case):
                reason = _CHANGED
            status = BankStatus.DECLINED if reason else BankStatus.APPROVED
            row = (str(order.id), bill, order.amount, status, reason, books.silence(end))
            book.execute("INSERT INTO movement VALUES (?, ?, ?, ?, ?, ?)", row)
            if end == _GIVEN_BACK:
                book.execute(_REFUND, (str(order.id),))

        return self._ordered(order.id, end, write, timeout_s)

    def refunds(self, after: int, timeout_s: float) -> Sequence[Refund]:  # noqa: ARG002  it answers at once
        """List what was given back, by number, from behind `after` on."""
        with self._writing() as book:
            rows = book.execute(
                "SELECT r.number, r.id, m.amount FROM refund AS r JOIN movement AS m ON m.id = r.id"
                " WHERE r.number > ? ORDER BY r.number LIMIT ?",
                (after, REFUNDS_AT_ONCE),
            ).fetchall()
        return [Refund(number, f"sim-refund-{number}", UUID(id), amount) for number, id, amount in rows]

    def charge(self, case: Case, amount: int) -> None:
        """Say from now on what is due for a case."""
        with self._writing() as book:
            book.execute("INSERT OR REPLACE INTO price VALUES (?, ?)", (_bill(case), amount))

    def give_back(self, id: UUID) -> None:
        """Give back what was paid by an order, once."""
        with self._writing() as book:
            book.execute(_REFUND, (str(id),))

    def collected(self) -> int:
        """Give what it has taken by its own book, in đồng, less what it gave back."""
        with self._writing() as book:
            (sum_,) = book.execute(
                "SELECT coalesce(sum(amount), 0) FROM movement"
                " WHERE status = 'approved' AND id NOT IN (SELECT id FROM refund)"
            ).fetchone()
        return int(sum_)

    def _reason(self, row: sqlite3.Row) -> str:
        return str(row["reason"])


def _bill(case: Case) -> str:
    return f"{case.procedure} {case.number}"


def _price(book: sqlite3.Connection, case: Case) -> int:
    row = book.execute("SELECT amount FROM price WHERE bill = ?", (_bill(case),)).fetchone()
    return int(row[0]) if row else PRICES[Procedure(case.procedure)]
