"""Whatever customers, clerks and days do: what is promised, paid and refused is what a few plain numbers say."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from atm_service.control.audit import store
from atm_service.payout import service as withdrawals
from atm_service.platform import calendar
from atm_service.promises.reservations import watching
from tests.atm_service.control.audit.test_controls import broken
from tests.atm_service.payout.test_wallet import slug
from tests.atm_service.promises.reservations.test_reserving import reserved
from tests.atm_service.world import Clock, Customer, Service, context_on
from tests.database import cloned

CASH, PER_DAY, STEP = 2_000_000, 1_500_000, 500_000
AMOUNTS = st.sampled_from([STEP, 2 * STEP, 3 * STEP])
SUNDAY = 6
OWN = ("reservations", "open-holds", "broken-reservations", "office-days", "no-withdrawal-overdue")


@dataclass
class Book:
    """The plain model: cash, what was moved today, and who has what for which day."""

    today: date
    cash: int = CASH
    moved: int = 0
    held: dict[str, tuple[int, date]] = field(default_factory=dict)

    def reserved(self, day: date | None = None) -> int:
        """Add up what is reserved from today on, or for one day."""
        return sum(amount for amount, on in self.held.values() if on >= self.today and day in (None, on))

    def may_reserve(self, amount: int, day: date) -> bool:
        moved = self.moved if day == self.today else 0
        if day.weekday() == SUNDAY:
            return False
        return self.reserved() + amount <= self.cash and moved + self.reserved(day) + amount <= PER_DAY

    def may_walk_in(self, amount: int) -> bool:
        left = self.cash - self.reserved()
        return amount <= left and self.moved + self.reserved(self.today) + amount <= PER_DAY


class Machine(RuleBasedStateMachine):
    """One office, one clerk, many customers, some days."""

    url: str
    template: str

    def __init__(self) -> None:
        super().__init__()
        self._database = cloned(self.url, self.template)
        self._folder = TemporaryDirectory()
        clock = Clock()
        database = self._database.__enter__()
        self.service = Service(context_on(database.app, Path(self._folder.name), clock), clock)
        self.clerk = self.service.clerk(cash=CASH)
        self.service.limit_office(per_day=PER_DAY)
        self.clerk = self.service.again(self.clerk)
        self.book = Book(clock.now.astimezone(calendar.VIETNAM).date())
        self.owners: dict[str, Customer] = {}

    def teardown(self) -> None:
        with store.snapshot(self.service.context.engine) as session:
            assert [name for name in broken(session, self.service) if name.startswith(OWN)] == []
        self.service.context.engine.dispose()
        self._database.__exit__(None, None, None)
        self._folder.cleanup()

    @rule(amount=AMOUNTS, ahead=st.integers(0, 2))
    def reserve(self, amount: int, ahead: int) -> None:
        """Reserved if and only if cash and headroom are there for it."""
        day = self.book.today + timedelta(days=ahead)
        customer = self.service.customer()
        answer = customer.appointment(amount, day=str(day))
        assert (slug(answer) if answer.is_error else "reserved") == (
            "reserved" if self.book.may_reserve(amount, day) else "cannot-reserve"
        )
        if not answer.is_error:
            self.book.held[answer.json()["id"]] = (amount, day)
            self.owners[answer.json()["id"]] = customer

    @precondition(lambda self: self.book.held)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        """Give back what it had."""
        id = data.draw(st.sampled_from(sorted(self.book.held)))
        assert self.service.again(self.owners[id]).cancel(id).status_code == 200
        del self.book.held[id]

    @precondition(lambda self: any(day == self.book.today for _, day in self.book.held.values()))
    @rule(data=st.data())
    def come(self, data: Any) -> None:
        """Whoever has a reservation for today is paid, always."""
        due = sorted(id for id, (_, day) in self.book.held.items() if day == self.book.today)
        id = data.draw(st.sampled_from(due))
        owner = self.service.again(self.owners[id])
        assert self.clerk.serve(owner, owner.look(id)).status_code == 201
        amount, _ = self.book.held.pop(id)
        self.book.cash -= amount
        self.book.moved += amount

    @rule(amount=AMOUNTS)
    def walk_in(self, amount: int) -> None:
        """Paid if and only if cash and headroom are there beside what is reserved."""
        customer = self.service.customer()
        answer = self.clerk.serve(customer, customer.code(amount)) if self.book.cash >= amount else None
        paid = answer is not None and answer.status_code == 201
        assert paid == self.book.may_walk_in(amount)
        if paid:
            self.book.cash -= amount
            self.book.moved += amount

    @rule()
    def sleep(self) -> None:
        """Begin the next day; what was for the day before is missed."""
        self.service.clock.advance(days=1)
        self.clerk = self.service.again(self.clerk)
        self.book.today += timedelta(days=1)
        self.book.moved = 0
        past = {id for id, (_, day) in self.book.held.items() if day < self.book.today}
        assert watching.miss(self.service.context, self.service.now) == len(
            past
        )  # at midnight, before any expires
        withdrawals.expire_due(self.service.context, self.service.now)
        self.book.held = {id: one for id, one in self.book.held.items() if id not in past}

    @invariant()
    def figures_agree(self) -> None:
        """Compare the rows that payments look at with the model; nothing that was promised breaks."""
        rows = reserved(self.service)
        for ahead in range(3):
            day = self.book.today + timedelta(days=ahead)
            later = sum(amount for amount, on in self.book.held.values() if on >= day)
            assert rows.get(str(day), (0, 0)) == (self.book.reserved(day), later)
        assert watching.break_what_does_not_stand(self.service.context, self.service.now) == 0


def test_reservations_follow_the_model(server_url: str, province: str) -> None:
    """Any order of reserving, cancelling, coming, walking in and sleeping."""
    Machine.url, Machine.template = server_url, province
    whole = (Phase.explicit, Phase.reuse, Phase.generate)  # a failure is short enough to be read as it is
    few = settings(
        phases=whole,
        max_examples=5,
        stateful_step_count=12,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    run_state_machine_as_test(Machine, settings=few)
