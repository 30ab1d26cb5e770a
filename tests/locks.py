"""A witness of locks: it watches every transaction of every test and tells when one takes locks out of order.

The order and the reasons stand in docs/locking.md. A statement says what it locks by its mark, `/* lock: shift */`.
So a wrong order is seen though nobody waits: two transactions need not meet for it.
"""

import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from atm_service.platform import database as db
from atm_service.platform.locking import Rank

ROOT: Final = Path(__file__).parents[1]
OURS: Final = ("atm_service", "ledger", "tests")
SHOWN: Final = 4

RANKS: Final = {rank.word: rank for rank in Rank}
# What a statement without a mark may write when its transaction has locked the rank: rows that it holds.
TABLES: Final = {
    ("service.signing_key", Rank.KEYS),
    ("service.credit_batch", Rank.PAYER),
    ("service.office", Rank.OFFICE),
    ("service.drawer", Rank.OFFICE),
    ("service.delivery", Rank.DELIVERY),
    ("service.cash_request", Rank.DELIVERY),
    ("service.application", Rank.APPLICATION),
    ("service.bank_payment", Rank.BANK_PAYMENT),
    ("service.bank_link", Rank.CUSTOMER),
    ("service.bank_link", Rank.BANK_LINK),
    ("service.delegation_revocation", Rank.CUSTOMER),
    ("service.staff", Rank.MEMBER),
    ("service.standing", Rank.MEMBER),
    ("service.attempt", Rank.ATTEMPT),
    ("service.attempt", Rank.PROOF),
    ("service.face_capture", Rank.PROOF),
    ("service.withdrawal", Rank.WITHDRAWAL),
    ("service.shift", Rank.SHIFT),
    ("service.take_over", Rank.SHIFT),
    ("service.office_day", Rank.OFFICE_DAY),
    ("service.note_stock", Rank.NOTES),
    ("service.note_movement", Rank.NOTES),
    ("service.message", Rank.MESSAGE),
    ("service.phone_code", Rank.PHONE_CODE),
    ("service.complaint", Rank.COMPLAINT),
}
# What one transaction may lock twice, and why that makes no circle.
AGAIN: Final = {
    Rank.KEYS: "one lock for the keys of all purposes",
    Rank.OFFICE: "the same office, or all of them by who alone changes the trees",
    Rank.APPLICATION: "its row, then the turn of whom it names as an earlier number; who has the turn waits for no row",
    Rank.SESSION: "a refresh that finds its token used locks nothing by it, and ends the session",
    Rank.ATTEMPT: "the rows are counted under their turns, which are taken first, in order",
    Rank.PROOF: "cards are counted under the withdrawal's lock; PINs one customer after another; of the "
    "rest one address, then one clerk or payer",
    Rank.WITHDRAWAL: "the second statement reads whole what the first has locked",
    Rank.SHIFT: "a hand-over opens at the drawer that it holds; the next one's clerk is not there to wait",
    Rank.APPROVAL: "one request and its use",
    Rank.OFFICE_DAY: "an office's row of today comes first, and whoever holds it is alone with the later ones",
    Rank.NOTES: "the second statement locks what the first found missing: once in the life of a place",
    Rank.STAFF: "the first of all is added under a turn that only such adders take",
    Rank.MESSAGE: "those that were given up, one after another in the order of their ids, by who sends them again",
    Rank.OPENING: "accounts that are there are not waited for",
}

_MARK: Final = re.compile(r"/\* lock: ([a-z-]+)(, unless held)? \*/")
_LOCKS: Final = re.compile(
    r"\bFOR (?:NO KEY )?UPDATE\b|\bFOR (?:KEY )?SHARE\b|\bpg_(?:try_)?advisory_(?:xact_)?lock|\bLOCK TABLE\b"
    r"|\bledger\.(?:post|post_one|open_accounts|close_day|set_marks)\("
)
_WRITES: Final = re.compile(r"\b(?:UPDATE|DELETE FROM) ((?:service|ledger)\.\w+)")
_UPSERTS: Final = re.compile(r"\bINSERT INTO ((?:service|ledger)\.\w+)")
_PASSES_BY: Final = re.compile(r"\bSKIP LOCKED\b|\bNOWAIT\b|\bpg_try_advisory")
_OUTLASTS: Final = re.compile(r"\bpg_(?:try_)?advisory_lock\(")


@dataclass(frozen=True)
class Taken:
    """A lock that a transaction has taken, and where."""

    rank: Rank
    place: str


