"""What somebody might do behind the service's back to money from outside."""

from collections.abc import Sequence

ALONE = "UPDATE service.instruction_decision SET decided_by = proposed_by"
SWAPPED = """
    UPDATE service.instruction_use AS a SET used_for = b.used_for FROM service.instruction_use AS b
    WHERE a.instruction_id <> b.instruction_id
"""
PLANTS: Sequence[tuple[str, str]] = [
    ("money-from-outside-by-two", statement)
    for statement in (
        "DELETE FROM service.instruction_use",
        "UPDATE service.instruction SET amount = amount - 1",
        "UPDATE service.instruction SET kind = 'cash' WHERE kind = 'funding'",
        "UPDATE service.instruction SET kind = 'funding' WHERE kind = 'credits'",
        "UPDATE service.instruction_decision SET approved = false",
        "UPDATE service.instruction_use SET used_at = used_at + interval '2 days'",
        "UPDATE service.instruction_decision SET decided_at = decided_at + interval '1 s'",
        "ALTER TABLE service.instruction_decision DROP CONSTRAINT instruction_decision_by_another; " + ALONE,
        SWAPPED,
    )
]
