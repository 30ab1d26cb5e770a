"""Shifts from counted opening to counted close. Each use case runs inside its caller's transaction.

Nobody is told what a drawer should hold before it is counted, but on record, by `totals`. Locks: docs/locking.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import Refusal
from atm_service.promises.approvals.domain import ApprovalKind
from atm_service.promises.shifts import errors, store, words
from atm_service.promises.shifts.domain import ClosedHow, Shift, Stopped, at_least
from atm_service.registers.cash import counting
from atm_service.registers.cash.counting import Counted, Judged
from atm_service.registers.cash.domain import Verdict
from atm_service.registers.cash.errors import CountAgain, CountNeedsWord
from atm_service.registers.headroom import store as office_days
from atm_service.registers.headroom.domain import Left
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Counts, counted_total, notes_of
from atm_service.registers.offices import service as offices
from atm_service.registers.offices import store as office_store
from atm_service.registers.offices.errors import DrawerFrozen, DrawerUnknown
from atm_service.registers.staff import service as staff
from ledger import reading


def open_shift(
    session: Connection, policy: Policy, clerk: Caller, drawer: int, counts: Counts, now: datetime
) -> Shift | Refusal:
    """Open the clerk's shift at a counted drawer; what differs from the ledger is posted, and kept as a break.

    Gives `CountAgain` or `CountNeedsWord` of a count that does not stand: it is kept, so the caller must commit.
    """
    assert clerk.office is not None
    offices.active(session, clerk.office, office_store.find_held)
    frozen = office_store.lock_drawer(session, clerk.office, drawer)
    if frozen is None:
        raise DrawerUnknown
    if frozen:
        raise DrawerFrozen
    _refuse_open(session, clerk, drawer)
    place = chart.drawer(clerk.office, drawer)
    expected = reading.balance(session, place).normal
    above = policy.approval.count_above
    subject = ledger.account_id(place)
    judged = _judge(session, clerk.office, subject, clerk, counts, expected, now, above=above)
    if judged.verdict is not Verdict.STANDS:
        detail = {"office": clerk.office, "drawer": drawer}
        trail.record(session, now, f"count-{judged.verdict}", judged.id, clerk, detail)
        return CountAgain() if judged.verdict is Verdict.AGAIN else CountNeedsWord(count_id=judged.id)
    opening = _begin(session, clerk, drawer, counts, expected, now)
    words.use(session, clerk, ApprovalKind.OPENING_COUNT, judged, now)
    _settle(session, opening, "opening", now)
    return _shown(session, opening["id"])


def close_shift(
    session: Connection, policy: Policy, clerk: Caller, counts: Counts, now: datetime
) -> Shift | CountNeedsWord:
    """Close the clerk's shift by a count. A first count that differs leaves it open: see `Shift.recount`."""
    shift = _own(session, clerk)
    return _close(session, policy, shift, clerk, counts, ClosedHow.OWN, now)


def count_drawer(
    session: Connection, policy: Policy, clerk: Caller, counts: Counts, now: datetime
) -> Counted | CountNeedsWord | None:
    """Count the drawer amid the clerk's shift, which goes on. None: it differs, and is to be counted once more.

    Gives `CountNeedsWord` of a count that is kept and does not stand without a supervisor's word: the caller commits.
    """
    shift = _own(session, clerk)
    judged = _counted(session, policy, shift, clerk, counts, now)
    if judged.verdict is not Verdict.STANDS:
        return CountNeedsWord(count_id=judged.id) if judged.verdict is Verdict.WORD else None
    words.use(session, clerk, ApprovalKind.CLOSING_COUNT, judged, now)
    found = {
        "id": shift.id,
        "office": shift.office,
        "drawer": shift.drawer,
        "counts": dict(counts),
        "over_short": judged.difference,
    }
    _settle(session, found, f"count/{judged.id}", now)
    detail = {"drawer": shift.drawer, "over_short": judged.difference}
    trail.record(session, now, "count-drawer", shift.id, clerk, detail)
    return Counted(judged.id, now, counted_total(counts), judged.difference)