@dataclass
class Held:
    """What a connection holds: until its transaction ends, and until it is closed."""

    for_transaction: list[Taken] = field(default_factory=list)
    for_session: list[Taken] = field(default_factory=list)

    def all(self) -> list[Taken]:
        return self.for_session + self.for_transaction

    def take(self, statement: str, place: str) -> str | None:
        """Take what the statement locks; tell what is wrong with that."""
        mark = _MARK.search(statement)
        if mark is None:
            return self._unmarked(statement, place)
        if mark[1] not in RANKS:
            return f"no such rank: {mark[1]}, at\n    {place}"
        new = Taken(RANKS[mark[1]], place)
        if mark[2] and any(taken.rank is new.rank for taken in self.all()):
            return None
        wrong = None if _PASSES_BY.search(statement) else self._out_of_order(new)
        (self.for_session if _OUTLASTS.search(statement) else self.for_transaction).append(new)
        return wrong

    def _out_of_order(self, new: Taken) -> str | None:
        last = max(self.all(), key=lambda taken: taken.rank, default=None)
        if last is None or last.rank < new.rank or (last.rank is new.rank and new.rank in AGAIN):
            return None
        return (
            f"{new.rank.word} is locked after {last.rank.word} in one transaction (docs/locking.md):\n"
            f"  {last.rank.word} at\n    {last.place}\n  {new.rank.word} at\n    {new.place}"
        )

    def _unmarked(self, statement: str, place: str) -> str | None:
        if _LOCKS.search(statement):
            return (
                f"a statement that locks does not name its rank:\n    {_short(statement)}\n  at\n    {place}"
            )
        ranks = {taken.rank for taken in self.all()}
        for table in written(statement):
            if not any((table, rank) in TABLES for rank in ranks):
                return f"{table} is written and was not locked before, nor is a rank named, at\n    {place}"
        return None


def written(statement: str) -> list[str]:
    """Give the tables whose rows the statement changes, or waits for because they may be there."""
    return _WRITES.findall(statement) + ("ON CONFLICT" in statement) * _UPSERTS.findall(statement)


def may_wait(statement: str) -> bool:
    """Tell whether a statement locks something, by a mark or without."""
    return bool(_MARK.search(statement) or _LOCKS.search(statement) or written(statement))


class Witness:
    """Watches the service's connections in this process; what was wrong is taken out after each test."""

    def __init__(self) -> None:
        self._wrong: list[str] = []

    def watch(self) -> None:
        """Begin to watch all engines, those too that come later."""
        event.listen(Engine, "before_cursor_execute", self._executes)
        for end in ("begin", "commit", "rollback"):
            event.listen(Engine, end, _ends)

    def take_out(self) -> list[str]:
        """Give what was wrong since the last time."""
        wrong, self._wrong = self._wrong, []
        return wrong

    def _executes(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not may_wait(statement) or not _is_services(connection):
            return
        frames = list(_frames())
        if _is_tests_own(statement, frames):
            return
        held: Held = connection.info.setdefault("locks", Held())
        if _is_autocommit(connection):
            held.for_transaction.clear()
        if wrong := held.take(statement, "\n    ".join(frames[:SHOWN])):
            self._wrong.append(wrong)


def _ends(connection: Connection) -> None:
    if not connection.invalidated and (held := connection.info.get("locks")):
        held.for_transaction.clear()


def _is_services(connection: Connection) -> bool:
    """Tell whether the connection works in the service's role."""
    if "service" not in connection.info:
        options = connection.connection.dbapi_connection.info.options  # type: ignore[union-attr]
        connection.info["service"] = f"role={db.APP_ROLE}" in options
    return bool(connection.info["service"])


def _is_tests_own(statement: str, frames: list[str]) -> bool:
    """Tell whether a test acts for the service: by SQL of its own, or as a test of the ledger alone."""
    by_hand = frames[:1] and frames[0].startswith("tests/") and _MARK.search(statement) is None
    alone = not any(frame.startswith("atm_service/") for frame in frames)
    return bool(by_hand) or (alone and any(frame.startswith("tests/ledger/") for frame in frames))


def _is_autocommit(connection: Connection) -> bool:
    return bool(connection.connection.dbapi_connection.autocommit)  # type: ignore[union-attr]


def _frames() -> Iterator[str]:
    """Give the places in our code that are being executed, the innermost first."""
    frame = sys._getframe(2)
    while frame is not None:
        if place := _place(frame.f_code.co_filename):
            yield f"{place}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]


@functools.cache
def _place(file: str) -> str | None:
    """Give a file of our code as it stands in the tree; None for all others."""
    path = Path(file)
    if not path.is_relative_to(ROOT) or path == Path(__file__):
        return None
    place = path.relative_to(ROOT)
    return str(place) if place.parts[0] in OURS else None


def _short(statement: str) -> str:
    return " ".join(statement.split())[:160]
