"""A crowd that posts whatever it likes, and a book of what each was told."""

import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from ledger import (
    Account,
    AccountClass,
    Capture,
    Command,
    Entry,
    Expire,
    Hold,
    Outcome,
    Posting,
    Status,
    Void,
)
from tests.ledger.builders import NOW, TODAY, new_id

HOT: Final = "bank/hot/settlement"
CUSTOMERS: Final = tuple(f"customer/{n}" for n in range(8))
DRAWERS: Final = tuple(f"office/x/drawer/{n}" for n in range(1, 4))
FEES: Final = "office/x/fees"
ACCOUNTS: Final = (
    Account(HOT, AccountClass.ASSET, floored=False),
    *(Account(code, AccountClass.LIABILITY, floored=True) for code in CUSTOMERS),
    *(Account(code, AccountClass.ASSET, floored=True) for code in DRAWERS),
    Account(FEES, AccountClass.INCOME, floored=False),
)
CODES: Final = (*(account.code for account in ACCOUNTS), "customer/missing")
DAYS_BACK: Final = 5
TICK: Final = timedelta(milliseconds=5)


@dataclass(frozen=True)
class Told:
    """What somebody was told after the commit."""

    command: Command
    outcome: Outcome


@dataclass
class Town:
    """What all know: the time, the last day that they heard was closed, and what others have sent of late."""

    ticks: "itertools.count[int]" = field(default_factory=itertools.count)
    closed_through: date = date.min
    sent: deque[Command] = field(default_factory=lambda: deque(maxlen=400))

    def now(self) -> datetime:
        return NOW + next(self.ticks) * TICK


@dataclass
class Person:
    """One of the crowd: writes batches from what it knows, and keeps what it was told."""

    dice: random.Random
    town: Town
    told: list[Told] = field(default_factory=list)
    holds: deque[Hold] = field(default_factory=lambda: deque(maxlen=30))
    entries: deque[UUID] = field(default_factory=lambda: deque([UUID(int=5)], maxlen=20))

    def batch(self, now: datetime) -> list[Command]:
        """Write a batch: often of one command, seldom of many."""
        size = self.dice.choice((1, 1, 1, 2, 5, 12, 40))
        batch: list[Command] = []
        for _ in range(size):
            command = self._command(now)
            if isinstance(command, Hold):
                self.holds.append(command)
            batch.append(command)
        self.town.sent.extend(self.dice.sample(batch, min(3, size)))
        return batch

    def hear(self, batch: list[Command], outcomes: list[Outcome]) -> None:
        """Keep what the ledger said of a batch that was committed."""
        for command, outcome in zip(batch, outcomes, strict=True):
            self.told.append(Told(command, outcome))
            if isinstance(command, Entry) and outcome.status is Status.POSTED:
                self.entries.append(command.id)

    def _command(self, now: datetime) -> Command:
        kinds: tuple[Callable[[datetime], Command], ...] = (
            self._move, self._fill, self._hold, self._pay, self._end, self._again,
        )  # fmt: skip
        return self.dice.choices(kinds, (5, 3, 4, 5, 2, 3))[0](now)

    def _move(self, _: datetime) -> Command:
        lines = []
        for _line in range(self.dice.choice((1, 1, 2, 3))):
            debit, credit = self.dice.sample(CODES, 2)
            lines.append(Posting(debit, credit, self.dice.randint(1, 60)))
        return self._entry(lines)

    def _fill(self, _: datetime) -> Command:
        code = self.dice.choice((*CUSTOMERS, *DRAWERS))
        pair = (HOT, code) if code in CUSTOMERS else (code, HOT)
        return self._entry([Posting(*pair, self.dice.randint(1, 90))])

    def _hold(self, now: datetime) -> Command:
        deadline = now + self.dice.choice((-1, 5, 40, 4_000)) * TICK
        account = self.dice.choice((*CUSTOMERS, *CUSTOMERS, *DRAWERS, HOT))
        own_id = new_id()
        return Hold(own_id, f"hold/{own_id}", account, self.dice.randint(1, 50), deadline)

    def _pay(self, now: datetime) -> Command:
        if not self.holds:
            return self._hold(now)
        held = self.dice.choice(self.holds)
        amount = max(1, held.amount - self.dice.choice((-1, 0, 0, 0, 1)))
        pair = (held.account, self.dice.choice((HOT, FEES, DRAWERS[0])))
        if held.account in DRAWERS:
            pair = (HOT, held.account)
        if pair[0] == pair[1]:
            pair = (HOT, FEES)
        return Capture(held.id, self._entry([Posting(*pair, amount)]))

    def _end(self, now: datetime) -> Command:
        if not self.holds:
            return self._hold(now)
        end = (self.dice.choice(self.holds).id, f"end/{new_id()}")
        return Void(*end) if self.dice.random() < 0.5 else Expire(*end)

    def _again(self, now: datetime) -> Command:
        """Send what somebody has sent: as it was, with an id of its own, or with other content."""
        if not self.town.sent:
            return self._fill(now)
        before = self.town.sent[self.dice.randrange(len(self.town.sent))]
        match self.dice.randrange(4), before:
            case 0, Entry() | Hold():
                return replace(before, id=new_id())
            case 1, Entry():
                return replace(before, id=new_id(), narration="other")
            case 1, Hold():
                return replace(before, id=new_id(), amount=before.amount + 1)
            case _:
                return before

    def _entry(self, lines: list[Posting]) -> Entry:
        own_id = new_id()
        back = self.dice.randint(1, DAYS_BACK) if self.dice.random() < 0.15 else 0
        corrects = self.dice.choice(self.entries) if self.dice.random() < 0.1 else None
        day = TODAY - timedelta(days=back)
        return Entry(own_id, f"entry/{own_id}", "crowd", day, "", tuple(lines), corrects)
