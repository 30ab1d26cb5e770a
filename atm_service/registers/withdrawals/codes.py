"""The authorisation code: a compact JWS that says which withdrawal, how much and until when.

Nothing personal is in it. The signature proves *issued*; only the ledger proves *unspent*.
"""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from atm_service.platform.keys import jws
from atm_service.platform.keys.domain import KeySet, SigningKey, base64url
from atm_service.registers.offices.domain import OFFICE_FORM
from atm_service.registers.withdrawals.errors import CodeMalformed, CodeNotGenuine, CodeNotYetValid

# Nine digits are the most that keep an unbound code within the 213 bytes of a version 10 QR at error
# correction M.
AMOUNT_MAX: Final = 999_999_999
SECONDS_MAX: Final = 9_999_999_999

_OFFICE: Final = re.compile(OFFICE_FORM)


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says.

    `amount` in đồng; times in whole seconds, aware; `office` when the code is bound to one. Raises
    `ValueError` when a code cannot say it, so that every `Code` has exactly one text under a key.
    """

    withdrawal: UUID
    amount: int
    expires_at: datetime
    not_before: datetime | None = None
    office: str | None = None

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not 0 < self.amount <= AMOUNT_MAX:
            raise ValueError("amount")
        _seconds(self.expires_at)
        if self.not_before is not None:
            _seconds(self.not_before)
        if self.office is not None and not _OFFICE.fullmatch(self.office):
            raise ValueError("office")


def issue(code: Code, key: SigningKey) -> str:
    """Write a code. The same facts under the same key give the same text, so nobody need store it.

    At most 213 ASCII characters when neither bound to an office nor postponed.
    """
    if key.purpose != "code":
        raise ValueError(f"a code signed with the key for {key.purpose!r} would never be read")
    return jws.sign(_payload(code), key)


def verify(text: str, keys: KeySet, now: datetime) -> Code:
    """Read a code that this service has issued.

    The signature is checked before anything inside is believed. A code past `expires_at` is given all the
    same: only the withdrawal knows whether it has expired or has been paid, and a clerk must be told which.

    Raises `CodeMalformed` (not a code, or not whole), `CodeNotGenuine` (nobody here has signed it) or
    `CodeNotYetValid` (with `valid_from`).
    """
    try:
        payload = jws.opened(text, keys, "code")
    except jws.NotCompactError:
        raise CodeMalformed from None
    except jws.NotGenuineError:
        raise CodeNotGenuine from None
    code = _parse(payload)
    if code.not_before is not None and now < code.not_before:
        raise CodeNotYetValid(valid_from=code.not_before)
    return code


def _payload(code: Code) -> bytes:
    claims: dict[str, Any] = {
        "jti": base64url(code.withdrawal.bytes),
        "exp": _seconds(code.expires_at),
        "amt": code.amount,
    }
    if code.not_before is not None:
        claims["nbf"] = _seconds(code.not_before)
    if code.office is not None:
        claims["off"] = code.office
    return jws.compact(claims)


def _parse(payload: bytes) -> Code:
    try:
        claims = json.loads(payload)
        code = Code(
            withdrawal=UUID(bytes=urlsafe_b64decode(claims["jti"] + "==")),
            amount=claims["amt"],
            expires_at=_moment(claims["exp"]),
            not_before=_moment(claims["nbf"]) if "nbf" in claims else None,
            office=claims.get("off"),
        )
        written = _payload(code)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CodeMalformed from None
    # Whatever else the claims hold (another one, the same one twice, a null, 1.0 for 1), writing them anew
    # shows it.
    if written != payload:
        raise CodeMalformed
    return code


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None or moment.microsecond:
        raise ValueError("a code's times are aware and in whole seconds")
    seconds = int(moment.timestamp())
    if not 0 < seconds <= SECONDS_MAX:
        raise ValueError("time")
    return seconds


def _moment(seconds: object) -> datetime:
    if type(seconds) is not int or not 0 < seconds <= SECONDS_MAX:
        raise ValueError("time")
    return datetime.fromtimestamp(seconds, UTC)
