"""What an export is made of: journal entries of a period, and each account's balance before and after it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from ledger import AccountClass


@dataclass(frozen=True, slots=True)
class Side:
    """An account in a line, as it stood right after it: signed balance (debits less credits) and version."""

    code: str
    class_: AccountClass
    balance: int
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: `amount` đồng from the credit side to the debit side."""

    number: int
    amount: int
    debit: Side
    credit: Side


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A journal entry with its lines. `corrects` names an earlier entry that this one puts right.

    `undone_by` names the entry of the same day that corrects this one: payments and deposits are undone on their day.
    """

    id: UUID
    business_date: date
    recorded_at: datetime
    kind: str
    reference: str
    narration: str
    corrects: UUID | None
    lines: tuple[Line, ...]
    undone_by: UUID | None = None

    @property
    def recorded(self) -> str:
        """Write the moment of recording in RFC 3339, in UTC."""
        return self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's signed balance in đồng (debits less credits) before a period and at its end."""

    code: str
    class_: AccountClass
    opening: int
    closing: int


@dataclass(frozen=True)
class Extract:
    """The journal from `first` to `last`, both inclusive, by business date.

    `balances` may be called any number of times and gives every account with movement until `last`, always
    the same. `entries` are in order of business date, and may be read once.
    """

    first: date
    last: date
    balances: Callable[[], Iterable[AccountBalance]]
    entries: Iterable[JournalEntry]
