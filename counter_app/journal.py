"""The counter's own journal: every request that moves money, written down before it is sent.

A row is committed to disk (WAL, full synchronisation) before the first byte leaves for the service, so that
after a lost answer, a crash or a power cut the app knows what it asked and can ask again with the same key
until it knows.

The calls block for one disk write. That is meant: nothing may be sent before the write is done.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from counter_app.encryption import Cipher, UndecryptableError
from counter_app.journal_errors import JournalFileError, JournalWriteError, NewerFileError

KEEP: Final = timedelta(days=30)
KEEP_UNSENT: Final = timedelta(minutes=15)
_VERSIONS: Final = (1, 2, 3)
# A file of version 1 named every kind of request in a check; the table is made anew without it, rows and all.
_FROM_1: Final = ("ALTER TABLE request RENAME TO request_1", "DROP INDEX request_state")
_TO_3: Final = (
    "INSERT INTO request SELECT *, NULL FROM request_1",
    "DROP TABLE request_1",
    "UPDATE journal_version SET version = 3",
)
_FROM_2: Final = (
    "ALTER TABLE request ADD COLUMN sealed_about BLOB",
    "UPDATE journal_version SET version = 3",
)


class Kind(StrEnum):
    """What was asked of the service."""

    OPEN_SHIFT = "open-shift"
    PAYMENT = "payment"
    CARD_PAYMENT = "card-payment"
    CLOSE_SHIFT = "close-shift"
    DECISION = "decision"
    HAND_OVER = "hand-over"
    TAKE_OVER = "take-over"
    LEAVE = "leave"
    VAULT_MOVE = "vault-move"
    DRAWER_MOVE = "drawer-move"
    EXCHANGE = "exchange"
    VAULT_COUNT = "vault-count"
    RECOUNT = "recount"
    DELIVERY = "delivery"
    CASH_REQUEST = "cash-request"
    DEPOSIT = "deposit"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    APPROVAL = "approval"
    COUNTERFEIT = "counterfeit"
    OFFICE = "office"
    RIGHTS = "rights"
    COMPLAINT = "complaint"


class State(StrEnum):
    """What the counter knows of a request.

    SENT: on its way, or the app stopped before an answer. UNKNOWN: the answer was lost. NOT_SENT: no byte of
    it ever left. ANSWERED: the service's success was read. REFUSED: the service's refusal was read; nothing
    was changed.
    """

    SENT = "sent"
    UNKNOWN = "unknown"
    NOT_SENT = "not-sent"
    ANSWERED = "answered"
    REFUSED = "refused"


UNRESOLVED: Final = (State.SENT, State.UNKNOWN)


class NotYoursError(Exception):
    """The key belongs to a request of somebody else, or of another thing."""


@dataclass(frozen=True)
class Who:
    """Whose request it is. `office` is empty for staff of no office; `drawer` is 0 where there is none."""

    username: str
    office: str
    drawer: int = 0


@dataclass(frozen=True)
class About:
    """Whose money a request is about, as masked as the page shows it, and how much in đồng."""

    amount: int
    name: str = ""


@dataclass(frozen=True)
class Question:
    """A request to the service that must be asked with one key until its answer is known."""

    key: str
    kind: Kind
    method: str
    path: str
    body: bytes
    who: Who
    subject: str = ""  # the withdrawal or application it is about
    about: About | None = None


@dataclass(frozen=True)
class Entry:
    """One row: the question without its body, and what is known of it."""

    key: str
    kind: Kind
    method: str
    path: str
    who: Who
    subject: str
    state: State
    attempts: int
    created_at: datetime
    resolved_at: datetime | None
    shown_at: datetime | None
    answer: dict[str, Any] | None
    about: About | None

    @property
    def unresolved(self) -> bool:
        """Whether the outcome is still to be found out."""
        return self.state in UNRESOLVED


class Journal:
    """The journal in one SQLite file. For one process and one thread.

    `worked_here`: this machine has had a journal before, so an empty one has lost it. Raises JournalFileError, and
    leaves the file as it was, when this app is older than the file, or the file is damaged or cannot be written.
    """

    def __init__(self, path: Path, cipher: Cipher, *, worked_here: bool = False) -> None:
        self._cipher = cipher
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
        except sqlite3.OperationalError as wrong:
            raise JournalFileError(path, wrong) from wrong
        self._database.row_factory = sqlite3.Row
        try:
            self._was_lost = worked_here and self._version() is None
            self._refuse_newer()
            self._refuse_damaged()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self._database.execute(f"PRAGMA {pragma}")
            self._make()
        except (sqlite3.DatabaseError, NewerFileError) as wrong:
            self._database.close()
            raise JournalFileError(path, wrong) from wrong

    def _version(self) -> int | None:
        """Read the version of the file; None of a new one."""
        if not self._database.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'journal_version'"
        ).fetchone():
            return None
        return int(self._database.execute("SELECT version FROM journal_version").fetchone()["version"])

    def _refuse_newer(self) -> None:
        """Refuse a file that a newer app has made, or has written kinds of requests in that this one cannot know."""
        version, kinds = self._version(), set()
        if version in _VERSIONS:
            kinds = {
                row["kind"] for row in self._database.execute("SELECT DISTINCT kind FROM request")
            } - set(Kind)
        if version not in (None, *_VERSIONS) or kinds:
            what = ", ".join(sorted(kinds)) or f"version {version}"
            raise NewerFileError(f"a newer counter app wrote it ({what})")

    def _refuse_damaged(self) -> None:
        """Look through the whole file: a truncated one opens, and fails in the middle of a payment."""
        (found,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)

    def _make(self) -> None:
        """Make the tables, or make those of version 1 anew, or add to those of version 2."""
        schema = files("counter_app").joinpath("journal.sql").read_text(encoding="utf-8")
        steps = {1: (*_FROM_1, schema, *_TO_3), 2: _FROM_2}.get(self._version() or 0, (schema,))
        # One script, one transaction: a power cut in the middle leaves the old file as it was.
        self._database.executescript(";\n".join(("BEGIN IMMEDIATE", *steps, "COMMIT")))

    def close(self) -> None:
        """Close the file. Nothing is lost if this is never called."""
        self._database.close()

    @property
    def emptied(self) -> bool:
        """Whether the journal was lost, and nothing has been asked since."""
        return self._was_lost and self._database.execute("SELECT 1 FROM request LIMIT 1").fetchone() is None

    def begin(self, question: Question, now: datetime) -> bool:
        """Write the question down, on disk, as about to be sent. Returns whether it was written.

        A key seen before is left as it is, unless the service refused it or it was never sent: such a
        question changed nothing, so it is written anew, with its new body. Raises NotYoursError when the key
        is another's, JournalWriteError when it cannot be written: then it must not be sent.
        """
        with self._writing():
            known = self.find(question.key)
            if known and (known.who.username, known.kind, known.path) != (
                question.who.username,
                question.kind,
                question.path,
            ):
                raise NotYoursError
            if known and known.state in (*UNRESOLVED, State.ANSWERED):
                return False
            self._database.execute(
                """
                INSERT INTO request (key, kind, method, path, subject, username, office, drawer,
                                     state, sealed_body, created_at, sealed_about, attempts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?, ?, ?, 1)
                ON CONFLICT (key) DO UPDATE
                SET state = 'sent', sealed_body = excluded.sealed_body, sealed_answer = NULL, attempts = 1,
                    resolved_at = NULL, shown_at = NULL, created_at = excluded.created_at,
                    sealed_about = excluded.sealed_about
                """,
                (
                    *(question.key, question.kind, question.method, question.path, question.subject),
                    *(question.who.username, question.who.office, question.who.drawer),
                    self._cipher.encrypt(question.body, _context(question.key, "body")),
                    now.isoformat(),
                    self._sealed_about(question),
                ),
            )
        return True

    def body(self, key: str) -> bytes:
        """Open the body of an unresolved question. Raises KeyError, or UndecryptableError."""
        row = self._database.execute("SELECT sealed_body FROM request WHERE key = ?", (key,)).fetchone()
        if row is None or row["sealed_body"] is None:
            raise KeyError("the question is resolved or was never asked")
        return self._cipher.decrypt(row["sealed_body"], _context(key, "body"))

    def asking(self, key: str) -> None:
        """Note that the question goes out again; `begin` has noted the first time."""
        with self._writing():
            self._database.execute(
                "UPDATE request SET attempts = attempts + 1, state = CASE state WHEN 'not-sent' THEN 'sent' "
                "ELSE state END WHERE key = ?",
                (key,),
            )

    def unanswered(self, key: str) -> None:
        """Note that the answer was lost."""
        self._move(key, State.UNKNOWN, (State.SENT,))

    def not_sent(self, key: str) -> None:
        """Note that no byte left this time. A question that may have arrived earlier stays unknown."""
        with self._writing():
            self._database.execute(
                "UPDATE request SET attempts = attempts - 1, "
                "state = CASE attempts WHEN 1 THEN 'not-sent' ELSE 'unknown' END "
                "WHERE key = ? AND state IN ('sent', 'unknown')",
                (key,),
            )

    def resolve(self, key: str, state: State, answer: dict[str, Any], now: datetime) -> None:
        """Note the answer (ANSWERED or REFUSED) and erase the body. What is resolved stays as it is."""
        encrypted = self._cipher.encrypt(json.dumps(answer).encode(), _context(key, "answer"))
        with self._writing():
            self._database.execute(
                "UPDATE request SET state = ?, sealed_answer = ?, sealed_body = NULL, resolved_at = ? "
                "WHERE key = ? AND state IN ('sent', 'unknown')",
                (state, encrypted, now.isoformat(), key),
            )

    def shown(self, key: str, now: datetime) -> None:
        """Note that the clerk has been shown the outcome; a disk that does not take the note hides no outcome."""
        with suppress(JournalWriteError), self._writing():
            self._database.execute(
                "UPDATE request SET shown_at = ? "
                "WHERE key = ? AND shown_at IS NULL AND resolved_at IS NOT NULL",
                (now.isoformat(), key),
            )

    def recover(self) -> int:
        """Call unknown whatever was on its way at the last stop. Returns how many are unresolved."""
        with self._writing():
            self._database.execute("UPDATE request SET state = 'unknown' WHERE state = 'sent'")
        return len(self.unresolved())

    def tidy(self, now: datetime) -> None:
        """Erase bodies of questions that were never sent, and old resolved rows, also from the WAL."""
        with self._writing():
            self._database.execute(
                "UPDATE request SET sealed_body = NULL WHERE state = 'not-sent' AND created_at < ?",
                ((now - KEEP_UNSENT).isoformat(),),
            )
            self._database.execute(
                "DELETE FROM request WHERE state IN ('answered', 'refused', 'not-sent') AND created_at < ?",
                ((now - KEEP).isoformat(),),
            )
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def find(self, key: str) -> Entry | None:
        """Return what is known of a question, or None."""
        row = self._database.execute("SELECT * FROM request WHERE key = ?", (key,)).fetchone()
        return self._entry(row) if row else None

    def get(self, key: str) -> Entry:
        """Return what is known of a question. Raises KeyError."""
        entry = self.find(key)
        if entry is None:
            raise KeyError("no such question")
        return entry

    def unresolved(self) -> list[Entry]:
        """Return every question whose outcome is still to be found out, oldest first."""
        return self._entries("state IN ('sent', 'unknown')")

    def unshown(self, office: str, username: str) -> list[Entry]:
        """Return what a clerk did with cash or counts whose outcome no page has shown yet, oldest first."""
        return self._entries(
            "resolved_at IS NOT NULL AND shown_at IS NULL AND "
            "kind NOT IN ('open-shift', 'decision', 'approval', 'leave') "
            "AND office = ? AND username = ?",
            (office, username),
        )

    def undone(self, subject: str) -> bool:
        """Tell whether a payment or a deposit was undone from here."""
        return bool(self._entries("kind = 'reversal' AND state = 'answered' AND subject = ?", (subject,)))

    def last_drawer(self, office: str) -> int | None:
        """Return the drawer that the office's last shift was opened at from here."""
        row = self._database.execute(
            "SELECT drawer FROM request WHERE kind = 'open-shift' AND office = ? "
            "ORDER BY created_at DESC LIMIT 1",
            (office,),
        ).fetchone()
        return int(row["drawer"]) if row else None

    def _entries(self, where: str, values: tuple[str, ...] = ()) -> list[Entry]:
        query = f"SELECT * FROM request WHERE {where} ORDER BY created_at, key LIMIT 100"  # noqa: S608 - constants only
        return [self._entry(row) for row in self._database.execute(query, values)]

    def _entry(self, row: sqlite3.Row) -> Entry:
        return Entry(
            key=row["key"],
            kind=Kind(row["kind"]),
            method=row["method"],
            path=row["path"],
            who=Who(row["username"], row["office"], row["drawer"]),
            subject=row["subject"],
            state=State(row["state"]),
            attempts=row["attempts"],
            created_at=datetime.fromisoformat(row["created_at"]),
            resolved_at=_time(row["resolved_at"]),
            shown_at=_time(row["shown_at"]),
            answer=self._opened(row["key"], "answer", row["sealed_answer"]),
            about=About(**about)
            if (about := self._opened(row["key"], "about", row["sealed_about"]))
            else None,
        )

    def _sealed_about(self, question: Question) -> bytes | None:
        if question.about is None:
            return None
        return self._cipher.encrypt(
            json.dumps(asdict(question.about)).encode(), _context(question.key, "about")
        )

    def _opened(self, key: str, part: str, encrypted: bytes | None) -> dict[str, Any] | None:
        """Open a part of a row; None also when the key file it was encrypted with was lost."""
        try:
            return (
                dict(json.loads(self._cipher.decrypt(encrypted, _context(key, part)))) if encrypted else None
            )
        except UndecryptableError:
            return None

    def _move(self, key: str, state: State, origins: tuple[State, ...]) -> None:
        places = ", ".join("?" for _ in origins)
        with self._writing():
            self._database.execute(
                f"UPDATE request SET state = ? WHERE key = ? AND state IN ({places})",  # noqa: S608 - placeholders only
                (state, key, *origins),
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._database.execute("COMMIT")
        except BaseException as failure:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            if isinstance(failure, sqlite3.OperationalError):
                raise JournalWriteError(str(failure)) from failure
            raise


def _context(key: str, part: str) -> str:
    return f"{key}/{part}"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
