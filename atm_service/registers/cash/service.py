"""Cash between vault and drawer, and on the road. Each use case runs inside its caller's transaction.

Locks: docs/locking.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.registers.cash import counting, errors, store, vaults
from atm_service.registers.cash.delivery import Delivery, Direction, Side
from atm_service.registers.cash.domain import Verdict
from atm_service.registers.notes import mixing, stock
from atm_service.registers.notes.domain import Counts, counted_total, notes_of
from atm_service.registers.offices import service as offices
from atm_service.registers.offices import store as office_store
from atm_service.registers.staff import hands
from atm_service.registers.staff import service as staff
from ledger import Entry, Posting


@dataclass(frozen=True)
class Received:
    """A delivery after a count; `recount`: the count differs, and the cash must be counted once more."""

    delivery: Delivery
    recount: bool


def order(
    session: Connection,
    policy: Policy,
    supervisor: Caller,
    office: str,
    direction: Direction,
    amount: int,
    now: datetime,
) -> Delivery:
    """Order cash to an office that the supervisor looks after, or back. Raises `OfficeUnknown` or `OfficeNotActive`."""
    staff.office_in_scope(session, supervisor, office, ledger.business_date(now))
    offices.active(session, office, office_store.find_alone)
    return ordered(session, policy, supervisor, office, direction, amount, now)


def ordered(
    session: Connection,
    policy: Policy,
    supervisor: Caller,
    office: str,
    direction: Direction,
    amount: int,
    now: datetime,
) -> Delivery:
    """Order cash to or from an office that the caller of this has found active, alone: orders there are added up."""
    standing.keep(session, supervisor)
    ledger.open_accounts(session, chart.delivery_accounts(office), now)
    kin = hands.kin(session, policy, supervisor.subject, now)
    so_far = store.ordered_today(session, office, direction, kin, now)
    needs_two = so_far + amount > policy.approval.delivery_above
    delivery = Delivery(ids.new(now), office, direction, amount, supervisor.subject, now, needs_two)
    store.insert(session, delivery)
    detail = {"office": office, "direction": direction, "amount": amount}
    trail.record(session, now, "order-delivery", delivery.id, supervisor, detail)
    return delivery


def send(
    session: Connection, policy: Policy, caller: Caller, id: UUID, counts: Counts, now: datetime
) -> Delivery:
    """Hand the counted cash over to the road, by the side that sends."""
    before = _locked(session, caller, id, now)
    kin = hands.kin(session, policy, caller.subject, now)
    after = before.send(_side(caller), caller.subject, counts, now, kin)
    cash, postings, vault = chart.transit(after.office), [], {}
    if after.sender is Side.AREA:
        postings.append(Posting(chart.TREASURY_CASH, chart.TREASURY_FUNDING, after.amount))
        postings.append(Posting(cash, chart.TREASURY_CASH, after.amount))
    else:
        vaults.refuse_when_due(session, policy, after.office, now)
        place = chart.vault(after.office)
        vault = {place: notes_of(counts)}
        known = stock.lock(session, place)
        vaults.refuse_in_doubt(session, after.office)
        mixing.refuse_missing(known[place], notes_of(counts), "vault")
        postings.append(Posting(cash, place, after.amount))
    entry = _entry(after, "cash-sent", "sent", f"cash sent: {after.direction} {after.office}", postings, now)
    post(session, entry, now)
    if vault:
        stock.move(session, entry.id, known, now, out_of=vault)
    return _saved(session, caller, after, "send-delivery", {"amount": after.amount}, now)


def receive(
    session: Connection, policy: Policy, caller: Caller, id: UUID, counts: Counts, now: datetime
) -> Received:
    """Take cash in from the road by a count, by the side it has come to; what differs waits in suspense.

    A first count that differs changes nothing: see `Received.recount`.
    """
    before = _locked(session, caller, id, now)
    before.may_receive(_side(caller), hands.kin(session, policy, caller.subject, now))
    judged = counting.judge(
        session,
        before.office,
        id,
        caller.subject,
        counts,
        before.amount,
        now,
    )
    if judged.verdict is not Verdict.STANDS:
        trail.record(session, now, "count-again", id, caller, {"office": before.office})
        return Received(before, recount=True)
    after = before.receive(_side(caller), caller.subject, counts, now)
    at_office = before.receiver is Side.OFFICE
    place = chart.vault(after.office)
    known = stock.lock(session, place) if at_office else {}
    postings = _arrival(after, place if at_office else chart.TREASURY_CASH)
    if not at_office and counted_total(counts):
        postings.append(Posting(chart.TREASURY_FUNDING, chart.TREASURY_CASH, counted_total(counts)))
    words = f"cash {after.status}: {after.direction} {after.office}"
    entry = _entry(after, "cash-received", "received", words, postings, now)
    post(session, entry, now)
    if at_office:
        stock.move(session, entry.id, known, now, into={place: notes_of(counts)})
    detail = {"counted": counted_total(counts), "difference": after.difference}
    return Received(_saved(session, caller, after, "receive-delivery", detail, now), recount=False)


def _arrival(after: Delivery, place: str) -> list[Posting]:
    """Take what was counted from the road; what is short or over goes to or comes from suspense."""
    transit, suspense = chart.transit(after.office), chart.suspense_transit(after.office)
    arrived = min(after.amount, after.amount + after.difference)
    postings = [Posting(place, transit, arrived)] if arrived else []
    if after.difference < 0:
        postings.append(Posting(suspense, transit, -after.difference))
    if after.difference > 0:
        postings.append(Posting(place, suspense, after.difference))
    return postings


def refuse(session: Connection, caller: Caller, id: UUID, reason: str, now: datetime) -> Delivery:
    """Do not take the cash in; it goes back to the side that sent it."""
    after = _locked(session, caller, id, now).refuse(_side(caller), caller.subject, reason, now)
    return _saved(session, caller, after, "refuse-delivery", {"reason": reason}, now)


def cancel(session: Connection, supervisor: Caller, id: UUID, reason: str, now: datetime) -> Delivery:
    """Call a delivery off before it is received; cash that is on the road turns back."""
    after = _locked(session, supervisor, id, now).cancel(supervisor.subject, reason, now)
    return _saved(session, supervisor, after, "cancel-delivery", {"reason": reason}, now)


def explain(
    session: Connection, policy: Policy, supervisor: Caller, id: UUID, explanation: str, now: datetime
) -> Delivery:
    """Say why a delivery was over or short: the difference leaves suspense for the office's over/short."""
    before = _locked(session, supervisor, id, now)
    kin = hands.kin(session, policy, supervisor.subject, now)
    after = before.explain(supervisor.subject, explanation, now, kin)
    suspense, over_short = chart.suspense_transit(after.office), chart.over_short(after.office)
    debit, credit = (suspense, over_short) if after.difference > 0 else (over_short, suspense)
    postings = [Posting(debit, credit, abs(after.difference))]
    post(
        session,
        _entry(after, "cash-explained", "explained", "a delivery's difference explained", postings, now),
        now,
    )
    detail = {"difference": after.difference, "explanation": explanation}
    return _saved(session, supervisor, after, "explain-delivery", detail, now)


