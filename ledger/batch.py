"""Posting: a batch of commands goes to the database as rows of numbers and values, in one round trip."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeGuard
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
    Void,
    check_time,
)
from ledger.fingerprint import fingerprint
from ledger.outcomes import Outcome, Reason, Status

_POST: Final = """
/* lock: accounts */ SELECT status, reason, id FROM ledger.post(
    %s::ledger.command[], %s::ledger.movement[], %s::uuid[], %s::uuid[], %s::timestamptz)
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
# What a command without an entry, or that places no hold, has in the fields of one.
_NO_ENTRY: Final = (0, None, None, None, None, None)
_NO_MONEY: Final = (None, None, None)


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
        batch = _Batch()
        for command in commands:
            batch.add(command)
        rows = session.exec_driver_sql(_POST, batch.parameters(now)).all()
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
class _Batch:
    """The commands of a batch as rows of `ledger.command`; accounts, holds and references get numbers from 1."""

    commands: list[tuple[object, ...]] = field(default_factory=list)
    movements: list[tuple[int, int, int]] = field(default_factory=list)
    accounts: dict[str, int] = field(default_factory=dict)
    holds: dict[UUID, int] = field(default_factory=dict)
    references: dict[tuple[str, str], int] = field(default_factory=dict)
    owners: dict[tuple[str, UUID], int] = field(default_factory=dict)

    def add(self, command: Command) -> None:
        """Append one command. Raises `InvalidBatch` when its new id was given to another reference before."""
        scope = _SCOPES[type(command)]
        reference = _number(self.references, (scope, command.reference))
        head = (_ACTIONS[type(command)], command.reference, reference, fingerprint(command))
        match command:
            case Entry():
                row = (*self._entry(command), None, *_NO_MONEY)
            case Capture(hold_id, entry):
                row = (*self._entry(entry), _number(self.holds, hold_id), *_NO_MONEY)
            case Hold(id, _, account, amount, deadline):
                money = (_number(self.accounts, account), amount, deadline)
                row = (*_NO_ENTRY, _number(self.holds, id), *money)
            case Void(hold_id) | Expire(hold_id):
                row = (*_NO_ENTRY, _number(self.holds, hold_id), *_NO_MONEY)
        new = command.entry if isinstance(command, Capture) else command
        if isinstance(new, Entry | Hold) and self.owners.setdefault((scope, new.id), reference) != reference:
            raise InvalidBatch("one id has two references in a batch")
        self.commands.append(head + row)

    def parameters(self, now: datetime) -> tuple[object, ...]:
        """Give the parameters of `ledger.post`, in its order."""
        return (
            literals.rows(self.commands),
            literals.rows(self.movements),
            literals.uuids(account_id(code) for code in self.accounts),
            literals.uuids(self.holds),
            now,
        )

    def _entry(self, entry: Entry) -> tuple[object, ...]:
        self.movements += [
            (_number(self.accounts, posting.debit), _number(self.accounts, posting.credit), posting.amount)
            for posting in entry.postings
        ]
        return len(entry.postings), entry.id, entry.kind, entry.business_date, entry.narration, entry.corrects


def _number(numbers: dict[Any, int], thing: Hashable) -> int:
    return numbers.setdefault(thing, len(numbers) + 1)
