"""A move between vault and drawer; the vault's count. Each runs inside its caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.promises.approvals import store as approvals
from atm_service.promises.approvals.domain import ApprovalKind
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts import words
from atm_service.promises.shifts.domain import Stopped
from atm_service.registers.cash import service as cash
from atm_service.registers.cash import vaults
from atm_service.registers.cash.domain import Verdict
from atm_service.registers.cash.errors import CountNeedsWord
from atm_service.registers.cash.vaults import Counted
from atm_service.registers.notes import mixing, stock
from atm_service.registers.notes.domain import Counts, counted_total, notes_of
from ledger import Entry, Posting


def count_vault(
    session: Connection, policy: Policy, clerk: Caller, counts: Counts, now: datetime
) -> Counted | CountNeedsWord | None:
    """Count the office's vault. None: it differs, and is to be counted once more.

    Gives `CountNeedsWord` of a count that is kept and does not stand without a supervisor's word: the caller commits.
    """
    assert clerk.office is not None
    kind, vault = ApprovalKind.VAULT_COUNT, ledger.account_id(chart.vault(clerk.office))
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
    `VaultCountDue`, `NotesNotThere` and `VaultShort`.
    """
    shift = shifts.shift_of(session, clerk, Stopped.OFFICE_SUSPENDED)
    if to_drawer:
        vaults.refuse_when_due(session, policy, shift.office, now)
    drawer, vault = shift.place, chart.vault(shift.office)
    source, target = (vault, drawer) if to_drawer else (drawer, vault)
    known = stock.lock(session, drawer, vault)
    mixing.refuse_missing(known[source], notes_of(counts), "vault" if to_drawer else "drawer")
    id = ids.new(now)
    entry = Entry(
        id=id,
        reference=f"vault-move/{id}",
        kind="vault-move",
        business_date=ledger.business_date(now),
        narration=f"counted cash moved at {shift.office}",
        postings=(Posting(target, source, counted_total(counts)),),
    )
    cash.post(session, entry, now)
    stock.move(session, id, known, now, into={target: notes_of(counts)}, out_of={source: notes_of(counts)})
    detail = {
        "drawer": shift.drawer,
        "amount": counted_total(counts),
        "to": "drawer" if to_drawer else "vault",
    }
    trail.record(session, now, "move-cash", id, clerk, detail)
    return id
