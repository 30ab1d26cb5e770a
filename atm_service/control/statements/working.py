"""What people do with breaks: claim one, note something, resolve some together. Each runs in its caller's transaction.

Breaks of one bank that come to zero are one another's explanation: whoever resolves them matches them by hand. What
does not come to zero takes a correction between the bank's settlement account and its suspense: proposed by one,
approved by another (`control/instructions`), and posted when it is asked for once more, exactly as it was approved.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.control.instructions import service as instructions
from atm_service.control.instructions.domain import InstructionStatus
from atm_service.control.statements import store
from atm_service.control.statements.domain import AMOUNT_MAX
from atm_service.control.statements.errors import BreakEnded, BreaksApart, BreakTaken
from atm_service.control.statements.matching import Match, Rule
from atm_service.control.statements.store import OpenBreak
from atm_service.platform import chart, ids, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Forbidden, NotFound
from atm_service.registers.staff import service as staff
from ledger import Entry, Posting


class Outcome(StrEnum):
    """What became of a wish to resolve breaks. Waiting, refused: they are open, and a colleague has the word."""

    RESOLVED = "resolved"
    WAITING = "waiting"
    REFUSED = "refused"


def look(session: Connection, caller: Caller) -> None:
    """Return for who sees all banks: an auditor, an operator, a supervisor of the province. Raises `Forbidden`."""
    if caller.role == "supervisor" and staff.scope(session, caller) is not None:
        raise Forbidden(role=caller.role, needs=["auditor", "operator"])


def claim(session: Connection, caller: Caller, id: UUID, now: datetime) -> None:
    """Make a break one's own, also from a colleague. Harmless to repeat. Raises `NotFound`, `BreakEnded`."""
    one = _locked(session, caller, [id])[0]
    if one.owner != caller.subject:
        store.add_step(session, ids.new(now), id, "claimed", None, caller.subject, now)
        trail.record(session, now, "break.claimed", id, caller, {"from": one.owner and str(one.owner)})


def note(session: Connection, caller: Caller, id: UUID, words: str, now: datetime) -> None:
    """Add a note. Raises `NotFound`, `BreakEnded`."""
    _locked(session, caller, [id])
    store.add_step(session, ids.new(now), id, "noted", words, caller.subject, now)
    trail.record(session, now, "break.noted", id, caller)


def resolve(
    session: Connection, context: Context, caller: Caller, wanted: Sequence[UUID], reason: str, now: datetime
) -> Outcome:
    """Match breaks with one another by hand, or propose the correction that they take; once approved, post it.

    Refuses in this order: not there, apart, ended, taken by a colleague.
    """
    look(session, caller)
    chosen = sorted(set(wanted))
    seen = store.of_ids(session, chosen)
    total = _together(seen, chosen)
    if not total:
        standing.keep(session, caller)
        breaks = _checked(session, caller, chosen)
        _end(session, caller, breaks, Rule.BY_HAND, reason, now)
        return Outcome.RESOLVED
    # Breaks never change, so what they come to is known before the turn is taken; that they are open is not.
    bin = seen[0].bin
    correction = instructions.bank_correction(bin, chosen, total, reason)
    instruction = instructions.propose(session, context.policy, caller, correction, now)
    status = instruction.status(now)
    if status is not InstructionStatus.APPROVED:
        _checked(session, caller, chosen)
        return Outcome.REFUSED if status is InstructionStatus.REFUSED else Outcome.WAITING
    entry = _entry(ids.new(now), instruction.id, bin, total, now)
    instructions.carry_out(session, caller, correction, entry.id, now)
    breaks = _checked(session, caller, chosen)
    ledger.must(ledger.post(session, [entry], now))
    _end(session, caller, breaks, Rule.CORRECTION, reason, now, entry.id)
    return Outcome.RESOLVED


def _locked(session: Connection, caller: Caller, ids_: Sequence[UUID]) -> list[OpenBreak]:
    """Give open breaks in the turn of who works on them."""
    look(session, caller)
    standing.keep(session, caller)
    return _open(session, ids_)


def _open(session: Connection, chosen: Sequence[UUID]) -> list[OpenBreak]:
    store.take_turn(session)
    breaks = store.of_ids(session, chosen)
    if len(breaks) != len(chosen):
        raise NotFound
    ended = next((one for one in breaks if one.match_id is not None), None)
    if ended is not None:
        raise BreakEnded(break_id=str(ended.id))
    return breaks


def _checked(session: Connection, caller: Caller, chosen: Sequence[UUID]) -> list[OpenBreak]:
    """Give open breaks that are the caller's or nobody's."""
    breaks = _open(session, chosen)
    taken = next((one for one in breaks if one.owner not in (None, caller.subject)), None)
    if taken is not None:
        raise BreakTaken(break_id=str(taken.id), owner=taken.owner_name)
    return breaks


def _together(breaks: Sequence[OpenBreak], chosen: Sequence[UUID]) -> int:
    """Give what breaks come to. Raises `NotFound` and `BreaksApart`."""
    if len(breaks) != len(chosen):
        raise NotFound
    total = sum(one.amount for one in breaks)
    kinds = {one.kind for one in breaks}
    if len({one.account for one in breaks}) > 1 or (total and len(kinds) > 1) or abs(total) > AMOUNT_MAX:
        raise BreaksApart
    return total


def _entry(id: UUID, instruction: UUID, bin: str, total: int, now: datetime) -> Entry:
    """Write the correction: what the bank has more than we is owed to nobody yet, so it is in suspense."""
    bank, suspense = chart.settlement(bin), chart.suspense_bank(bin)
    debit, credit = (bank, suspense) if total > 0 else (suspense, bank)
    return Entry(
        id=id,
        reference=f"bank-correction/{instruction}",
        kind="bank-correction",
        business_date=ledger.business_date(now),
        narration=f"As the statement of bank {bin} says",
        postings=(Posting(debit, credit, abs(total)),),
    )


def _end(
    session: Connection,
    caller: Caller,
    breaks: Sequence[OpenBreak],
    rule: Rule,
    reason: str,
    now: datetime,
    *more: UUID,
) -> None:
    """Match all that is in the breaks, with a correction where there is one, and end them."""
    lines = tuple(one.line for one in breaks if one.line is not None)
    entries = (*(entry for one in breaks for entry in one.entries), *more)
    match_id = ids.new(now)
    made = [(match_id, Match(rule, lines, entries))]
    store.add_matches(session, breaks[0].account, made, now, by=caller.subject, words=reason)
    store.end(session, [(one.id, match_id) for one in breaks], now)
    detail = {"rule": rule, "breaks": [str(one.id) for one in breaks]}
    trail.record(session, now, "break.resolved", match_id, caller, detail)
