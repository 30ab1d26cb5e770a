"""Why a complaint is not made, answered or contested: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "already-complained",
    "You have told us this already",
    "Look at the complaint in `complaint_id`: it has a number and a day.",
)
class AlreadyComplained(Refusal):
    """The customer has said the same of the same thing. Member `complaint_id`."""


@refused_as(
    409,
    "too-many-complaints",
    "Too many of your complaints wait for an answer",
    "Wait until one is answered, or call the hotline.",
)
class TooManyComplaints(Refusal):
    """As many as the policy allows wait at once. Member `maximum`."""


@refused_as(409, "complaint-answered", "This complaint is answered", "Look at the list again.")
class ComplaintAnswered(Refusal):
    """Somebody was faster, or its customer has not contested the answer."""


@refused_as(
    403,
    "answered-by-you",
    "You gave the answer that is contested",
    "Leave this one to another supervisor.",
    audited=True,
)
class AnsweredByYou(Refusal):
    """What a customer contests is answered by another person."""


@refused_as(
    409,
    "not-answered-yet",
    "This complaint is not answered yet",
    "Wait for the answer until the day that was told.",
)
class NotAnsweredYet(Refusal):
    """There is no answer to contest."""


@refused_as(
    409,
    "contested-before",
    "This was contested before",
    "The second answer is the last one here. Call the hotline if you do not agree with it.",
)
class ContestedBefore(Refusal):
    """An answer is contested once."""


@refused_as(
    409,
    "contest-too-late",
    "The time for contesting is over",
    "Call the hotline if you still do not agree.",
)
class ContestTooLate(Refusal):
    """The policy's days after the answer have passed. Member `ended_at`."""
