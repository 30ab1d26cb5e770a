"""What a payer confirmed, what names a wallet in a QR, and the number of a transfer: pure rules. Amounts in đồng."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from atm_service.wallet.transfers.errors import IntentionLapsed, ReceiveCodeMalformed

MESSAGE_MAX: Final = 100
RECEIVE: Final = "softatm:pay:1:"
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another one
_GROUPS: Final = 3
_GROUP_BITS: Final = 20
_LETTER_BITS: Final = 5


@dataclass(frozen=True)
class Intention:
    """Whom the payer saw by the masked name, and the fee that was shown: all that is sent is sent to them, once."""

    id: UUID
    payee_id: UUID
    fee: int
    expires_at: datetime

    def check(self, fee: int, now: datetime) -> None:
        """Return while what was shown is still so. Raises `IntentionLapsed`."""
        if now >= self.expires_at or fee != self.fee:
            raise IntentionLapsed

    def to_bytes(self) -> bytes:
        """Write it down: 48 bytes."""
        seconds = int(self.expires_at.timestamp())
        return self.id.bytes + self.payee_id.bytes + self.fee.to_bytes(8) + seconds.to_bytes(8)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Intention":
        """Read what `to_bytes` wrote."""
        seconds = int.from_bytes(raw[40:48])
        return cls(
            UUID(bytes=raw[:16]),
            UUID(bytes=raw[16:32]),
            int.from_bytes(raw[32:40]),
            datetime.fromtimestamp(seconds, UTC),
        )


def intend(id: UUID, payee_id: UUID, fee: int, now: datetime, lifetime: timedelta) -> Intention:
    """Make what the payer is to confirm."""
    return Intention(id, payee_id, fee, now.replace(microsecond=0) + lifetime)


def receive_code(customer_id: UUID) -> str:
    """Write the text of the QR that a receiver shows: which wallet, and nothing about its owner."""
    return RECEIVE + urlsafe_b64encode(customer_id.bytes).rstrip(b"=").decode("ascii")


def wallet_of(code: str) -> UUID:
    """Read which wallet a receiver's code names, which may be nobody's. Raises `ReceiveCodeMalformed`."""
    try:
        wallet = UUID(bytes=urlsafe_b64decode(code.strip().removeprefix(RECEIVE).encode("ascii") + b"=="))
    except (ValueError, Error):
        raise ReceiveCodeMalformed from None
    if receive_code(wallet) != code.strip():
        raise ReceiveCodeMalformed
    return wallet


def number(id: UUID, day: date) -> str:
    """Give the number that both parties can tell each other, such as `261128-7K3M-9Q2X-VB4T`: a day and 60 bits."""
    bits = id.int & ((1 << _GROUPS * _GROUP_BITS) - 1)
    letters = "".join(
        _LETTERS[bits >> shift & 31]
        for shift in range(_GROUPS * _GROUP_BITS - _LETTER_BITS, -1, -_LETTER_BITS)
    )
    return f"{day:%y%m%d}-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