def totals(session: Connection, clerk: Caller, now: datetime) -> tuple[Shift, int]:
    """Give the clerk's open shift and what its drawer should hold, on record. Raises `NoOpenShift`, `CountFirst`."""
    shift = _own(session, clerk)
    counting.refuse_in_doubt(session, shift.id, "drawer")
    trail.record(session, now, "see-totals", shift.id, clerk, {"drawer": shift.drawer})
    return shift, reading.balance(session, shift.place).normal


def headroom(session: Connection, policy: Policy, clerk: Caller, now: datetime) -> tuple[Left, int | None]:
    """Give what the office may still pay, and what the clerk's drawer has at least; None while a count is in doubt."""
    shift = store.open_shift_seen(session, clerk.subject)
    if shift is None or shift.office != clerk.office:
        raise errors.NoOpenShift
    left = office_days.seen_today(session, shift.office, ledger.business_date(now)).left(policy.office)
    if counting.in_doubt(session, shift.id):
        return left, None
    return left, at_least(reading.balance(session, shift.place).normal)


def hand_over(
    session: Connection, policy: Policy, clerk: Caller, colleague: Caller, counts: Counts, now: datetime
) -> tuple[Shift, Shift | None] | CountNeedsWord:
    """Close the clerk's shift and open the colleague's at the same drawer, by one count; both have proved themselves.

    Gives the closed shift and the opened one; none is opened while the count must be made again.
    """
    assert clerk.office is not None
    office_store.find_held(session, clerk.office)
    shift = _own(session, clerk)
    offices.active(session, shift.office)
    shift.refuse_stopped()
    if theirs := store.open_shift_seen(session, colleague.subject):
        raise errors.ColleagueBusy(drawer=theirs.drawer)
    judged, closing = _end(session, policy, shift, clerk, counts, ClosedHow.HANDED_OVER, now)
    if closing is None:
        return CountNeedsWord(count_id=judged.id) if judged.verdict is Verdict.WORD else (_again(shift), None)
    try:
        # Before anything is posted: whoever opens a shift for this colleague elsewhere may want the same accounts.
        opening = _begin(session, colleague, shift.drawer, counts, counted_total(counts), now)
    except errors.ShiftAlreadyOpen as busy:  # only just, at another drawer
        raise errors.ColleagueBusy(**busy.members) from None
    words.use(session, clerk, ApprovalKind.CLOSING_COUNT, judged, now)
    _settle(session, closing, "closing", now)
    detail = {"drawer": shift.drawer, "from": str(shift.id)}
    trail.record(session, now, "hand-over", opening["id"], colleague, detail)
    return _shown(session, shift.id), _shown(session, opening["id"])


def grant_take_over(session: Connection, supervisor: Caller, id: UUID, reason: str, now: datetime) -> Shift:
    """Let any clerk of the office close this shift by a count: its own clerk is not there. Harmless to repeat.

    Raises `ShiftUnknown` outside of the supervisor's area too.
    """
    shift = store.shift(session, id)
    if shift is None or shift.closed_at is not None:
        raise errors.ShiftUnknown
    standing.keep(session, supervisor)
    if not staff.looks_after(session, supervisor, shift.office, ledger.business_date(now)):
        raise errors.ShiftUnknown
    if not store.lock_shift(session, id):
        raise errors.ShiftUnknown
    if store.grant(session, id, supervisor.subject, reason, now):
        detail = {"office": shift.office, "drawer": shift.drawer, "reason": reason}
        trail.record(session, now, "grant-take-over", id, supervisor, detail)
    return shift


