"""The facts of an identity card, as they are encrypted in the database."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from kyc.errors import IdentityUnreadable

_VERSION: Final = 1
_BYTES_MAX: Final = 4096


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who a person is. Its repr shows nothing, so that it cannot reach a log by accident."""

    full_name: str
    birth_date: date
    id_number: str

    def to_bytes(self) -> bytes:
        """Give the one encoding of these facts: JSON in ASCII, members sorted, no spaces."""
        facts = {
            "birth_date": self.birth_date.isoformat(),
            "full_name": self.full_name,
            "id_number": self.id_number,
            "version": _VERSION,
        }
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote, and nothing else. Raises `IdentityUnreadable`."""
        if len(data) > _BYTES_MAX:
            raise IdentityUnreadable
        try:
            facts: dict[str, Any] = json.loads(data)
            identity = cls(facts["full_name"], date.fromisoformat(facts["birth_date"]), facts["id_number"])
            same = identity.to_bytes() == data
        except (ValueError, TypeError, KeyError, RecursionError):
            # The message of the cause may hold the very name that must not be logged.
            raise IdentityUnreadable from None
        if not same or not isinstance(identity.full_name, str) or not isinstance(identity.id_number, str):
            raise IdentityUnreadable
        return identity
