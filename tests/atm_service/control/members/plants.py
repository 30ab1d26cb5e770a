"""What somebody might do behind the service's back to make one who decides for others."""

from collections.abc import Sequence

_UNGUARDED = "ALTER TABLE service.instruction_decision DROP CONSTRAINT instruction_decision_by_another"
_DECISION = "UPDATE service.instruction_decision SET"
_TRAIL = "UPDATE service.audit_event SET detail = detail"
PLANTS: Sequence[tuple[str, str]] = [
    ("deciders-made-by-two", statement)
    for statement in (
        "UPDATE service.staff SET role = 'operator', area = NULL WHERE role = 'supervisor'",
        "DELETE FROM service.instruction_use",
        "UPDATE service.instruction_use SET used_at = used_at + interval '1 s'",
        f"{_DECISION} approved = false",
        f"{_DECISION} decided_at = decided_at + interval '1 s'",
        f"{_UNGUARDED}; {_DECISION} decided_by = proposed_by",
        """UPDATE service.instruction SET facts = facts || '{"role": "auditor"}'""",
        "UPDATE service.instruction SET kind = 'member-reset' WHERE kind = 'member-role'",
        f"{_TRAIL} - 'proposed_by' WHERE action = 'staff.reset'",
        f"""{_TRAIL} || '{{"to": "operator"}}' WHERE action = 'staff.role-changed'""",
    )
]