def take_over(
    session: Connection, policy: Policy, clerk: Caller, id: UUID, counts: Counts, now: datetime
) -> Shift | CountNeedsWord:
    """Close the shift that another clerk of the office has left open, by this clerk's count and a supervisor's leave.

    The over/short stays with the absent clerk's shift, which names both. Open an own shift after it.
    """
    seen = store.shift(session, id)
    if seen is None or seen.office != clerk.office or seen.closed_at is not None:
        raise errors.ShiftUnknown
    if seen.clerk_id == clerk.subject:
        raise errors.OwnShift
    if not store.granted(session, [id]):
        raise errors.TakeOverNotGranted
    office_store.lock_drawer(session, seen.office, seen.drawer)
    if not store.lock_shift(session, id):
        raise errors.ShiftUnknown
    return _close(session, policy, _shown(session, id), clerk, counts, ClosedHow.TAKEN_OVER, now)


def _own(session: Connection, clerk: Caller) -> Shift:
    """Lock the clerk's open shift, its drawer before it. Raises `NoOpenShift`."""
    if seen := store.open_shift_seen(session, clerk.subject):
        office_store.lock_drawer(session, seen.office, seen.drawer)
    shift = store.open_shift_alone(session, clerk.subject)
    if shift is None or shift.office != clerk.office:
        raise errors.NoOpenShift
    return shift


def _begin(
    session: Connection, clerk: Caller, drawer: int, counts: Counts, expected: int, now: datetime
) -> dict[str, Any]:
    """Open a shift at a locked drawer, where `expected` đồng should be; give what is to be settled."""
    assert clerk.office is not None
    id = ids.new(now)
    values = {
        "id": id,
        "office": clerk.office,
        "drawer": drawer,
        "clerk_id": clerk.subject,
        "now": now,
        "counts": dict(counts),
        "total": counted_total(counts),
        "over_short": counted_total(counts) - expected,
    }
    if not store.insert_shift(session, values):
        _refuse_open(session, clerk, drawer)
        raise errors.DrawerInUse  # by a shift that has just been closed
    if counted_total(counts) != expected:
        _keep_break(session, values, store.last_closed(session, clerk.office, drawer), expected, now)
    detail = {"drawer": drawer, "over_short": values["over_short"]}
    trail.record(session, now, "open-shift", id, clerk, detail)
    return values


def _refuse_open(session: Connection, clerk: Caller, drawer: int) -> None:
    """Say which shift is in the way, if one is."""
    assert clerk.office is not None
    if own := store.open_shift_seen(session, clerk.subject):
        raise errors.ShiftAlreadyOpen(drawer=own.drawer)
    if theirs := store.open_shift_at(session, clerk.office, drawer):
        raise errors.DrawerInUse(shift_id=theirs.id, opened_at=theirs.opened_at)


def _judge(
    session: Connection,
    office: str,
    subject: UUID,
    counter: Caller,
    counts: Counts,
    expected: int,
    now: datetime,
    kind: ApprovalKind = ApprovalKind.OPENING_COUNT,
    *,
    above: int,
) -> Judged:
    word = words.word(session, kind, now)
    return counting.judge(
        session, office, subject, counter.subject, counts, expected, now, word_above=above, word=word
    )


def _keep_break(
    session: Connection, opening: dict[str, Any], before: Shift | None, expected: int, now: datetime
) -> None:
    found = {
        "shift_id": opening["id"],
        "office": opening["office"],
        "drawer": opening["drawer"],
        "previous_shift": before.id if before else None,
        "closed_total": before.closing_total if before else None,
        "expected": expected,
        "counted": opening["total"],
        "now": now,
    }
    store.add_break(session, found)


def _close(
    session: Connection,
    policy: Policy,
    shift: Shift,
    counter: Caller,
    counts: Counts,
    how: ClosedHow,
    now: datetime,
) -> Shift | CountNeedsWord:
    """Close a locked shift by a count, unless the count does not stand."""
    judged, closing = _end(session, policy, shift, counter, counts, how, now)
    if closing is None:
        return CountNeedsWord(count_id=judged.id) if judged.verdict is Verdict.WORD else _again(shift)
    words.use(session, counter, ApprovalKind.CLOSING_COUNT, judged, now)
    _settle(session, closing, "closing", now)
    return _shown(session, shift.id)


