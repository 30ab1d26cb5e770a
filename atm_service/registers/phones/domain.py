"""A one-time code: for one purpose and one number, compared a few times, good once. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from atm_service.platform.policy import PhoneCode as Rules


class Purpose(StrEnum):
    """What a number is proved for. A proof for one is none for another."""

    OPENING = "opening"
    PIN_RESET = "pin-reset"
    PHONE_CHANGE = "phone-change"


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """What is kept of a code that was asked for: keyed hashes of the number and of the digits."""

    id: UUID
    purpose: Purpose
    phone_print: bytes = field(repr=False)
    code_print: bytes = field(repr=False)
    asked_at: datetime
    expires_at: datetime
    wrong: int = 0
    proved_at: datetime | None = None
    used_for: UUID | None = None

    def is_over(self, rules: Rules, now: datetime) -> bool:
        """Tell whether digits are compared with it no more."""
        return now >= self.expires_at or self.wrong >= rules.tries_max or self.used_for is not None

    def proves(self, purpose: Purpose, phone_print: bytes, rules: Rules, now: datetime) -> bool:
        """Tell whether it stands for this number and purpose at this moment, used or not."""
        return (
            self.proved_at is not None
            and self.purpose is purpose
            and self.phone_print == phone_print
            and now < self.proved_at + timedelta(minutes=rules.proved_min)
        )
