"""What must be posted, or stops its transaction."""

from uuid import uuid4

import pytest

from ledger import DayClosed, NotPosted, Outcome, Reason, Status, must

POSTED = Outcome(Status.POSTED, None, uuid4())
SHORT = Outcome(Status.REFUSED, Reason.INSUFFICIENT_FUNDS, None)


class OutOfCashError(Exception):
    """A caller's own word for it."""


def test_what_was_posted_passes() -> None:
    """However many there are, and where there is none."""
    must([POSTED, POSTED], short=OutOfCashError())
    must([])


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(Status.ALREADY_POSTED, None, uuid4()), "already-posted"),
        (Outcome(Status.REFUSED, Reason.DAY_CLOSED, None), "refused day-closed"),
        (SHORT, "refused insufficient-funds"),
    ],
)
def test_anything_else_stops(outcome: Outcome, said: str) -> None:
    """Behind others too; what was posted before is not posted now."""
    with pytest.raises(NotPosted, match=said) as stopped:
        must([POSTED, outcome])
    assert isinstance(stopped.value, DayClosed) is (outcome.reason is Reason.DAY_CLOSED)


def test_the_caller_names_what_is_short() -> None:
    """A floored account without enough is a refusal of the caller's; no other reason is."""
    with pytest.raises(OutOfCashError):
        must([POSTED, SHORT], short=OutOfCashError())
    with pytest.raises(NotPosted):
        must([Outcome(Status.REFUSED, Reason.ACCOUNT_FULL, None)], short=OutOfCashError())
