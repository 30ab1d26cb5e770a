"""Every balance once more, from postings and holds alone.

Leaves come nearly in the order in which they were posted, but not quite: two rows of one seal batch may have
been recorded by machines whose clocks differ. An account's versions say what the order was, so a leg that is
ahead waits for those before it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from ledger.seals.findings import Finding, Problem
from ledger.seals.leaves import End, Entry, Hold, Leaf, title
from ledger.seals.reading import Totals

WAITING_MAX: Final = 200_000
"""How many legs of one account may wait for a version: after so many it does not come any more.

A payer's credits of one file, up to 100,000, are recorded at one moment, and their leaves stand in the order of ids.
"""


class _Leg(NamedTuple):
    """One account's side of a posting: `amount` is positive for a debit, `balance` is debits less credits."""

    amount: int
    balance: int
    entry_id: UUID
    line: int


@dataclass(slots=True)
class _Account:
    debits: int = 0
    credits: int = 0
    held: int = 0
    version: int = 0
    balance: int = 0
    waiting: dict[int, _Leg] = field(default_factory=dict)


@dataclass(slots=True)
class Replay:
    """The balances so far. Its memory grows with the accounts and the open holds, not with the journal."""

    postings: int = 0
    _accounts: dict[str, _Account] = field(default_factory=dict)
    _open: dict[UUID, Hold] = field(default_factory=dict)
    _ended: dict[UUID, End] = field(default_factory=dict)

    def add(self, leaf: Leaf) -> Iterator[Finding]:
        """Take one leaf in, and say what does not follow."""
        match leaf:
            case Entry():
                yield from self._entry(leaf)
            case Hold() if leaf.id in self._ended:
                del self._ended[leaf.id]
            case Hold():
                self._open[leaf.id] = leaf
            case End() if leaf.id in self._open:
                del self._open[leaf.id]
            case End():
                self._ended[leaf.id] = leaf

    def finish(self, totals: Iterable[Totals]) -> Iterator[Finding]:
        """Compare with the accounts as they stand, after the last leaf."""
        for code, account in self._accounts.items():
            while account.waiting:
                yield from self._skip(code, account)
        for id in self._ended:
            yield Finding(Problem.STRAY, title("end", id), "the hold does not exist, or had ended before")
        for hold in self._open.values():
            self._account(hold.account).held += hold.amount
        for row in totals:
            account = self._accounts.pop(row.code) if row.code in self._accounts else _Account()
            stated = (row.debits, row.credits, row.held, row.version)
            replayed = (account.debits, account.credits, account.held, account.version)
            if stated != replayed:
                yield Finding(Problem.TOTALS_WRONG, f"account {row.code}", _difference(stated, replayed))
        for code in self._accounts:
            yield Finding(Problem.GONE, f"account {code}", "has postings or holds, and does not exist")

    def _entry(self, entry: Entry) -> Iterator[Finding]:
        self.postings += len(entry.postings)
        for leg in entry.postings:
            debit = _Leg(leg.amount, leg.debit_balance, entry.id, leg.line)
            yield from self._leg(leg.debit, leg.debit_version, debit)
            credit = _Leg(-leg.amount, leg.credit_balance, entry.id, leg.line)
            yield from self._leg(leg.credit, leg.credit_version, credit)

    def _leg(self, code: str, version: int, leg: _Leg) -> Iterator[Finding]:
        account = self._account(code)
        if version <= account.version or version in account.waiting:
            detail = f"line {leg.line}: version {version} of account {code} was taken before"
            yield Finding(Problem.VERSION_WRONG, f"entry {leg.entry_id}", detail)
            return
        if version > account.version + 1:
            account.waiting[version] = leg
            if len(account.waiting) > WAITING_MAX:
                yield from self._skip(code, account)
            return
        yield from self._follow(code, account, leg)

    def _follow(self, code: str, account: _Account, leg: _Leg | None) -> Iterator[Finding]:
        """Take the next leg, then those that waited for it."""
        while leg is not None:
            account.version += 1
            if leg.amount > 0:
                account.debits += leg.amount
            else:
                account.credits -= leg.amount
            expected = account.balance + leg.amount
            if leg.balance != expected:
                detail = (
                    f"line {leg.line}: account {code} has {leg.balance} after it; "
                    f"{account.balance} before and {leg.amount:+} make {expected}"
                )
                yield Finding(Problem.BALANCE_WRONG, f"entry {leg.entry_id}", detail)
            account.balance = leg.balance  # name the first that is wrong, not all that follow
            leg = account.waiting.pop(account.version + 1, None)

    def _skip(self, code: str, account: _Account) -> Iterator[Finding]:
        """Go on after versions that do not come any more."""
        version = min(account.waiting)
        leg = account.waiting.pop(version)
        first, last = account.version + 1, version - 1
        missing = f"version {first} is" if first == last else f"versions {first} to {last} are"
        detail = f"{missing} gone; entry {leg.entry_id} comes after, with a balance of {leg.balance}"
        yield Finding(Problem.VERSION_WRONG, f"account {code}", detail)
        account.version, account.balance = last, leg.balance - leg.amount
        yield from self._follow(code, account, leg)

    def _account(self, code: str) -> _Account:
        account = self._accounts.get(code)
        if account is None:
            account = self._accounts[code] = _Account()
        return account


def _difference(stated: tuple[int, ...], replayed: tuple[int, ...]) -> str:
    parts = [
        f"{name} {of_account}, replayed {of_replay}"
        for name, of_account, of_replay in zip(
            ("debits", "credits", "held", "version"), stated, replayed, strict=True
        )
        if of_account != of_replay
    ]
    return "; ".join(parts)
