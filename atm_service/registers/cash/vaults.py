"""The vault's count: blind, by note, once more when it differs, and due before its cash may leave after a while.

The counts of a vault have its ledger account as their subject: the vault is one thing for good, as a shift is one turn.
Each use case runs inside its caller's transaction. Locks: docs/locking.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

import ledger
from atm_service.platform import chart, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.registers.cash import counting, errors
from atm_service.registers.cash.counting import Counted, Judged, Word
from atm_service.registers.cash.domain import Verdict
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Counts, counted_total, notes_of
from atm_service.registers.offices import service as offices
from ledger import reading

_LAST: Final = text("""
    SELECT a.opened_at, c.counted_at, t.display_name AS clerk
    FROM ledger.account a
    LEFT JOIN LATERAL (
        SELECT counted_at, counted_by FROM service.cash_count
        WHERE subject = a.id AND stood ORDER BY number DESC LIMIT 1
    ) AS c ON true
    LEFT JOIN service.staff t ON t.id = c.counted_by
    WHERE a.id = :vault
""")
_COUNTS: Final = text("""
    SELECT c.id, a.code, t.display_name AS clerk, c.counted_at, c.total AS counted, c.expected, c.stood
    FROM service.cash_count c
    JOIN ledger.account a ON a.id = c.subject AND a.code LIKE 'office/%/vault'
    JOIN service.staff t ON t.id = c.counted_by
    WHERE c.id < :before AND (CAST(:vault AS uuid) IS NULL OR c.subject = :vault)
    ORDER BY c.id DESC LIMIT :limit
""")


@dataclass(frozen=True)
class LastCount:
    """When a vault was last counted and by whom, if ever; `is_due`: its cash does not leave before the next count."""

    counted_at: datetime | None
    clerk: str | None
    is_due: bool


def count(
    session: Connection, policy: Policy, clerk: Caller, counts: Counts, now: datetime, word: Word
) -> tuple[Judged, Counted | None]:
    """Count the office's vault; what differs is posted and kept. Without a `Counted`, nothing was posted.

    Raises `OfficeNotActive`.
    """
    assert clerk.office is not None
    offices.active(session, clerk.office)
    place = chart.vault(clerk.office)
    vault = ledger.account_id(place)
    stock.lock(session, place)
    expected = reading.balance(session, place).normal
    judged = counting.judge(
        session,
        clerk.office,
        vault,
        clerk.subject,
        counts,
        expected,
        now,
        word_above=policy.approval.count_above,
        word=word,
    )
    if judged.verdict is not Verdict.STANDS:
        trail.record(session, now, f"count-{judged.verdict}", vault, clerk, {"office": clerk.office})
        return judged, None
    id, over_short = judged.id, judged.difference
    stock.counted(session, place, notes_of(counts))
    counting.post_difference(
        session, "vault-over-short", f"vault-count/{id}", clerk.office, place, over_short, now
    )
    detail = {"office": clerk.office, "over_short": over_short}
    trail.record(session, now, "count-vault", id, clerk, detail)
    return judged, Counted(id, now, counted_total(counts), over_short)


def last_count(session: Connection, policy: Policy, office: str, now: datetime) -> LastCount:
    """Tell when an office's vault was last counted, and whether that was too long ago.

    A vault is empty when it is opened, and counts as counted on that day.
    """
    row = session.execute(_LAST, {"vault": ledger.account_id(chart.vault(office))}).one_or_none()
    if row is None:
        return LastCount(None, None, is_due=False)
    due_on = ledger.business_date(row.counted_at or row.opened_at) + timedelta(
        days=policy.vault.count_every_days
    )
    return LastCount(row.counted_at, row.clerk, is_due=ledger.business_date(now) >= due_on)


def refuse_when_due(session: Connection, policy: Policy, office: str, now: datetime) -> None:
    """Return when cash may leave the office's vault. Raises `VaultCountDue`."""
    last = last_count(session, policy, office, now)
    if last.is_due:
        raise errors.VaultCountDue(counted_at=last.counted_at)


def refuse_in_doubt(session: Connection, office: str) -> None:
    """Return when no count of the office's vault, whose notes are locked, is in doubt. Raises `CountFirst`."""
    counting.refuse_in_doubt(session, ledger.account_id(chart.vault(office)), "vault")


def counts_of(session: Connection, office: str | None, before: UUID, limit: int) -> Sequence[Row[Any]]:
    """List the counts of an office's vault, or of all vaults, newest first; those that did not stand too."""
    vault = None if office is None else ledger.account_id(chart.vault(office))
    return session.execute(_COUNTS, {"vault": vault, "before": before, "limit": limit}).all()
