"""What keeps a wallet from being closed. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Something that is left in a wallet, or may come back into it."""

    MONEY = "money"
    """Or what is set aside for a code, or for what waits for a bank."""
    CODES = "codes"
    """A code that can still be paid, if only for a moment longer."""
    BANK = "bank"
    """A top-up or payout whose bank has not answered."""
    PAID_TODAY = "paid-today"
    """Cash was paid today, and until the day's end a clerk may have to put it back."""
    COMPLAINT = "complaint"
    """A complaint that waits for its answer: it may find money."""


@dataclass(frozen=True, slots=True)
class Left:
    """What was found in a wallet; the fields stand as `Standing` does."""

    money: bool
    codes: bool
    bank: bool
    paid_today: bool
    complaint: bool

    def standing(self) -> list[Standing]:
        """List what is in the way, in the order in which one sees to it."""
        return [one for one in Standing if getattr(self, one.name.lower())]
