"""What is sealed: each journal entry with its postings, each hold, each hold's end, as bytes.

The encoding is the one of `ledger.fingerprint`: every field as its length in four bytes, big-endian, and its
UTF-8 text; the first field names kind and version. A field that may be null is the empty text then. Times are
microseconds since 1970-01-01 UTC and numbers are decimal. The order of the fields is that of the functions
below; `docs/seals.md` says the same for somebody who writes this again.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

ENTRY_VERSION: Final = "soft-atm ledger entry 1"
HOLD_VERSION: Final = "soft-atm ledger hold 1"
END_VERSION: Final = "soft-atm ledger hold end 1"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LENGTHS: Final = tuple(length.to_bytes(4, "big") for length in range(1_024))  # of all but strange fields

# Named tuples, because they are made by the million: a frozen dataclass takes three times as long.


class Leg(NamedTuple):
    """One posting as it was recorded: both accounts by code, each with its balance and version after it."""

    line: int
    debit: str
    credit: str
    amount: int
    debit_balance: int
    debit_version: int
    credit_balance: int
    credit_version: int


class Entry(NamedTuple):
    """A journal entry as it was recorded, with its postings in order of their lines."""

    id: UUID
    reference: str
    fingerprint: bytes
    kind: str
    business_date: date
    narration: str
    corrects: UUID | None
    lines: int
    recorded_at: datetime
    postings: tuple[Leg, ...]


class Hold(NamedTuple):
    """A hold as it was placed."""

    id: UUID
    reference: str
    fingerprint: bytes
    account: str
    amount: int
    deadline: datetime
    placed_at: datetime


class End(NamedTuple):
    """How a hold ended. `id` is the hold's; `entry_id` is that of the entry that captured it."""

    id: UUID
    outcome: str
    entry_id: UUID | None
    reference: str | None
    fingerprint: bytes | None
    ended_at: datetime


Leaf = Entry | Hold | End

KINDS: Final[dict[type[Leaf], str]] = {End: "end", Entry: "entry", Hold: "hold"}


def encoded(leaf: Leaf) -> bytes:
    """Give the canonical bytes of a leaf."""
    match leaf:
        case Entry():
            fields = _entry(leaf)
        case Hold():
            fields = _hold(leaf)
        case End():
            fields = _end(leaf)
    return framed(fields)


def framed(fields: list[str]) -> bytes:
    """Put texts one after another, each behind its length, so that no two lists have the same bytes."""
    try:
        return b"".join([_LENGTHS[len(text := field.encode())] + text for field in fields])
    except IndexError:
        return b"".join([len(text := field.encode()).to_bytes(4, "big") + text for field in fields])


def order(leaf: Leaf) -> tuple[datetime, str, UUID]:
    """Give the place of a leaf among those of its seal: by time, then kind, then id."""
    return recorded_at(leaf), KINDS[type(leaf)], leaf.id


def name(leaf: Leaf) -> str:
    """Call a leaf by its kind and id, as reports do."""
    return title(KINDS[type(leaf)], leaf.id)


def title(kind: str, id: UUID | str) -> str:
    """Call a leaf of this kind and id, as reports do."""
    return f"end of hold {id}" if kind == "end" else f"{kind} {id}"


def recorded_at(leaf: Leaf) -> datetime:
    """Give the time at which the fact was recorded."""
    match leaf:
        case Entry():
            return leaf.recorded_at
        case Hold():
            return leaf.placed_at
        case End():
            return leaf.ended_at


def microseconds(moment: datetime) -> int:
    """Give the microseconds since 1970-01-01 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Give the time that is so many microseconds after 1970-01-01 UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def _entry(entry: Entry) -> list[str]:
    fields = [
        ENTRY_VERSION,
        str(entry.id),
        entry.reference,
        entry.fingerprint.hex(),
        entry.kind,
        entry.business_date.isoformat(),
        entry.narration,
        "" if entry.corrects is None else str(entry.corrects),
        str(entry.lines),
        str(microseconds(entry.recorded_at)),
    ]
    for posting in entry.postings:
        fields += map(str, posting)
    return fields


def _hold(hold: Hold) -> list[str]:
    return [
        HOLD_VERSION,
        str(hold.id),
        hold.reference,
        hold.fingerprint.hex(),
        hold.account,
        str(hold.amount),
        str(microseconds(hold.deadline)),
        str(microseconds(hold.placed_at)),
    ]


def _end(end: End) -> list[str]:
    return [
        END_VERSION,
        str(end.id),
        end.outcome,
        "" if end.entry_id is None else str(end.entry_id),
        end.reference or "",
        "" if end.fingerprint is None else end.fingerprint.hex(),
        str(microseconds(end.ended_at)),
    ]
