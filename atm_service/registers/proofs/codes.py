"""The receipt code: a compact JWS that says what a receipt or voucher says, and nothing of whose it is. Pure.

It is signed by a key of purpose `proof`, as the proof of a bill is; `typ` says which of the two it is. The signature
proves *issued*; whether it was undone since, only the books know.
"""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, cast
from uuid import UUID

from atm_service.platform.keys import jws
from atm_service.platform.keys.domain import KeySet, SigningKey, base64url
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.registers.offices.domain import OFFICE_FORM
from atm_service.registers.proofs.errors import ReceiptCodeMalformed, ReceiptCodeNotGenuine

TYPE: Final = "receipt+jws"
SECONDS_MAX: Final = 9_999_999_999

PaperKind = Literal["withdrawal", "deposit", "transfer", "withdrawal-reversal", "deposit-reversal"]
KINDS: Final[tuple[PaperKind, ...]] = (
    "withdrawal",
    "deposit",
    "transfer",
    "withdrawal-reversal",
    "deposit-reversal",
)
_NUMBER: Final = re.compile(rf"{OFFICE_FORM.removesuffix('$')}-[0-9]{{6}}-V?[0-9]{{4,9}}")


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """What a code says: `amount` in đồng, `at` in whole seconds, `entry_id` of the journal. Raises `ValueError`.

    The number begins with its office.
    """

    number: str
    kind: PaperKind
    amount: int
    at: datetime
    entry_id: UUID

    def __post_init__(self) -> None:
        if not isinstance(self.number, str) or not _NUMBER.fullmatch(self.number) or self.kind not in KINDS:
            raise ValueError("number or kind")
        if type(self.amount) is not int or not 0 < self.amount <= AMOUNT_MAX:
            raise ValueError("amount")
        if self.at.tzinfo is None or not 0 < self.at.timestamp() <= SECONDS_MAX:
            raise ValueError("time")
        object.__setattr__(self, "at", self.at.astimezone(UTC).replace(microsecond=0))

    @property
    def office(self) -> str:
        """Give the code of the office that made the paper."""
        return self.number.rsplit("-", 2)[0]


def issue(code: ReceiptCode, key: SigningKey) -> str:
    """Sign a code. The same facts under the same key give the same text, so nobody need store it."""
    if key.purpose != "proof":
        raise ValueError(f"a receipt code signed with the key for {key.purpose!r} would never be read")
    return jws.sign(_payload(code), key, TYPE)


def read(text: str, keys: KeySet) -> ReceiptCode:
    """Read a code that a key of purpose `proof` has signed as one.

    Raises `ReceiptCodeMalformed` (no code, or not whole) or `ReceiptCodeNotGenuine`: a code for cash and the proof of a
    bill are none, whoever signed them.
    """
    try:
        payload = jws.opened(text, keys, "proof", TYPE)
    except jws.NotCompactError:
        raise ReceiptCodeMalformed from None
    except jws.NotGenuineError:
        raise ReceiptCodeNotGenuine from None
    try:
        claims = json.loads(payload)
        code = ReceiptCode(
            number=claims["num"],
            kind=cast("PaperKind", claims["knd"]),
            amount=claims["amt"],
            at=datetime.fromtimestamp(claims["iat"], UTC),
            entry_id=UUID(bytes=urlsafe_b64decode(claims["jti"] + "==")),
        )
        written = _payload(code)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        raise ReceiptCodeMalformed from None
    if written != payload:
        raise ReceiptCodeMalformed
    return code


def _payload(code: ReceiptCode) -> bytes:
    return jws.compact(
        {
            "jti": base64url(code.entry_id.bytes),
            "num": code.number,
            "knd": code.kind,
            "amt": code.amount,
            "iat": int(code.at.timestamp()),
        }
    )
