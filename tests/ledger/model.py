"""The ledger in plain Python: one command after another, nothing clever. The database must agree with it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from ledger import Account, Capture, Command, Entry, Expire, Hold, Outcome, Reason, Status, Void

TOTAL_MAX = 10**17


class No(Exception):  # noqa: N818
    """The model's refusal."""


@dataclass
class Totals:
    """An account as the model sees it."""

    account: Account
    debits: int = 0
    credits: int = 0
    held: int = 0
    version: int = 0

    def available(self) -> int:
        """Give what may still be taken."""
        signed = self.debits - self.credits
        return (signed if self.account.class_.grows_by_debit else -signed) - self.held


Leg = tuple[str, int, int]  # account, its signed balance, its version


@dataclass
class Model:
    """The state of the ledger, and one method for each command."""

    accounts: dict[str, Totals]
    known: dict[tuple[str, str], tuple[Command, UUID]] = field(default_factory=dict)
    entries: dict[UUID, list[tuple[Leg, Leg]]] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    ends: dict[UUID, str] = field(default_factory=dict)
    closed_through: date = date.min

    def post(self, commands: Sequence[Command], now: datetime) -> list[Outcome]:
        """Carry out the commands one by one."""
        return [self.one(command, now) for command in commands]

    def one(self, command: Command, now: datetime) -> Outcome:
        """Carry out one command, or put everything back."""
        scope = {Entry: "entry", Capture: "entry", Hold: "hold", Void: "end", Expire: "end"}[type(command)]
        if before := self.known.get((scope, command.reference)):
            if content(before[0]) == content(command):
                return Outcome(Status.ALREADY_POSTED, None, before[1])
            return Outcome(Status.REFUSED, Reason.REFERENCE_REUSED, None)
        before_all = deepcopy((self.accounts, self.entries, self.holds, self.ends))
        try:
            own_id = self.carry_out(command, now)
        except No as no:
            self.accounts, self.entries, self.holds, self.ends = before_all
            return Outcome(Status.REFUSED, no.args[0], None)
        self.known[scope, command.reference] = (command, own_id)
        return Outcome(Status.POSTED, None, own_id)

    def carry_out(self, command: Command, now: datetime) -> UUID:
        """Do it, and give the id of what was made or ended."""
        match command:
            case Entry():
                self.record(command)
                return command.id
            case Hold():
                self.place(command, now)
                return command.id
            case Capture(hold_id, entry):
                held = self.end(hold_id, "captured", now)
                less_by_credit = self.accounts[held.account].account.class_.grows_by_debit
                taken = sum(
                    p.amount
                    for p in entry.postings
                    if held.account == (p.credit if less_by_credit else p.debit)
                )
                check(taken > 0, Reason.CAPTURE_MISSES_ACCOUNT)
                check(taken <= held.amount, Reason.CAPTURE_EXCEEDS_HOLD)
                self.record(entry)
                return entry.id
            case Void(hold_id, _):
                self.end(hold_id, "voided", now)
                return hold_id
            case Expire(hold_id, _):
                self.end(hold_id, "expired", now)
                return hold_id

    def record(self, entry: Entry) -> None:
        """Make the postings in their order."""
        check(entry.business_date > self.closed_through, Reason.DAY_CLOSED)
        check(entry.corrects is None or entry.corrects in self.entries, Reason.UNKNOWN_ENTRY)
        legs = []
        for p in entry.postings:
            check(p.debit in self.accounts and p.credit in self.accounts, Reason.UNKNOWN_ACCOUNT)
            debit, credit = self.accounts[p.debit], self.accounts[p.credit]
            before = {p.debit: debit.available(), p.credit: credit.available()}
            debit.debits += p.amount
            credit.credits += p.amount
            for side in (debit, credit):
                side.version += 1
                falls = side.available() < before[side.account.code]
                check(
                    not (side.account.floored and falls and side.available() < 0), Reason.INSUFFICIENT_FUNDS
                )
            check(max(debit.debits, credit.credits) <= TOTAL_MAX, Reason.ACCOUNT_FULL)
            legs.append((leg(debit), leg(credit)))
        check(entry.id not in self.entries, Reason.ID_REUSED)
        self.entries[entry.id] = legs

    def place(self, hold: Hold, now: datetime) -> None:
        """Set money aside."""
        check(now <= hold.deadline, Reason.HOLD_LAPSED)
        check(hold.account in self.accounts, Reason.UNKNOWN_ACCOUNT)
        totals = self.accounts[hold.account]
        check(totals.account.floored, Reason.ACCOUNT_NOT_FLOORED)
        check(totals.available() >= hold.amount, Reason.INSUFFICIENT_FUNDS)
        check(hold.id not in self.holds, Reason.ID_REUSED)
        totals.held += hold.amount
        self.holds[hold.id] = hold

    def end(self, hold_id: UUID, how: str, now: datetime) -> Hold:
        """Give the held money back and remember that the hold has ended."""
        check(hold_id in self.holds, Reason.UNKNOWN_HOLD)
        check(hold_id not in self.ends, Reason.HOLD_ENDED)
        hold = self.holds[hold_id]
        check(how != "captured" or now <= hold.deadline, Reason.HOLD_LAPSED)
        check(how != "expired" or now > hold.deadline, Reason.HOLD_NOT_LAPSED)
        self.accounts[hold.account].held -= hold.amount
        self.ends[hold_id] = how
        return hold


def leg(totals: Totals) -> Leg:
    """Give what a posting carries of an account."""
    return (totals.account.code, totals.debits - totals.credits, totals.version)


def content(command: Command) -> Command:
    """Give the command without its own id."""
    match command:
        case Entry() | Hold():
            return replace(command, id=UUID(int=0))
        case Capture():
            return replace(command, entry=replace(command.entry, id=UUID(int=0)))
        case _:
            return command


def check(holds: bool, reason: Reason) -> None:  # noqa: FBT001
    """Refuse unless it holds."""
    if not holds:
        raise No(reason)
