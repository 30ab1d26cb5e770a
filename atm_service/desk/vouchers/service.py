"""Write a voucher: the last act of every deposit, transfer and reversal, in the transaction of its entry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.vouchers import domain, store
from atm_service.desk.vouchers.domain import Draft, Voucher, VoucherKind
from atm_service.desk.vouchers.errors import VoucherExists
from atm_service.platform import trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import Refusal
from atm_service.registers.headroom import store as headroom
from atm_service.registers.headroom.store import More
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Counts, notes_of, too_few
from ledger import Entry


def count(
    session: Connection, policy: Policy, kind: VoucherKind, office: str, amount: int, now: datetime
) -> tuple[int, datetime]:
    """Count towards the office's day, within its legal limits. Raises `OfficeLimitReached`.

    Gives the voucher's place and moment: `now`, or that of what came before it, where a clock is behind.

    What is undone is given back to the limits; a transfer moves no cash of the office and counts nothing.
    """
    today = ledger.business_date(now)
    before = headroom.lock_today(session, [office], today)[office]
    if kind is VoucherKind.DEPOSIT:
        before.moved.move(amount, policy.office)
    received = {VoucherKind.DEPOSIT: amount, VoucherKind.DEPOSIT_REVERSAL: -amount}.get(kind, 0)
    undone = amount if kind is VoucherKind.WITHDRAWAL_REVERSAL else 0
    now = before.not_before(now)
    headroom.count(session, {office: More(received=received, reversed=undone, vouchers=1)}, now)
    return before.vouchers + 1, now


def refuse_if_done(session: Connection, kind: VoucherKind, subject: UUID) -> None:
    """Raise `VoucherExists` when this was done already."""
    if done := store.of(session, kind, subject):
        raise VoucherExists(voucher_id=done.id)


def post(
    session: Connection,
    entry: Entry,
    drawer: str,
    counts: Counts,
    now: datetime,
    *,
    into: bool,
    short: Refusal | None = None,
) -> None:
    """Post an entry by which counted notes come into a drawer, or leave it; its notes move with it.

    Raises `short` where an account has not enough.

    Notes that leave and were not known to be there make the drawer's notes unknown until its next count: what was
    counted on the counter is believed.
    """
    notes, before = notes_of(counts), stock.lock(session, drawer)
    known = before[drawer]
    if not into and known is not None and too_few(known, notes):
        before = {drawer: None}
    ledger.must(ledger.post(session, [entry], now), short=short)
    moved = {drawer: notes}
    stock.move(session, entry.id, before, now, into=moved if into else None, out_of=None if into else moved)


def write(session: Connection, draft: Draft, place: int, clerk: Caller, now: datetime) -> Voucher:
    """Write the voucher and its row in the trail; give it with the names that are printed."""
    number = domain.run(draft.office, ledger.business_date(now)).number(place)
    store.insert(session, draft, number, now)
    detail = {"voucher": number, "amount": draft.amount, "confirmed": draft.confirmed}
    trail.record(session, now, draft.kind, draft.subject, clerk, detail)
    voucher = store.find(session, draft.id)
    assert voucher is not None
    return voucher
