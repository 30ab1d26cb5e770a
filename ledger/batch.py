"""Posting: a batch of commands goes to the database as numbered columns, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeGuard
from uuid import UUID

from sqlalchemy import Connection

from ledger import literals
from ledger.accounts import account_id
from ledger.commands import (
    COMMANDS_MAX,
    Capture,
    Command,
    Entry,
    Expire,
    Hold,
    InvalidBatch,
    Posting,
    Void,
    check_time,
)
from ledger.fingerprint import fingerprint
from ledger.outcomes import Outcome, Reason, Status

_POST: Final = """
/* lock: accounts */ SELECT status, reason, id FROM ledger.post(
    %s::text[], %s::text[], %s::bytea[], %s::integer[],
    %s::uuid[], %s::text[], %s::date[], %s::text[], %s::uuid[], %s::integer[],
    %s::integer[], %s::integer[], %s::bigint[], %s::timestamptz[], %s::uuid[], %s::uuid[],
    %s::integer[], %s::integer[], %s::bigint[], %s::timestamptz)
"""

# The lean way of one entry with one posting: the same outcomes, about half the work.
_POST_ONE: Final = """
/* lock: accounts */ SELECT status, reason, id FROM ledger.post_one(
    %s::uuid, %s::text, %s::bytea, %s::text, %s::date, %s::text, %s::uuid, %s::uuid, %s::bigint, %s::timestamptz)
"""

_ACTIONS: Final[dict[type[Command], str]] = {
    Entry: "entry",
    Hold: "hold",
    Capture: "capture",
    Void: "void",
    Expire: "expire",
}
# References are unique within a scope, and a scope is a table with references: entry, hold, hold_end.
_SCOPES: Final[dict[type[Command], str]] = {
    Entry: "entry",
    Capture: "entry",
    Hold: "hold",
    Void: "end",
    Expire: "end",
}


def post(session: Connection, commands: Sequence[Command], now: datetime) -> list[Outcome]:
    """Carry out the commands in order, as if one after another, and give one outcome for each.

    One round trip, whatever their number. `now` is the time at which they are recorded. What is posted is
    final when the caller's transaction commits. A refused command changes nothing and does not take its
    neighbours along.

    A reference is unique within its scope: entries (Entry and Capture), holds (Hold), and ends without an
    entry (Void and Expire). A reference that was posted before, in this batch or ever, with the same content
    is *already posted*; with other content it is refused.

    Call it once in a transaction, and late: accounts stay locked until the commit. The transaction must be
    READ COMMITTED. On a connection in autocommit the call is a transaction, and still one round trip.

    Raises `InvalidCommand` (a `ValueError`) for more than 10,000 commands, one id under two references, or a
    naive `now`; SQLAlchemy's `OperationalError` when a lock is not got in time.
    """
    check_time(now)
    if len(commands) > COMMANDS_MAX:
        raise InvalidBatch(f"a batch has at most {COMMANDS_MAX} commands")
    if not commands:
        return []
    if _is_plain(commands):
        rows = session.exec_driver_sql(_POST_ONE, _plain_parameters(commands[0], now)).all()
    else:
        columns = _Columns()
        for command in commands:
            columns.add(command)
        rows = session.exec_driver_sql(_POST, columns.parameters(now)).all()
    if len(rows) != len(commands):
        raise RuntimeError("the database gave another number of outcomes than there are commands")
    return [
        Outcome(Status(status), None if reason is None else Reason(reason), own_id)
        for status, reason, own_id in rows
    ]


def _is_plain(commands: Sequence[Command]) -> TypeGuard[tuple[Entry]]:
    (first, *others) = commands
    return not others and isinstance(first, Entry) and len(first.postings) == 1 and first.corrects is None


def _plain_parameters(entry: Entry, now: datetime) -> tuple[object, ...]:
    (posting,) = entry.postings
    return (
        entry.id,
        entry.reference,
        fingerprint(entry),
        entry.kind,
        entry.business_date,
        entry.narration,
        account_id(posting.debit),
        account_id(posting.credit),
        posting.amount,
        now,
    )


@dataclass(slots=True)
class _Columns:
    """The commands of a batch as columns; accounts, holds and references get numbers from 1."""

    actions: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    fingerprints: list[bytes] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    entries: list[Entry | None] = field(default_factory=list)
    hold_numbers: list[int | None] = field(default_factory=list)
    placed: list[Hold | None] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    accounts: dict[str, int] = field(default_factory=dict)
    holds: dict[UUID, int] = field(default_factory=dict)
    first: dict[tuple[str, str], int] = field(default_factory=dict)
    owners: dict[tuple[str, UUID], int] = field(default_factory=dict)

    def add(self, command: Command) -> None:
        """Append one command. Raises `InvalidBatch` when its new id was given to another reference before."""
        scope, reference = _SCOPES[type(command)], command.reference
        group = self.first.setdefault((scope, reference), len(self.actions) + 1)
        entry = command if isinstance(command, Entry) else None
        placed = command if isinstance(command, Hold) else None
        hold_id = placed.id if placed else None
        if isinstance(command, Capture):
            entry = command.entry
        if isinstance(command, Capture | Void | Expire):
            hold_id = command.hold_id
        new = entry or placed
        if new and self.owners.setdefault((scope, new.id), group) != group:
            raise InvalidBatch("one id has two references in a batch")
        self.actions.append(_ACTIONS[type(command)])
        self.references.append(reference)
        self.fingerprints.append(fingerprint(command))
        self.groups.append(group)
        self.entries.append(entry)
        self.placed.append(placed)
        self.hold_numbers.append(
            None if hold_id is None else self.holds.setdefault(hold_id, len(self.holds) + 1)
        )
        if entry:
            self.postings += entry.postings
            for posting in entry.postings:
                self._account(posting.debit)
                self._account(posting.credit)
        if placed:
            self._account(placed.account)

    def parameters(self, now: datetime) -> tuple[object, ...]:
        """Give the parameters of `ledger.post`, in its order."""
        entries, placed = self.entries, self.placed
        return (
            literals.words(self.actions),
            literals.texts(self.references),
            literals.blobs(self.fingerprints),
            literals.words(self.groups),
            literals.uuids(entry.id if entry else None for entry in entries),
            literals.texts(entry.kind if entry else None for entry in entries),
            literals.words(entry and entry.business_date for entry in entries),
            literals.texts(entry.narration if entry else None for entry in entries),
            literals.uuids(entry.corrects if entry else None for entry in entries),
            literals.words(len(entry.postings) if entry else 0 for entry in entries),
            literals.words(self.hold_numbers),
            literals.words(hold and self.accounts[hold.account] for hold in placed),
            literals.words(hold and hold.amount for hold in placed),
            literals.words(hold and hold.deadline.isoformat() for hold in placed),
            literals.uuids(account_id(code) for code in self.accounts),
            literals.uuids(self.holds),
            literals.words(self.accounts[posting.debit] for posting in self.postings),
            literals.words(self.accounts[posting.credit] for posting in self.postings),
            literals.words(posting.amount for posting in self.postings),
            now,
        )

    def _account(self, code: str) -> None:
        self.accounts.setdefault(code, len(self.accounts) + 1)
