"""A supervisor's word on a count that still differs by much: asked for about one count, used when it is counted again.

Each runs inside its caller's transaction.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.promises.approvals import service as approvals
from atm_service.promises.approvals import store as approval_store
from atm_service.promises.approvals.domain import ApprovalKind, ApprovalStatus, Reason
from atm_service.promises.approvals.errors import ApprovalWaiting
from atm_service.promises.approvals.store import Shown
from atm_service.promises.shifts import store
from atm_service.registers.cash import counting
from atm_service.registers.cash.counting import Judged, Word
from atm_service.registers.cash.errors import NothingToApprove

DRAWERS: Final = range(1, 100)


def ask(session: Connection, clerk: Caller, id: UUID, words: str, now: datetime) -> Shown:
    """Ask for a word on a count that this clerk made and that does not stand. Raises `NotFound`, `NothingToApprove`."""
    count = counting.find(session, id)
    if count is None or count.counted_by != clerk.subject:
        raise NotFound
    if count.stood or count.difference == 0:
        raise NothingToApprove
    why = Reason.COUNT_DIFFERS, words
    return approvals.request(
        session, clerk, _kind(session, clerk, count.subject), id, count.difference, why, now
    )


def word(session: Connection, kind: ApprovalKind, now: datetime) -> Word:
    """Tell of a count whether a supervisor lets it stand. Raises `ApprovalWaiting` until that is decided."""

    def said(count: UUID, difference: int) -> bool:
        shown = approval_store.newest(session, kind, count)
        if shown is None or shown.approval.amount != difference:
            return False
        if shown.approval.status(now) is ApprovalStatus.WAITING:
            raise ApprovalWaiting(approval_id=shown.approval.id)
        return shown.approval.status(now) is ApprovalStatus.APPROVED

    return said


def use(session: Connection, clerk: Caller, kind: ApprovalKind, judged: Judged, now: datetime) -> None:
    """Use the word by which a count stands, if it took one."""
    if judged.word_on is not None:
        approvals.use(session, clerk, kind, judged.word_on, judged.difference, judged.id, now)


def _kind(session: Connection, clerk: Caller, subject: UUID) -> ApprovalKind:
    assert clerk.office is not None
    if subject == ledger.account_id(chart.vault(clerk.office)):
        return ApprovalKind.VAULT_COUNT
    if store.shift(session, subject) is not None:
        return ApprovalKind.CLOSING_COUNT
    if subject in {ledger.account_id(chart.drawer(clerk.office, number)) for number in DRAWERS}:
        return ApprovalKind.OPENING_COUNT
    raise NotFound  # of a delivery, what is over or short waits for a word afterwards
