"""Who may be one person: whoever adds, promotes or resets somebody may know that one's password.

So for `approval.cooling_hours`, what takes two people is not done by two of whom one hand may hold both names, over
however many others. The trail says who gave what to whom, and who proposed it; it can be neither changed nor left out.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from atm_service.platform.policy import Policy

_KIN: Final = text("""
    WITH RECURSIVE hand (giver, taken) AS MATERIALIZED (
        SELECT who.giver, e.subject
        FROM service.audit_event AS e
        CROSS JOIN LATERAL (VALUES (e.actor), (CAST(e.detail ->> 'proposed_by' AS uuid))) AS who (giver)
        WHERE e.at > :since AND e.action IN ('staff.added', 'staff.role-changed', 'staff.reset')
          AND who.giver IS NOT NULL
    ),
    behind (id) AS (
        SELECT CAST(:id AS uuid) UNION SELECT h.giver FROM behind AS b JOIN hand AS h ON h.taken = b.id
    ),
    kin (id) AS (SELECT id FROM behind UNION SELECT h.taken FROM kin AS k JOIN hand AS h ON h.giver = k.id)
    SELECT id FROM kin
""")


def kin(session: Connection, policy: Policy, id: UUID, now: datetime) -> frozenset[UUID]:
    """Give everybody who may be the same person as this member: whoever stands behind, and whom those stand behind."""
    since = now - timedelta(hours=policy.approval.cooling_hours)
    return frozenset(session.execute(_KIN, {"id": id, "since": since}).scalars())
