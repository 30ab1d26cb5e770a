"""Presenting: which code is whose, and who pays it, for all counters that ask at the same moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from atm_service.payout import service, views
from atm_service.payout.schemas import PresentationView
from atm_service.platform import attempts, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Refusal
from atm_service.platform.sharing import tried
from atm_service.platform.trail import Deed
from atm_service.promises.shifts.domain import Shift
from atm_service.promises.shifts.errors import NoOpenShift
from atm_service.promises.shifts.service import shifts_of
from atm_service.registers.notes import stock
from atm_service.registers.notes.stock import Seen
from atm_service.registers.offices import service as offices
from atm_service.registers.withdrawals import errors, store
from atm_service.registers.withdrawals.codes import Code
from atm_service.registers.withdrawals.domain import Drawer, Lifetime, Withdrawal
from atm_service.registers.withdrawals.store import Found


@dataclass(frozen=True)
class Presentation:
    """What a clerk scanned or typed."""

    clerk: Caller
    text: str
    now: datetime

    @property
    def subjects(self) -> tuple[str]:
        """The text: two presentations of one code take turns."""
        return (self.text,)


async def present(context: Context, ask: Presentation) -> PresentationView:
    """Give the clerk's drawer the sole right to pay, together with those who ask at the same moment.

    Raises its refusal.
    """
    return await context.share(present_each, ask)


def present_each(context: Context, asks: Sequence[Presentation]) -> list[PresentationView | Refusal]:
    """Give each clerk's drawer the sole right to pay what was read, in one transaction.

    `CodeUnknown` where it is nobody's: a guess at digits, which the commit counts for the clerk.
    """
    now = max(ask.now for ask in asks)
    reads = [tried(service.read, context, ask.text, now) for ask in asks]
    with context.transaction() as session:
        guessing = {
            str(ask.clerk.subject) for ask, read in zip(asks, reads, strict=True) if isinstance(read, str)
        }
        if guessing:
            attempts.take_turns(session, attempts.DIGITS, list(guessing))
        named = [
            tried(_named, session, context, ask, read, now) for ask, read in zip(asks, reads, strict=True)
        ]
        found = store.find_each(session, [id for id in named if isinstance(id, UUID)])
        shifts = shifts_of(session, [ask.clerk for ask in asks])
        now = context.clock()  # deadline and lease are judged by the time at which the withdrawals are ours
        cash = stock.seen_each(session, [shift.place for shift in shifts.values()])
        shown: list[PresentationView | Refusal] = []
        presented: dict[UUID, Withdrawal] = {}
        deeds: list[Deed] = []
        for ask, read, id in zip(asks, reads, named, strict=True):
            if isinstance(id, Refusal):
                shown.append(id)
                continue
            shift = shifts.get(ask.clerk.subject)
            after = tried(_presented, session, context, read, found.get(id), shift, cash, now)
            if isinstance(after, Refusal):
                if shift is not None and id in found:
                    service.tell_elsewhere(
                        session, context.policy, after, shift, found[id].withdrawal.amount, now
                    )
                shown.append(after)
                continue
            notes = cash[shifts[ask.clerk.subject].place].notes
            collector = views.delegate(session, context, after)
            view = tried(views.presentation, context, after, found[id].identity_sealed, notes, collector)
            shown.append(view)
            if isinstance(view, Refusal):
                continue
            # Digits and code of one withdrawal may meet in a batch: the next decision must see this one.
            found[id] = replace(found[id], withdrawal=after)
            presented[id] = after
            detail = {"drawer": shifts[ask.clerk.subject].drawer, "by_digits": after.by_digits}
            deeds.append(Deed("present", id, ask.clerk, detail))
        store.save(session, list(presented.values()))
        trail.record_each(session, now, deeds)
    return shown


def _named(
    session: Connection, context: Context, ask: Presentation, read: Code | str | Refusal, now: datetime
) -> UUID:
    if isinstance(read, Refusal):
        raise read
    if not isinstance(read, str):
        return read.withdrawal
    attempts.refuse_when_shut(session, attempts.DIGITS, str(ask.clerk.subject), now)
    id = store.id_by_digits(session, context.cipher.fingerprint(read, "digits"))
    if id is None:
        attempts.wrong(session, context.policy.attempts, attempts.DIGITS, str(ask.clerk.subject), now)
        raise errors.CodeUnknown
    return id


def _presented(
    session: Connection,
    context: Context,
    read: Code | str,
    found: Found | None,
    shift: Shift | None,
    cash: Mapping[str, Seen],
    now: datetime,
) -> Withdrawal:
    if found is None:
        raise errors.CodeUnknown
    before = found.withdrawal
    amount, office = (before.amount, before.office) if isinstance(read, str) else (read.amount, read.office)
    is_moved = office != before.office
    if amount != before.amount or (is_moved and before.lifetime is not Lifetime.SCHEDULED):
        raise errors.CodeNotGenuine
    if shift is None:
        raise NoOpenShift
    drawer = Drawer(shift.office, shift.drawer)
    try:
        after = before.present(drawer, now, context.policy.withdrawal.lease, by_digits=isinstance(read, str))
    except errors.WrongOffice as wrong:
        wrong.members["office_name"] = offices.name(session, wrong.members["office"])
        raise
    if is_moved:
        raise errors.CodeReplaced
    shift.refuse_stopped()
    if cash[shift.place].balance < after.amount:
        raise errors.DrawerShort
    return after
