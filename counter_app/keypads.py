"""What waits for the customer's PIN on the keypad page, and the papers that came of it: in memory only."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from counter_app.answers import Delegation, Problem, Slip
from counter_app.helping_api import Helped

TIME: Final = timedelta(minutes=2)
TIME_FOR_A_CODE: Final = timedelta(
    minutes=10
)  # as long as a code lives: a message in the mountains may take minutes
KEYPADS_MAX: Final = 3
PIN_LENGTH: Final = 6


def is_pin(text: str) -> bool:
    """Whether this can be a PIN at all."""
    return text.isascii() and text.isdigit() and len(text) == PIN_LENGTH


class For(StrEnum):
    """What the PIN is asked for."""

    CASH = "cash"
    SLIP = "slip"
    REPRINT = "reprint"
    DELEGATION = "delegation"
    REVOCATION = "revocation"
    NEW_PIN = "new-pin"
    NEW_NUMBER = "new-number"

    @property
    def time(self) -> timedelta:
        """Give how long the page waits for the customer."""
        return TIME_FOR_A_CODE if self in (For.NEW_PIN, For.NEW_NUMBER) else TIME


@dataclass(frozen=True)
class Keypad:
    """A request that lacks the customer's PIN: what for, how much, and what will be sent with which key.

    `sent`: what was typed and went out under this key. Until an answer comes, no other words go out under it.
    """

    id: str
    purpose: For
    key: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)
    begun_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)  # what the customer reads beside the amount
    subject: str = ""
    refusal: Problem | None = None
    sent: Mapping[str, str] | None = field(default=None, repr=False)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has waited too long, or a clock was turned back."""
        return not timedelta() <= now - self.begun_at < self.purpose.time


@dataclass(frozen=True)
class Found:
    """Whose card was found, what of the wallet is mended, and the number that it shall have.

    `token` stands in the page that shows it: a page of another tab, which shows somebody else, has another one.
    """

    card: Mapping[str, str] = field(repr=False)
    helped: Helped = field(repr=False)
    what: str
    phone: str | None = field(repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)


@dataclass
class Papers:
    """A desk for customers without a phone: what waits for a PIN, slips to print, one customer's delegations.

    `found`: whose wallet is to be mended. `mended`: what was mended last, and whose.
    """

    keypads: dict[str, Keypad] = field(default_factory=dict, repr=False)
    slips: list[Slip] = field(default_factory=list, repr=False)
    card: Mapping[str, str] | None = field(default=None, repr=False)
    delegations: list[Delegation] = field(default_factory=list, repr=False)
    found: Found | None = field(default=None, repr=False)
    mended: tuple[str, Helped] | None = field(default=None, repr=False)

    def put(self, keypad: Keypad) -> None:
        """Lay a keypad on the desk; the oldest falls off a full one."""
        self.keypads.pop(keypad.id, None)
        self.keypads[keypad.id] = keypad
        while len(self.keypads) > KEYPADS_MAX:
            del self.keypads[next(iter(self.keypads))]

    def clear(self) -> None:
        """Lay the last customer's papers away."""
        self.slips, self.card, self.delegations = [], None, []
        self.found = self.mended = None
