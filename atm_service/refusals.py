"""What every refusal is: a "no" by rule, raised by name, without HTTP in it."""

from typing import Any


class Refusal(Exception):
    """A "no" by rule. One subclass per reason; its members are facts that the caller may read.

    `problems.KINDS` maps each subclass to an RFC 9457 problem, and a test proves that table total. Members hold
    no personal data: they go into the answer and into the audit trail.
    """

    def __init__(self, **members: Any) -> None:
        super().__init__(type(self).__name__)
        self.members = members
