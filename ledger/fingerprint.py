"""The fingerprint of a command: the same content, and nothing else, has the same one.

The encoding is canonical (every field in a fixed order, each preceded by its length, so that no two contents
have the same bytes) and versioned by its first field. It covers everything but the id, which a caller makes
anew when it asks again, and the time at which it asks.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from ledger.commands import Capture, Command, Entry, Expire, Hold, Void

VERSION: Final = "soft-atm ledger command 1"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def fingerprint(command: Command) -> bytes:
    """Give the SHA-256 of the command's canonical encoding: 32 bytes."""
    return sha256(encoding(command)).digest()


def encoding(command: Command) -> bytes:
    """Give the canonical encoding: each field as a 4-byte big-endian length and its UTF-8 text."""
    encoded = [field.encode() for field in (VERSION, *_fields(command))]
    return b"".join([len(field).to_bytes(4, "big") + field for field in encoded])


def _fields(command: Command) -> list[str]:
    match command:
        case Entry():
            return ["entry", *_entry(command)]
        case Capture(hold_id, entry):
            return ["capture", str(hold_id), *_entry(entry)]
        case Hold(_, reference, account, amount, deadline):
            moment = str((deadline - _EPOCH) // _MICROSECOND)
            return ["hold", reference, account, str(amount), moment]
        case Void(hold_id, reference):
            return ["void", str(hold_id), reference]
        case Expire(hold_id, reference):
            return ["expire", str(hold_id), reference]


def _entry(entry: Entry) -> list[str]:
    fields = [
        entry.reference,
        entry.kind,
        entry.business_date.isoformat(),
        entry.narration,
        "" if entry.corrects is None else str(entry.corrects),
        str(len(entry.postings)),
    ]
    for posting in entry.postings:
        fields += (posting.debit, posting.credit, str(posting.amount))
    return fields
