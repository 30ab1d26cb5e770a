"""An office's life: its state, checklist, hours and line. Each use case runs inside its caller's transaction.

Locks: docs/locking.md.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.offices import errors, hours, life_store, states, store
from atm_service.registers.offices.domain import Line, State
from atm_service.registers.offices.life_store import Told
from atm_service.registers.offices.states import Item


def change_state(
    session: Connection, by: Caller | None, code: str, to: State, reason: str, now: datetime
) -> None:
    """Change an office's state; the reason is kept for good. `by` is None at the command line, in nobody's name.

    This is the one door: what rests on an office's state and must hear of a change is told here, after it is made.
    From then on a suspended office pays nobody: its open shifts may be counted and closed, and none opens. Raises what
    `states.check` refuses.
    """
    _change(session, by, code, _lock(session, code, by), to, reason, now)


def make_ready(session: Connection, by: Caller | None, code: str, reason: str, now: datetime) -> None:
    """Change an office's state to ready, and open its accounts and a drawer. Raises as `change_state` does."""
    _change(session, by, code, _lock(session, code, by), State.READY, reason, now)
    _furnish(session, code, 1, now)


def _change(
    session: Connection, by: Caller | None, code: str, state: State, to: State, reason: str, now: datetime
) -> None:
    by_supervisor = by is not None and by.role == "supervisor"
    states.check(life_store.standing(session, code, state), to, by_supervisor=by_supervisor)
    change: dict[str, Any] = {"was": state, "state": to, "reason": reason}
    life_store.change(session, _signed(session, "office_change", by, code, now) | change)
    trail.record(session, now, "office-state", None, by, {"office": code, **change})


def freeze_drawer(
    session: Connection, by: Caller, code: str, number: int, reason: str, now: datetime, *, frozen: bool
) -> None:
    """Freeze a drawer, or thaw it. Frozen, it may only be counted and closed from then on.

    Raises `DrawerUnknown` and `FreezeUnchanged`.
    """
    _living(session, code, by)
    was = store.lock_drawer(session, code, number)
    if was is None:
        raise errors.DrawerUnknown
    if was is frozen:
        raise errors.FreezeUnchanged
    change = {"drawer": number, "reason": reason}
    life_store.freeze_drawer(
        session, _signed(session, "drawer_freeze", by, code, now) | change | {"frozen": frozen}
    )
    deed = "drawer.frozen" if frozen else "drawer.thawed"
    trail.record(session, now, deed, None, by, {"office": code, **change})


def check(
    session: Connection, by: Caller | None, code: str, item: Item, words: str, now: datetime, *, passed: bool
) -> None:
    """Say where an item of the checklist stands. It bears on a planned or ready office; later it is a note."""
    _living(session, code, by)
    _check(session, by, code, item, words, now, passed=passed)


def _check(
    session: Connection, by: Caller | None, code: str, item: Item, words: str, now: datetime, *, passed: bool
) -> None:
    life_store.check(
        session,
        _signed(session, "office_check", by, code, now) | {"item": item, "passed": passed, "words": words},
    )
    trail.record(session, now, "office-check", None, by, {"office": code, "item": item, "passed": passed})


def set_hours(session: Connection, by: Caller | None, code: str, week: Sequence[str], now: datetime) -> None:
    """Set the seven days of an office's week, from Monday. Raises `HoursUnreadable`."""
    _living(session, code, by)
    if len(week) != len(hours.USUAL_WEEK):
        raise errors.HoursUnreadable
    written = [hours.write(hours.read(day)) for day in week]
    life_store.set_hours(session, _signed(session, "office_hours", by, code, now) | {"week": written})
    trail.record(session, now, "office-hours", None, by, {"office": code, "week": written})


def set_day(
    session: Connection,
    by: Caller | None,
    code: str | None,
    day: date,
    written: str | None,
    reason: str,
    now: datetime,
) -> None:
    """Set the hours of one date: of an office, or of all without a `code`. None: as usual again, or as for all."""
    if code is not None:
        _living(session, code, by)
    else:
        _keep(session, by)
    if written is not None:
        written = hours.write(hours.read(written))
    life_store.set_day(
        session,
        _signed(session, "office_day_hours", by, code, now)
        | {"day": day, "hours": written, "reason": reason},
    )
    detail = {"office": code, "day": day.isoformat(), "hours": written, "reason": reason}
    trail.record(session, now, "office-day-hours", None, by, detail)


def set_line(session: Connection, by: Caller | None, code: str, line: Line, now: datetime) -> None:
    """Say how good an office's line is."""
    _living(session, code, by)
    life_store.set_line(session, code, line)
    trail.record(session, now, "office-line", None, by, {"office": code, "line": line})


def set_contact(
    session: Connection, by: Caller | None, code: str, address: str | None, phone: str | None, now: datetime
) -> None:
    """Say where an office stands and what number it answers, as customers read it; None leaves what is there."""
    _living(session, code, by)
    life_store.set_contact(session, code, address, phone)
    trail.record(
        session, now, "office-contact", None, by, {"office": code, "address": address, "phone": phone}
    )


def furnish(session: Connection, code: str, drawers: int, now: datetime) -> None:
    """Open an office's accounts and its first so many drawers. Safe to repeat with more."""
    _living(session, code, None)
    _furnish(session, code, drawers, now)


def _furnish(session: Connection, code: str, drawers: int, now: datetime) -> None:
    accounts = chart.office_accounts(code) + chart.TREASURY
    for number in range(1, drawers + 1):
        store.add_drawer(session, code, number)
        accounts += chart.drawer_accounts(code, number)
    ledger.open_accounts(session, accounts, now)


def activate(session: Connection, code: str, drawers: int, now: datetime, by: Caller | None = None) -> None:
    """Take an office all the way to active, in one person's word for every item. Safe to repeat with more drawers.

    For demonstrations, tests, and an office that worked before the checklist did. A suspended one is resumed as it is:
    its open shifts are told, and nothing of an office is locked after them.
    """
    state = _living(session, code, by)
    words = "theo lời người kích hoạt điểm"  # kept for people of the province to read
    if state is State.PLANNED:
        for item in Item:
            _check(session, by, code, item, words, now, passed=True)
        _change(session, by, code, state, State.READY, words, now)
    if state is not State.ACTIVE:
        was = State.READY if state is State.PLANNED else state
        _change(session, by, code, was, State.ACTIVE, words, now)
    if state is not State.SUSPENDED:
        _furnish(session, code, drawers, now)


def _lock(session: Connection, code: str, by: Caller | None) -> State:
    """Lock an office, and the rights of whoever changes it."""
    state = life_store.lock(session, code)
    _keep(session, by)
    if state is None:
        raise errors.OfficeUnknown
    return state


def _keep(session: Connection, by: Caller | None) -> None:
    if by is not None:
        standing.keep(session, by)


def _living(session: Connection, code: str, by: Caller | None) -> State:
    state = _lock(session, code, by)
    if state is State.CLOSED:
        raise errors.OfficeClosed
    return state


def _signed(
    session: Connection, table: Told, by: Caller | None, code: str | None, now: datetime
) -> dict[str, Any]:
    """Give what every row of an office's life has. Its newest counts, so its id is above the last one's."""
    who: UUID | None = None if by is None else by.subject
    id = ids.new(now, after=life_store.newest(session, table, code))
    return {"id": id, "office": code, "by": who, "now": now}
