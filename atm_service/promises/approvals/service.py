"""Ask for an approval, decide it, act on it. Each runs inside one transaction of its caller."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import calendar, ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import errors, store
from atm_service.promises.approvals.domain import Approval, ApprovalKind, ApprovalStatus, Reason
from atm_service.promises.approvals.store import Shown
from atm_service.registers.staff import hands
from atm_service.registers.staff import service as staff

_OPEN = frozenset({ApprovalStatus.WAITING, ApprovalStatus.APPROVED})


def request(
    session: Connection,
    clerk: Caller,
    kind: ApprovalKind,
    subject: UUID,
    amount: int,
    why: tuple[Reason, str],
    now: datetime,
) -> Shown:
    """Ask a supervisor elsewhere; it lapses at the end of the business day.

    The caller has checked that the subject is the clerk's. Raises `AlreadyRequested` while an earlier request for
    the same thing waits or is approved, and `ApprovalUsed` when it was done.
    """
    assert clerk.office is not None
    store.take_turn(session, kind, subject)
    before = store.newest(session, kind, subject)
    if before is not None:
        stands = before.approval.status(now)
        if stands in _OPEN:
            raise errors.AlreadyRequested(approval_id=before.approval.id, stands=stands)
        if stands is ApprovalStatus.USED:
            raise errors.ApprovalUsed(approval_id=before.approval.id)
    reason, words = why
    approval = Approval(
        id=ids.new(now, after=before.approval.id if before else None),
        kind=kind,
        subject=subject,
        amount=amount,
        office=clerk.office,
        reason=reason,
        words=words,
        requested_by=clerk.subject,
        requested_at=now,
        expires_at=calendar.day_end(ledger.business_date(now)),
    )
    store.insert(session, approval)
    detail = {"approval": str(approval.id), "kind": kind, "amount": amount, "reason": reason}
    trail.record(session, now, "approval.requested", subject, clerk, detail)
    return _known(store.find(session, approval.id))


def decide(
    session: Connection,
    policy: Policy,
    supervisor: Caller,
    id: UUID,
    now: datetime,
    *,
    approved: bool,
    reason: str,
) -> Shown:
    """Approve or refuse, once and for all. Raises `NotFound` outside of the supervisor's area, and as the rule does.

    The supervisor's rights are held until the commit.
    """
    standing.keep(session, supervisor)
    shown = _known(store.find(session, id))
    if not staff.looks_after(session, supervisor, shown.approval.office, ledger.business_date(now)):
        raise NotFound
    tied = shown.approval.requested_by in hands.kin(session, policy, supervisor.subject, now)
    decision = shown.approval.decide(
        supervisor.subject, supervisor.office, now, approved=approved, reason=reason, tied=tied
    )
    if not store.decide(session, id, decision):
        other = _known(store.find(session, id))
        raise errors.ApprovalDecided(decided_as=other.approval.status(now))
    word = "approved" if approved else "refused"
    detail = {"approval": str(id), "kind": shown.approval.kind, "amount": shown.approval.amount}
    trail.record(session, now, f"approval.{word}", shown.approval.subject, supervisor, detail)
    return _known(store.find(session, id))


def use(
    session: Connection,
    clerk: Caller,
    kind: ApprovalKind,
    subject: UUID,
    amount: int,
    used_for: UUID,
    now: datetime,
) -> Approval:
    """Act on an approval, once; `used_for` is the proof of what is done in this transaction.

    Raises `ApprovalNeeded` when nobody asked, or asked for another amount or at another office; else what the
    request's status says.
    """
    shown = store.newest(session, kind, subject)
    if shown is None or (shown.approval.amount, shown.approval.office) != (amount, clerk.office):
        raise errors.ApprovalNeeded
    shown.approval.check_use(now)
    if not store.use(session, shown.approval.id, used_for, now):
        raise errors.ApprovalUsed(approval_id=shown.approval.id)
    trail.record(session, now, "approval.used", subject, clerk, {"approval": str(shown.approval.id)})
    return shown.approval


def of_clerks_office(session: Connection, clerk: Caller, id: UUID) -> Shown:
    """Show a request of the clerk's own office. Raises `NotFound`."""
    shown = _known(store.find(session, id))
    if shown.approval.office != clerk.office:
        raise NotFound
    return shown


def today(session: Connection, clerk: Caller, before: UUID, limit: int, now: datetime) -> Sequence[Shown]:
    """List what the clerk's office asked for today, newest first."""
    assert clerk.office is not None
    since = calendar.day_start(ledger.business_date(now))
    return store.of_office(session, clerk.office, since, before, limit)


def queue(session: Connection, supervisor: Caller, after: UUID, limit: int, now: datetime) -> Sequence[Shown]:
    """List what waits for this supervisor, the longest waiting first."""
    return store.queue(session, staff.scope(session, supervisor), after, limit, now)


def _known(shown: Shown | None) -> Shown:
    if shown is None:
        raise NotFound
    return shown
