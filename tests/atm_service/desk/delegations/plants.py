"""What somebody might do to delegations and slips around every guard, and the control that must find it."""

from typing import Final

PLANTS: Final = [
    ("delegates-within-delegations", "UPDATE service.receipt SET delegate_checked = NULL"),
    ("delegates-within-delegations", "UPDATE service.withdrawal SET delegation_id = NULL"),
    ("delegates-within-delegations", "UPDATE service.delegation SET ceiling = 1"),
    ("delegates-within-delegations", "UPDATE service.delegation SET ceiling = 1999999, per_month = 1999999"),
    (
        "delegates-within-delegations",
        "UPDATE service.delegation SET made_at = '2026-11-1', begins_on = '2026-11-1', ends_on = '2026-11-1'",
    ),
    ("delegates-within-delegations", "UPDATE service.delegation SET office = '05974-1'"),
    ("delegates-within-delegations", "UPDATE service.delegation SET made_at = made_at + interval '1 hour'"),
    ("delegates-within-delegations", "UPDATE service.delegation_revocation SET revoked_at = '2026-11-16 01:00Z'"),
    ("slips-in-trail", "DELETE FROM service.audit_event WHERE action = 'authorise'"),
    ("slips-in-trail", "UPDATE service.audit_event SET role = 'customer'"),
    ("slips-in-trail", "UPDATE service.slip SET made_at = made_at - interval '1 day'"),
]  # fmt: skip
