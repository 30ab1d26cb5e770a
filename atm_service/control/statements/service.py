"""Read a bank's file in, once and whole or not at all, and match what it says with what was posted.

The file is read before the transaction. In it one advisory lock makes statements, matches and breaks one after another:
so a chain is never read while it grows, and two who import one file find that it was imported.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.control.statements import domain, matching, reading, store
from atm_service.control.statements.domain import Statement, StatementRefused
from atm_service.control.statements.matching import Window
from atm_service.platform import chart, ids, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.banks import data
from atm_service.registers.customers import at_rest
from atm_service.registers.offices import life_store

LOOKS_BACK: Final = timedelta(days=45)
"""How far before the bank's last day a day off, and a name that was matched, counts."""
PIECE: Final = 61_440
"""As much of a file as is encrypted at a time, in bytes."""


@dataclass(frozen=True)
class Run:
    """What a run of the rules came to: matches made, breaks opened and ended, and entries that are not due yet."""

    account: str
    matched: int
    opened: int
    ended: int
    expected: int


@dataclass(frozen=True)
class Imported:
    """What became of a file. `again`: it was imported before, and nothing was changed."""

    file_id: UUID
    again: bool
    statements: int = 0
    lines: int = 0
    runs: tuple[Run, ...] = ()


def open_account(session: Connection, caller: Caller, bin: str, number: str, now: datetime) -> bool:
    """Write down under which number our account at a bank stands in its statements, for good; False: it is there.

    Raises `BankUnknown`, and `StatementRefused` for what is no number or contradicts what is there.
    """
    data.find(bin)
    number = domain.account(number, 0)
    standing.keep(session, caller)
    ledger.open_accounts(session, chart.statement_accounts(bin), now)
    store.take_turn(session)
    new = store.open_account(session, number, bin, caller.subject, now)
    if new is None:
        raise StatementRefused(0, "this bank has another account of ours, or this account is at another bank")
    if new:
        trail.record(session, now, "settlement-account.opened", None, caller, {"bank": bin})
    return new


def take_in(context: Context, caller: Caller, content: bytes, now: datetime) -> Imported:
    """Import a file and match its accounts. Raises `StatementRefused`, which leaves a row in the trail."""
    sha256 = hashlib.sha256(content)
    rules = context.policy.statement
    try:
        format, statements = reading.read(content, rules.file_bytes_max, rules.lines_max)
        with context.transaction() as session:
            standing.keep(session, caller)
            store.take_turn(session)
            before = store.known(session, sha256.digest())
            if before is not None:
                return Imported(before, again=True)
            id = ids.new(now)
            head = {"id": id, "sha256": sha256.digest(), "format": format, "size": len(content)}
            store.add_file(session, head | {"by": caller.subject, "now": now}, _sealed(context, id, content))
            runs = tuple(_take_accounts(session, context, caller, id, statements, now))
            lines = sum(len(one.lines) for one in statements)
            detail = {"sha256": sha256.hexdigest(), "statements": len(statements), "lines": lines}
            trail.record(session, now, "statement.imported", id, caller, detail)
    except StatementRefused as refused:
        with context.transaction() as session:
            detail = {"sha256": sha256.hexdigest(), "line": refused.line, "reason": refused.reason}
            trail.record(session, now, "statement.refused", None, caller, detail)
        raise
    return Imported(id, again=False, statements=len(statements), lines=lines, runs=runs)


def run_all(context: Context, caller: Caller, now: datetime) -> list[Run]:
    """Run the rules over every account with statements: for entries of ours that came after the bank's lines."""
    with context.transaction() as session:
        standing.keep(session, caller)
        store.take_turn(session)
        return [run(session, context, caller, number, now) for number in store.told_accounts(session)]


def content(session: Connection, context: Context, caller: Caller, file_id: UUID, now: datetime) -> bytes:
    """Give a file as it was received, byte by byte; that it was taken away stands in the trail."""
    trail.record(session, now, "statement.taken-away", file_id, caller)
    return b"".join(
        context.cipher.decrypt(piece, _place(file_id, number))
        for number, piece in store.pieces(session, file_id)
    )


