"""What a verification finds: one kind of problem each, and the row that it concerns."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What can be wrong with a sealed journal."""

    CHANGED = "changed"
    """A row is not what was sealed."""
    GONE = "gone"
    """A row, a leaf or a whole seal that was there is not there any more."""
    REORDERED = "re-ordered"
    """A leaf is not in its place."""
    ROOT_DIFFERS = "root-differs"
    """The leaves do not make the root that was signed."""
    FORGED = "forged"
    """No trusted key has signed the seal."""
    CHAIN_BROKEN = "chain-broken"
    """A seal does not follow from those before it."""
    RE_SIGNED = "re-signed"
    """A seal is not the one that was published."""
    UNSEALED = "unsealed"
    """A row has been without a seal for too long: it may have been added around the service."""
    BALANCE_WRONG = "balance-wrong"
    """A posting's balance does not follow from the one before."""
    VERSION_WRONG = "version-wrong"
    """An account's versions have a gap, or one twice."""
    TOTALS_WRONG = "totals-wrong"
    """An account does not have the totals that its postings and holds make."""
    STRAY = "stray"
    """A part of something that does not exist: postings without an entry, an end without a hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `what` names the row, `detail` says what was found."""

    problem: Problem
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.problem}: {self.what}: {self.detail}"
