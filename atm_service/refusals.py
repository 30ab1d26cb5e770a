"""What every refusal is: a "no" by rule, raised by name, without HTTP in it. Features keep theirs in `errors.py`."""

from typing import Any


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not an error of the program
    """A "no" by rule. One subclass per reason; its members are facts that the caller may read.

    `kinds.KINDS` maps each subclass to an RFC 9457 problem, and a test proves that table total. Members hold
    no personal data: they go into the answer and into the audit trail.
    """

    def __init__(self, **members: Any) -> None:
        super().__init__(type(self).__name__)
        self.members = members


class Unauthenticated(Refusal):
    """The bearer token is missing, not ours, of another audience, or its time is over."""


class Forbidden(Refusal):
    """The caller is known, but this role or office may not do this."""


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""


class MalformedRequest(Refusal):
    """The request does not have the documented shape. Member `errors`: where and what, never the value."""


class BodyTooLarge(Refusal):
    """The body is longer than any documented request. Member `limit_bytes`."""


class MethodNotAllowed(Refusal):
    """The address is right and the method is not."""


class TooManyAttempts(Refusal):
    """Too many wrong guesses. Member `retry_after_s`: when to come back, in seconds."""


class IdempotencyKeyMissing(Refusal):
    """The request moves money or makes a code and names no `Idempotency-Key`."""


class IdempotencyKeyReused(Refusal):
    """The key was used before for another request."""


class RequestInProgress(Refusal):
    """The same key is being worked on right now. Member `retry_after_s`."""


class Unavailable(Refusal):
    """The service cannot reach what it needs. Repeating with the same key is safe. Member `retry_after_s`."""


class Broken(Refusal):
    """The service failed in a way that nobody foresaw. The transaction was rolled back."""