def _side(caller: Caller) -> Side:
    return Side.OFFICE if caller.role == "clerk" else Side.AREA


def _locked(session: Connection, caller: Caller, id: UUID, now: datetime) -> Delivery:
    """Lock a delivery of an office that the caller looks after, and the caller's rights. Raises `DeliveryUnknown`."""
    delivery = store.lock(session, id)
    standing.keep(session, caller)
    if delivery is None or not staff.looks_after(session, caller, delivery.office, ledger.business_date(now)):
        raise errors.DeliveryUnknown
    return delivery


def _saved(
    session: Connection,
    caller: Caller,
    after: Delivery,
    action: str,
    detail: Mapping[str, object],
    now: datetime,
) -> Delivery:
    store.save(session, after)
    trail.record(session, now, action, after.id, caller, {"office": after.office, **detail})
    return after


def _entry(
    delivery: Delivery, kind: str, step: str, narration: str, postings: list[Posting], now: datetime
) -> Entry:
    return Entry(
        id=ids.new(now),
        reference=f"delivery/{delivery.id}/{step}",
        kind=kind,
        business_date=ledger.business_date(now),
        narration=narration,
        postings=tuple(postings),
    )


def post(session: Connection, entry: Entry, now: datetime) -> None:
    """Post an entry that moves cash out of a vault. Raises `VaultShort`."""
    ledger.must(ledger.post(session, [entry], now), short=errors.VaultShort())
