"""What the service asks of whoever carries messages to phones, and what they may answer.

A message goes under an id of its own, which stays the same when it is sent again: a carrier that knows ids drops the
second. Where the line breaks in between, a phone may show a message twice; none is lost.
"""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Text:
    """One message to one phone. Number and words show in no repr.

    `number` is a mobile number in its national form, `words` at most 160 characters of GSM-7, `id` the dedup key.
    """

    id: UUID
    number: str = field(repr=False)
    words: str = field(repr=False)


class NotTaken(Exception):  # noqa: N818  named for what happened, as the callers speak of it
    """No word came that the message was taken: it may have been. Send it again, under the same id."""


class Undeliverable(Exception):  # noqa: N818  the same
    """The carrier will never deliver this one. Its argument is a slug that says why: nothing personal."""


class Notifier(Protocol):
    """A way to phones, such as an SMSC by SMPP or an aggregator by HTTP.

    Never call it inside a database transaction: it is a network away.
    """

    def send(self, text: Text, timeout_s: float) -> None:
        """Hand a message over, and return when the carrier has it.

        Raises `NotTaken` when no word of that came within `timeout_s` seconds, or the carrier is busy, and
        `Undeliverable` when sending again is of no use.
        """