def run(session: Connection, context: Context, caller: Caller, account: str, now: datetime) -> Run:
    """Run the rules over one account, and write down what was matched, what is a break now and what is none any more.

    What a person has matched is matched: only what is open is looked at. A break stays until its line or an entry of it
    is matched; what is left of it then is a break anew.
    """
    known, bin = window(session, context, account), store.bin_of(session, account)
    assert known is not None
    assert bin is not None
    reach = domain.working_days(known.since, -known.days, known.off)
    lines = store.open_lines(session, account, known.through - LOOKS_BACK)
    ours = store.open_ours(session, account, bin, reach)
    matches, rest, unmatched = matching.match(lines, ours, known)
    made = [(ids.new(now), one) for one in matches]
    by_part = {part: id for id, one in made for part in (*one.lines, *one.entries)}
    ended, held = [], set[UUID]()
    for one in store.open_of(session, account):
        parts = (*filter(None, (one.line,)), *one.entries)
        match_id = next((by_part[part] for part in parts if part in by_part), None)
        if match_id is None:
            held.update(parts)
        else:
            ended.append((one.id, match_id))
    free = [one for one in unmatched if one.id not in held]
    found = list(matching.breaks([line for line in rest if line.id not in held], free, known))
    in_breaks = {entry for one in found for entry in one.entries}
    expected = sum(one.id not in in_breaks and one.on >= known.since for one in free)
    counts = {"matched": len(made), "opened": len(found), "ended": len(ended), "expected": expected}
    run_id = ids.new(now)
    store.add_run(session, run_id, account, matching.VERSION, known, counts, caller.subject, now)
    store.add_matches(session, account, made, now, run_id=run_id)
    store.add_breaks(session, account, [(ids.new(now), one) for one in found], run_id, now)
    store.end(session, ended, now)
    trail.record(session, now, "statement.matched", run_id, caller, {"version": matching.VERSION, **counts})
    return Run(account, **counts)


def window(session: Connection, context: Context, account: str) -> Window | None:
    """Give the days that count for an account: told by the bank so far, without weekends and days off for all."""
    span = store.span(session, account)
    if span is None:
        return None
    days = context.policy.statement.working_days
    hours = life_store.hours_of(session, span[1] - LOOKS_BACK).of("")
    off = frozenset(day for day, open_ in hours.instead.items() if not open_)
    return Window(*span, days, off)


def _take_accounts(
    session: Connection,
    context: Context,
    caller: Caller,
    file_id: UUID,
    statements: Sequence[Statement],
    now: datetime,
) -> list[Run]:
    today = ledger.business_date(now)
    for number, of_account in domain.by_account(statements):
        if store.bin_of(session, number) is None:
            raise StatementRefused(of_account[0].at, f"account {number} is none of ours")
        for statement in of_account:
            _add(session, context, file_id, statement, today, now)
    return [run(session, context, caller, number, now) for number, _ in domain.by_account(statements)]


def _add(
    session: Connection, context: Context, file_id: UUID, statement: Statement, today: date, now: datetime
) -> None:
    last = store.last(session, statement.account)
    domain.check(statement, last, today)
    id = ids.new(now)
    lines: list[dict[str, Any]] = []
    for number, line in enumerate(statement.lines, start=1):
        line_id = ids.new(now)
        facts = {
            name: getattr(line, name)
            for name in ("at", "booked_on", "value_on", "amount", "charges", "reversal")
        }
        sealed = context.cipher.encrypt(line.text.encode(), at_rest.place("statement_line", "text", line_id))
        facts |= {"id": line_id, "statement_id": id, "number": number, "names": list(line.references)}
        lines.append(facts | {"text_sealed": sealed})
    facts = {
        name: getattr(statement, name)
        for name in ("account", "sequence", "opening", "opening_on", "closing", "closing_on")
    }
    facts |= {"id": id, "file_id": file_id, "previous": last and last.id, "lines": len(lines)}
    store.add_statement(session, facts | {"total": statement.closing - statement.opening}, lines)


def _sealed(context: Context, file_id: UUID, content: bytes) -> list[bytes]:
    starts = range(0, len(content), PIECE)
    return [
        context.cipher.encrypt(content[start : start + PIECE], _place(file_id, number))
        for number, start in enumerate(starts, start=1)
    ]


def _place(file_id: UUID, number: int) -> bytes:
    return f"statement_piece content {file_id} {number}".encode()
