"""What every refusal is: a "no" by rule, raised by name, without HTTP in it. Features keep theirs in `errors.py`."""

from typing import Any

from atm_service.platform.kinds import refused_as


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not an error of the program
    """A "no" by rule. One subclass per reason; its members are facts that the caller may read.

    Above each subclass stands the RFC 9457 problem that it is over HTTP, and a test proves that none is missing.
    Members hold no personal data: they go into the answer and into the audit trail. `name` goes into the trail alone:
    the keyed hash of the name that a stranger has given.
    """

    name: str | None = None

    def __init__(self, **members: Any) -> None:
        super().__init__(type(self).__name__)
        self.members = members


@refused_as(401, "unauthenticated", "Not signed in", "Sign in and send the access token.")
class Unauthenticated(Refusal):
    """The bearer token is missing, not ours, of another audience, or its time is over."""


@refused_as(
    403,
    "forbidden",
    "This role may not do this",
    "Ask somebody with the role named in `needs`.",
    audited=True,
)
class Forbidden(Refusal):
    """The caller is known, but this role or office may not do this."""


@refused_as(404, "not-found", "There is no such thing here", "Check the address and the id.")
class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""


@refused_as(
    422, "malformed-request", "The request is not well formed", "Correct the places named in `errors`."
)
class MalformedRequest(Refusal):
    """The request does not have the documented shape. Member `errors`: where and what, never the value."""


@refused_as(413, "body-too-large", "The body is too large", "Send at most `limit_bytes` bytes.")
class BodyTooLarge(Refusal):
    """The body is longer than any documented request. Member `limit_bytes`."""


@refused_as(
    405,
    "method-not-allowed",
    "This address does not take that method",
    "See /docs for the methods it takes.",
)
class MethodNotAllowed(Refusal):
    """The address is right and the method is not."""


@refused_as(
    429,
    "too-many-attempts",
    "Too many wrong tries",
    "Wait `retry_after_s` seconds, then try again.",
    audited=True,
)
class TooManyAttempts(Refusal):
    """Too many wrong guesses. Member `retry_after_s`: when to come back, in seconds."""


@refused_as(
    400,
    "idempotency-key-missing",
    "The Idempotency-Key header is missing",
    "Send a new random key for each intention, and the same key when you repeat it.",
)
class IdempotencyKeyMissing(Refusal):
    """The request moves money or makes a code and names no `Idempotency-Key`."""


@refused_as(
    422,
    "idempotency-key-reused",
    "This key was used for another request",
    "Send a new key, or repeat the first request exactly.",
    audited=True,
)
class IdempotencyKeyReused(Refusal):
    """The key was used before for another request."""


@refused_as(
    409,
    "request-in-progress",
    "The same request is being worked on",
    "Repeat it with the same key in a second.",
)
class RequestInProgress(Refusal):
    """The same key is being worked on right now. Member `retry_after_s`."""


@refused_as(
    409,
    "answer-forgotten",
    "This was done more than thirty days ago",
    "Nothing was done again. Look up what it did where it is recorded; for a new intention send a new key.",
)
class AnswerForgotten(Refusal):
    """The key was used for this very request, so long ago that its answer is not kept any more."""


@refused_as(
    409,
    "refused-before",
    "This request was refused before",
    "Nothing was done. For a new try send a new key.",
)
class RefusedBefore(Refusal):
    """The key's request was refused at a counter, which told its clerk so. Answered as that refusal, by `slug`."""

    def __init__(self, slug: str, **members: Any) -> None:
        super().__init__(**members, refused_before=True)
        self.slug = slug


@refused_as(
    503,
    "unavailable",
    "The service cannot answer now",
    "Wait `retry_after_s` seconds, then repeat with the same key: it happens once.",
)
class Unavailable(Refusal):
    """The service cannot reach what it needs. Repeating with the same key is safe. Member `retry_after_s`."""


@refused_as(
    503,
    "day-closed",
    "The business day was closed meanwhile",
    "Nothing was done. Repeat with the same key: it counts for the new day.",
)
class DayClosed(Refusal):
    """What was asked for at the end of a day reached the books after its close. Member `retry_after_s`."""


@refused_as(
    503,
    "clock-wrong",
    "The service's clock is wrong",
    "Nothing was done. Repeat with the same key in a minute. Who runs the service must set its clock right.",
)
class ClockWrong(Refusal):
    """This process's clock is far from the database's, so it moves nothing. Member `retry_after_s`."""


@refused_as(
    500,
    "internal-error",
    "The service failed",
    "Repeat with the same key; report `instance` if it stays.",
)
class Broken(Refusal):
    """The service failed in a way that nobody foresaw. The transaction was rolled back."""
