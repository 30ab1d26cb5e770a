"""Cash between vault and drawers, notes for notes, the vault's count. Each runs inside its caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.moves import store
from atm_service.platform import chart, ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.promises.approvals import store as approvals
from atm_service.promises.approvals.domain import ApprovalKind
from atm_service.promises.shifts import service as all_shifts
from atm_service.promises.shifts import words
from atm_service.promises.shifts.domain import Shift, Stopped
from atm_service.promises.shifts.errors import ColleagueHasNoDrawer, NoOpenShift
from atm_service.registers.cash import counting, vaults
from atm_service.registers.cash.counting import Counted
from atm_service.registers.cash.domain import Verdict
from atm_service.registers.cash.errors import CountNeedsWord, VaultShort
from atm_service.registers.notes import mixing, stock
from atm_service.registers.notes.domain import Counts, Notes, counted_total, minus, notes_of
from atm_service.registers.notes.errors import ExchangeDiffers
from atm_service.registers.withdrawals.errors import DrawerShort
from ledger import Entry, Posting


def count_vault(
    session: Connection, policy: Policy, clerk: Caller, counts: Counts, now: datetime
) -> Counted | CountNeedsWord | None:
    """Count the office's vault. None: it differs, and is to be counted once more.

    Gives `CountNeedsWord` of a count that is kept and does not stand without a supervisor's word: the caller commits.
    """
    assert clerk.office is not None
    kind, vault = ApprovalKind.VAULT_COUNT, ledger.account_id(chart.vault(clerk.office))
    standing.keep(session, clerk)
    # Before the vault's notes, which come later in the order of locks: the word is used under them.
    approvals.take_turn(session, kind, vault)
    judged, counted = vaults.count(session, policy, clerk, counts, now, words.word(session, kind, now))
    if judged.verdict is Verdict.WORD:
        return CountNeedsWord(count_id=judged.id)
    words.use(session, clerk, kind, judged, now)
    return counted


def move(
    session: Connection, policy: Policy, clerk: Caller, counts: Counts, now: datetime, *, to_drawer: bool
) -> UUID:
    """Move counted notes between the vault and the clerk's drawer; give the entry's id.

    At a suspended office too, whose cash must get into the vault. Raises `NoOpenShift`, `DrawerFrozen`,
    `CountFirst`, `VaultCountDue`, `NotesNotThere` and `VaultShort` or `DrawerShort`.
    """
    shift = all_shifts.shift_of(session, clerk, Stopped.OFFICE_SUSPENDED)
    counting.refuse_in_doubt(session, shift.id, "drawer")
    if to_drawer:
        vaults.refuse_when_due(session, policy, shift.office, now)
    drawer, vault = shift.place, chart.vault(shift.office)
    source, target = (vault, drawer) if to_drawer else (drawer, vault)
    known = stock.lock(session, drawer, vault)
    if to_drawer:
        vaults.refuse_in_doubt(session, shift.office)
    mixing.refuse_missing(known[source], notes_of(counts), "vault" if to_drawer else "drawer")
    id = _moved(session, "vault-move", shift, (source, target), known, counts, now)
    detail = {
        "drawer": shift.drawer,
        "amount": counted_total(counts),
        "to": "drawer" if to_drawer else "vault",
    }
    trail.record(session, now, "move-cash", id, clerk, detail)
    return id


def give(
    session: Connection, clerk: Caller, colleague: Caller, counts: Counts, now: datetime
) -> tuple[UUID, Shift]:
    """Move counted notes from the clerk's drawer to the colleague's; both have proved themselves.

    Gives the entry's id and the colleague's shift. Raises `NoOpenShift`, `ColleagueHasNoDrawer`, `OfficeSuspended`,
    `DrawerFrozen`, `CountFirst`, `NotesNotThere` and `DrawerShort`.
    """
    shifts = all_shifts.shifts_of(session, [clerk, colleague])
    shift, theirs = shifts.get(clerk.subject), shifts.get(colleague.subject)
    if shift is None:
        raise NoOpenShift
    if theirs is None:
        raise ColleagueHasNoDrawer
    shift.refuse_stopped()
    theirs.refuse_stopped()
    counting.refuse_in_doubt(session, shift.id, "drawer")
    counting.refuse_in_doubt(session, theirs.id, "colleague")
    known = stock.lock(session, shift.place, theirs.place)
    mixing.refuse_missing(known[shift.place], notes_of(counts), "drawer")
    id = _moved(session, "drawer-move", shift, (shift.place, theirs.place), known, counts, now)
    detail = {
        "drawer": shift.drawer,
        "amount": counted_total(counts),
        "to": f"drawer/{theirs.drawer}",
        "taken_by": str(colleague.subject),
    }
    trail.record(session, now, "move-cash", id, clerk, detail)
    return id, theirs


def exchange(
    session: Connection,
    policy: Policy,
    clerk: Caller,
    partner: str,
    given: Counts,
    taken: Counts,
    now: datetime,
) -> UUID:
    """Change notes of the clerk's drawer for others of the same sum, a customer's or the vault's; nothing is posted.

    Raises `ExchangeDiffers`, `NoOpenShift`, `OfficeSuspended`, `DrawerFrozen`, `CountFirst`, `VaultCountDue` and
    `NotesNotThere`.
    """
    if counted_total(given) != counted_total(taken):
        raise ExchangeDiffers(given=counted_total(given), taken=counted_total(taken))
    shift = all_shifts.shift_of(session, clerk)
    counting.refuse_in_doubt(session, shift.id, "drawer")
    out, back = notes_of(given), notes_of(taken)
    drawer, vault = shift.place, chart.vault(shift.office)
    changes = {drawer: minus(back, out)}
    if partner == "vault":
        vaults.refuse_when_due(session, policy, shift.office, now)
        changes[vault] = minus(out, back)
    known = stock.lock(session, *changes)
    if partner == "vault":
        vaults.refuse_in_doubt(session, shift.office)
    mixing.refuse_missing(known[drawer], out, "drawer")
    if partner == "vault":
        mixing.refuse_missing(known[vault], back, "vault")
    id = ids.new(now)
    store.add_exchange(session, id, shift.id, partner, out, back, now)
    stock.move(session, id, known, now, into=changes)
    detail = {"drawer": shift.drawer, "amount": counted_total(given), "with": partner}
    trail.record(session, now, "exchange-notes", id, clerk, detail)
    return id


def _moved(
    session: Connection,
    kind: str,
    shift: Shift,
    places: tuple[str, str],
    known: Mapping[str, Notes | None],
    counts: Counts,
    now: datetime,
) -> UUID:
    """Post counted cash from the first place to the second, and move the notes with it; give the entry's id."""
    (source, target), id = places, ids.new(now)
    entry = Entry(
        id=id,
        reference=f"{kind}/{id}",
        kind=kind,
        business_date=ledger.business_date(now),
        narration=f"counted cash moved at {shift.office}",
        postings=(Posting(target, source, counted_total(counts)),),
    )
    short = VaultShort() if source == chart.vault(shift.office) else DrawerShort()
    ledger.must(ledger.post(session, [entry], now), short=short)
    stock.move(session, id, known, now, into={target: notes_of(counts)}, out_of={source: notes_of(counts)})
    return id
