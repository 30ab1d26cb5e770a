"""What the ledger answers: one outcome for each command."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Status(StrEnum):
    """What became of a command."""

    POSTED = "posted"
    ALREADY_POSTED = "already-posted"
    """The same reference with the same content was posted before: nothing is done twice."""
    REFUSED = "refused"
    """A "no" by rule. Nothing was changed; the reference stays free."""


class Reason(StrEnum):
    """Why a command was refused. Where several apply, the first in this order is given.

    Within the postings of one entry, the first posting that cannot be made gives the reason.
    """

    REFERENCE_REUSED = "reference-reused"
    """The reference is taken by a command with other content."""
    UNKNOWN_HOLD = "unknown-hold"
    HOLD_ENDED = "hold-ended"
    """The hold was captured, voided or expired before."""
    HOLD_LAPSED = "hold-lapsed"
    """The deadline has passed: too late to capture, or to place the hold at all."""
    HOLD_NOT_LAPSED = "hold-not-lapsed"
    """The deadline has not passed: too early to expire."""
    CAPTURE_MISSES_ACCOUNT = "capture-misses-account"
    """The entry takes nothing from the hold's account."""
    CAPTURE_EXCEEDS_HOLD = "capture-exceeds-hold"
    """The entry takes more from the hold's account than was held."""
    DAY_CLOSED = "day-closed"
    """The entry's business date is closed: a correction goes to an open day and names the entry it corrects."""
    UNKNOWN_ENTRY = "unknown-entry"
    """The entry corrects one that does not exist."""
    UNKNOWN_ACCOUNT = "unknown-account"
    ACCOUNT_NOT_FLOORED = "account-not-floored"
    """Only what cannot go below zero can be set aside."""
    INSUFFICIENT_FUNDS = "insufficient-funds"
    """A floored account would go below zero, or below what is held of it."""
    ACCOUNT_FULL = "account-full"
    """An account's total debits or credits would pass 10^17 đồng."""
    ID_REUSED = "id-reused"
    """The new entry's or hold's id is taken by another one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one command.

    `id` is the entry's for an Entry or a Capture and the hold's otherwise. When the command was posted
    before, it is the first one's. It is None when the command was refused; then, and only then, there is a
    `reason`.
    """

    status: Status
    reason: Reason | None
    id: UUID | None


class NotPosted(RuntimeError):  # noqa: N818  named for what happened
    """A command that had to pass was not posted just now: a fault of the caller, which ends its transaction."""


class DayClosed(NotPosted):
    """The entry's business date was closed since somebody looked at the clock. Asked anew, it counts on an open day."""


def must(outcomes: Iterable[Outcome], *, short: Exception | None = None) -> None:
    """Return when every command was posted just now. For those whose caller has looked at everything before.

    Raises the first that was not: `short`, if given, where a floored account had not enough, `DayClosed`, else
    `NotPosted`, also for what was posted before. Never caught inside the transaction: so nothing of it stays.
    """
    for outcome in outcomes:
        if short is not None and outcome.reason is Reason.INSUFFICIENT_FUNDS:
            raise short
        if outcome.status is not Status.POSTED:
            raise (DayClosed if outcome.reason is Reason.DAY_CLOSED else NotPosted)(
                f"the ledger answered {outcome.status} {outcome.reason}"
            )
