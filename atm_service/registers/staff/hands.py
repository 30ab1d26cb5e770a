"""Who may be one person: whoever adds, promotes or resets somebody may know that one's password.

So what takes two people is not done by two of whom one hand may hold both names, over however many others: while a
first password stands, and for `approval.cooling_hours` after it was given or changed for an own one. The trail says who
gave what to whom, and who proposed it; it can be neither changed nor left out.
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
        JOIN service.staff AS s ON s.id = e.subject
        CROSS JOIN LATERAL (VALUES (e.actor), (CAST(e.detail ->> 'proposed_by' AS uuid))) AS who (giver)
        CROSS JOIN LATERAL (
            SELECT min(c.at) AS at FROM service.audit_event AS c
            WHERE c.subject = e.subject AND c.action = 'staff.password-chosen' AND c.at > e.at
        ) AS chosen
        WHERE e.action IN ('staff.added', 'staff.role-changed', 'staff.reset') AND who.giver IS NOT NULL
          AND (e.at > :since OR chosen.at > :since OR (chosen.at IS NULL AND s.must_change))
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
