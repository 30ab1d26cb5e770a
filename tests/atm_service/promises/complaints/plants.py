"""What somebody might do behind the service's back to make a complaint go away."""

from collections.abc import Sequence

CONTROL = "complaints-answered-by-two"
PLANTS: Sequence[tuple[str, str]] = [
    (CONTROL, statement)
    for statement in (
        """UPDATE service.complaint_step AS s SET by = first.by FROM service.complaint_step AS first
           WHERE s.number = 4 AND first.complaint_id = s.complaint_id AND first.number = 2""",
        "DELETE FROM service.complaint_step WHERE number = 4",
        "UPDATE service.complaint SET waits_until = NULL",
        "UPDATE service.complaint SET waits_until = made_at",
        "UPDATE service.complaint SET waits_until = waits_until + interval '1 day'",
        "UPDATE service.complaint_step SET until = until + interval '1 day' WHERE number = 1",
    )
]