def _again(shift: Shift) -> Shift:
    return replace(shift, recount=True)


def _end(
    session: Connection,
    policy: Policy,
    shift: Shift,
    counter: Caller,
    counts: Counts,
    how: ClosedHow,
    now: datetime,
) -> tuple[Judged, dict[str, Any] | None]:
    """Close a locked shift; give what is to be settled. None: the count does not stand, and the shift stays open."""
    judged = _counted(session, policy, shift, counter, counts, now)
    if judged.verdict is not Verdict.STANDS:
        return judged, None
    values = {
        "id": shift.id,
        "office": shift.office,
        "drawer": shift.drawer,
        "now": now,
        "counts": dict(counts),
        "total": counted_total(counts),
        "over_short": judged.difference,
        "closed_by": counter.subject,
        "closed_how": how,
    }
    store.close_shift(session, values)
    detail = {"over_short": values["over_short"], "how": how, "clerk": str(shift.clerk_id)}
    trail.record(session, now, "close-shift", shift.id, counter, detail)
    return judged, values


def _counted(
    session: Connection, policy: Policy, shift: Shift, counter: Caller, counts: Counts, now: datetime
) -> Judged:
    """Count the drawer of a locked shift in which no payment is under way. Raises `WithdrawalsStillPresented`."""
    if still := store.presented(session, shift.office, shift.drawer, now):
        raise errors.WithdrawalsStillPresented(
            withdrawals=[row.id for row in still], amounts=[row.amount for row in still]
        )
    expected = reading.balance(session, shift.place).normal
    kind = ApprovalKind.CLOSING_COUNT
    above = 0 if shift.stopped else policy.approval.count_above  # what was frozen is not written off by one
    judged = _judge(session, shift.office, shift.id, counter, counts, expected, now, kind, above=above)
    if judged.verdict is not Verdict.STANDS:
        trail.record(session, now, f"count-{judged.verdict}", shift.id, counter, {"drawer": shift.drawer})
    return judged


def _shown(session: Connection, id: UUID) -> Shift:
    shift = store.shift(session, id)
    assert shift is not None
    return shift


def _settle(session: Connection, count: dict[str, Any], moment: str, now: datetime) -> None:
    """Write the notes that a count has found in a drawer, and post what differs from the ledger."""
    place, reference = chart.drawer(count["office"], count["drawer"]), f"shift/{count['id']}/{moment}"
    stock.counted(session, place, notes_of(count["counts"]))
    counting.post_difference(
        session, "over-short", reference, count["office"], place, count["over_short"], now
    )


def shift_of(session: Connection, clerk: Caller, *but: Stopped) -> Shift:
    """Find the clerk's open shift, which cannot be closed or stopped until this transaction ends.

    Raises `NoOpenShift`, and `OfficeSuspended` or `DrawerFrozen` where it is stopped for another reason than these.
    """
    shift = shifts_of(session, [clerk]).get(clerk.subject)
    if shift is None:
        raise errors.NoOpenShift
    shift.refuse_stopped(*but)
    return shift


def shifts_of(session: Connection, clerks: Sequence[Caller]) -> dict[UUID, Shift]:
    """Find, by clerk, the open shifts of those clerks who have one. They stay open until this transaction ends.

    A clerk whose rights were changed after the token was made has none: nothing is paid with it any more.
    """
    known = {clerk.subject: (clerk.office, clerk.generation) for clerk in clerks}
    shifts = store.open_shifts_shared(session, list(known))
    return {one.clerk_id: one for one in shifts if (one.office, one.clerk_generation) == known[one.clerk_id]}
