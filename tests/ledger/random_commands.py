"""Random commands for the comparison with the model."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from ledger import Account, AccountClass, Capture, Command, Entry, Expire, Hold, Posting, Void
from tests.ledger.builders import NOW, TODAY, new_id
from tests.ledger.model import Model

HOT = "bank/hot/settlement"
CUSTOMER = "customer/a"
DRAWER = "office/x/drawer/1"
ACCOUNTS = (
    Account(HOT, AccountClass.ASSET, floored=False),
    Account(CUSTOMER, AccountClass.LIABILITY, floored=True),
    Account("customer/b", AccountClass.LIABILITY, floored=True),
    Account(DRAWER, AccountClass.ASSET, floored=True),
    Account("bank/full/settlement", AccountClass.ASSET, floored=False),
    Account("office/x/fees", AccountClass.INCOME, floored=False),
    Account("office/x/over-short", AccountClass.EXPENSE, floored=True),
)
FULL = "bank/full/settlement"
TOTAL_LEFT = 2  # postings of the largest amount until FULL holds as much as an account may
CODES = (*(account.code for account in ACCOUNTS), "customer/missing")

KINDS = (
    *("fill", "move", "spend", "spend", "full"),
    *("hold", "hold", "hold", "capture", "capture", "capture", "end", "end"),
    *("again", "reverse"),
)

LINES = {
    "spend": ((CUSTOMER, HOT), (HOT, DRAWER), (CUSTOMER, DRAWER)),
    "full": ((FULL, "office/x/fees"), (HOT, FULL)),
}

codes = st.sampled_from(CODES)
rarely = st.sampled_from((True, *([False] * 9)))
amounts = rarely.flatmap(lambda large: st.just(10**15) if large else st.integers(1, 12))


@dataclass
class Writer:
    """Writes commands that are mostly sensible in the model's state, and now and then are not."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    model: Model
    sent: list[Command] = field(default_factory=list)
    now: datetime = NOW

    def first(self) -> Entry:
        """Write what every example begins with: money to move, and an account that is almost full."""
        lines = [
            (HOT, CUSTOMER, 60),
            (DRAWER, HOT, 60),
            *[(FULL, "office/x/fees", 10**15)] * (100 - TOTAL_LEFT),
        ]
        return Entry(new_id(), "first", "random", TODAY, "", tuple(Posting(*line) for line in lines))

    def command(self) -> Command:
        """Write one command."""
        kind = self.draw(st.sampled_from(KINDS))
        if kind in {"capture", "end"} and not self.draw(rarely) and not self.open_holds():
            kind = "hold"
        match kind:
            case "fill" | "move":
                return self.entry([(HOT, CUSTOMER, 20), (DRAWER, HOT, 20)] if kind == "fill" else None)
            case "spend" | "full":
                amount = self.draw(st.integers(1, 60)) if kind == "spend" else 10**15
                return self.entry([(*self.draw(st.sampled_from(LINES[kind])), amount)])
            case "hold":
                return self.hold()
            case "capture":
                return self.capture(self.hold_id())
            case "end":
                return self.end(self.hold_id())
            case _:
                return self.reverse() if kind == "reverse" else self.again()

    def hold(self) -> Hold:
        """Write a hold that ends now, soon, or has ended."""
        account = self.draw(codes) if self.draw(rarely) else self.draw(st.sampled_from((CUSTOMER, DRAWER)))
        deadline = self.now + timedelta(hours=self.draw(st.sampled_from((0, 0, 1, 1, 2, 3, -1))))
        own_id = self.hold_id() if self.draw(rarely) else new_id()
        return Hold(own_id, self.reference(), account, self.draw(amounts), deadline)

    def end(self, hold_id: UUID) -> Command:
        """Write an end: void, or expire, which is for holds whose deadline is over or at hand."""
        placed = self.model.holds.get(hold_id)
        at_hand = placed is not None and placed.deadline <= self.now
        expires = self.draw(st.booleans()) if at_hand else self.draw(rarely)
        return (Expire if expires else Void)(hold_id, self.reference())

    def entry(self, lines: list[tuple[str, str, int]] | None = None) -> Entry:
        """Write an entry, of random lines if none are given."""
        lines = lines or self.draw(
            st.lists(st.tuples(codes, codes, amounts).filter(lambda x: x[0] != x[1]), min_size=1, max_size=4)
        )
        own_id = self.draw(st.sampled_from(self.entry_ids())) if self.draw(rarely) else new_id()
        corrects = self.draw(st.sampled_from(self.entry_ids())) if self.draw(rarely) else None
        return Entry(
            own_id,
            self.reference(),
            "random",
            TODAY - timedelta(days=self.draw(st.sampled_from((0, 0, 0, 0, 0, 0, 1, 2, 3)))),
            self.draw(st.sampled_from(("", 'chuyển "tiền" \\ {a,b}'))),
            tuple(Posting(*line) for line in lines),
            None if corrects == own_id else corrects,
        )

    def reverse(self) -> Command:
        """Undo an earlier entry: its mirror, which names it, often dated back to the entry's own day."""
        made = [before.entry if isinstance(before, Capture) else before for before in self.sent]
        entries = [before for before in made if isinstance(before, Entry)]
        posted = [before for before in entries if before.id in self.model.entries]
        entries = (entries if self.draw(rarely) else posted)[-12:]
        if not entries:
            return self.entry()
        wrong = self.draw(st.sampled_from(entries))
        lines = [(posting.credit, posting.debit, posting.amount) for posting in wrong.postings]
        day = wrong.business_date if self.draw(st.booleans()) else TODAY
        return replace(self.entry(lines), corrects=wrong.id, id=new_id(), business_date=day)

    def capture(self, hold_id: UUID) -> Capture:
        """Write a capture of about the held amount."""
        placed = self.model.holds.get(hold_id)
        if placed is None or self.draw(rarely):
            return Capture(hold_id, self.entry())
        taken = max(1, placed.amount - self.draw(st.integers(-1, 2)))
        line = (DRAWER, HOT, taken)[1::-1] if placed.account == DRAWER else (placed.account, DRAWER)
        lines = [(*line, min(taken, 10**15))]
        if taken > 1 and self.draw(st.booleans()):
            lines = [(*line, 1), (*line, taken - 1)]
        return Capture(hold_id, self.entry(lines))

    def again(self) -> Command:
        """Send an earlier command again: as it was, with a new id, or with other content."""
        if not self.sent:
            return self.entry()
        before: Command = self.draw(st.sampled_from(self.sent[-12:]))
        if self.draw(st.booleans()):
            return before
        if isinstance(before, Entry | Hold):
            return replace(before, id=new_id())
        if isinstance(before, Capture):
            return replace(before, entry=replace(before.entry, id=new_id(), kind="other"))
        return replace(before, hold_id=self.hold_id())

    def reference(self) -> str:
        """Give a new reference, rarely one of a few."""
        return f"r{self.draw(st.integers(0, 20))}" if self.draw(rarely) else str(new_id())

    def hold_id(self) -> UUID:
        """Give an open hold's id, rarely an ended or unknown one."""
        open_ones = self.open_holds()
        known = open_ones if open_ones and not self.draw(rarely) else list(self.model.holds)
        return self.draw(st.sampled_from(known[-6:])) if known and not self.draw(rarely) else new_id()

    def open_holds(self) -> list[UUID]:
        """Give the holds that have not ended."""
        return [own_id for own_id in self.model.holds if own_id not in self.model.ends]

    def entry_ids(self) -> list[UUID]:
        """Give an id nobody has, and some that entries have."""
        return [new_id(), *self.model.entries][-6:]


def takes_an_id_twice(batch: list[Command], command: Command) -> bool:
    """Whether the command gives an id of the batch to another reference, which no caller may do."""
    new = command.entry if isinstance(command, Capture) else command
    return isinstance(new, Entry | Hold) and any(
        other.reference != new.reference
        for other in (before.entry if isinstance(before, Capture) else before for before in batch)
        if isinstance(other, type(new)) and other.id == new.id
    )
