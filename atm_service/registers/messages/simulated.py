"""Phones for demonstrations and tests, with a carrier that behaves like one.

| the number ends in | a message to it |
|---|---|
| `9001` | is refused for good: no-such-number |
| `9002` | is not taken at the first try: the carrier is busy |
| `9003` | is taken at the first try, but no word of it comes back; the second try is known by its id and dropped |
| `9004` | comes twice, as the air sometimes has it |
| anything else | comes once |

What came to a phone is kept in a file, for several service processes and the demo's page; the newest hundred.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from atm_service.platform.notifier import NotTaken, Text, Undeliverable

KEPT: Final = 100
BUSY_TIMEOUT_S: Final = 5.0
NO_SUCH_NUMBER: Final = "no-such-number"

_REFUSED: Final = "9001"
_BUSY_ONCE: Final = "9002"
_SILENT_ONCE: Final = "9003"
_DOUBLED: Final = "9004"

_BOOK: Final = """
    CREATE TABLE IF NOT EXISTS asked (id TEXT PRIMARY KEY, times INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS came (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, number TEXT NOT NULL, words TEXT NOT NULL
    ) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Came:
    """What a phone shows."""

    number: str = field(repr=False)
    words: str = field(repr=False)


class SimulatedPhones:
    """Every phone and their carrier. `path` is where what came is kept, `delay_s` how long a message takes.

    Safe to share between threads and between processes.
    """

    def __init__(self, path: Path, delay_s: float, sleep: Callable[[float], None]) -> None:
        self._path, self._delay_s, self._sleep = path, delay_s, sleep

    def send(self, text: Text, timeout_s: float) -> None:
        """Answer as the table says. Raises `NotTaken` and `Undeliverable`."""
        self._sleep(min(self._delay_s, timeout_s))
        end, id = text.number[-4:], str(text.id)
        if end == _REFUSED:
            raise Undeliverable(NO_SUCH_NUMBER)
        with self._writing() as book:
            (asked,) = book.execute(
                "INSERT INTO asked VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times",
                [id],
            ).fetchone()
            (known,) = book.execute("SELECT count(*) FROM came WHERE id = ?", [id]).fetchone()
            taken = not known and not (end == _BUSY_ONCE and asked == 1)
            for _ in range(taken * (2 if end == _DOUBLED else 1)):
                book.execute(
                    "INSERT INTO came (id, number, words) VALUES (?, ?, ?)", [id, text.number, text.words]
                )
            book.execute("DELETE FROM came WHERE place <= (SELECT max(place) FROM came) - ?", [KEPT])
        if self._delay_s > timeout_s or (asked == 1 and end in {_BUSY_ONCE, _SILENT_ONCE}):
            raise NotTaken("the simulated carrier gives no word")

    def came(self) -> list[Came]:
        """Give what phones have shown, the newest first."""
        with self._writing() as book:
            rows = book.execute("SELECT number, words FROM came ORDER BY place DESC").fetchall()
        return [Came(*row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as book:
            book.executescript(_BOOK)
            book.execute("BEGIN IMMEDIATE")
            yield book
            book.execute("COMMIT")
