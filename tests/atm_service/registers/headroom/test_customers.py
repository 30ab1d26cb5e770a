"""A customer's limits over the ends of days, a month and a year, for each policy, against a few plain numbers."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response

from atm_service.control.audit import store as audit_store
from atm_service.control.audit import watching
from atm_service.platform import calendar, policy
from atm_service.registers.headroom import store
from atm_service.registers.headroom.domain import Used
from tests.atm_service.counter import (
    again,
    ask_to_reverse,
    confirm,
    decide,
    deposited,
    paid,
    propose,
    refused,
    reverse,
    supervisor,
)
from tests.atm_service.desk.proposals import test_transfers as transfers
from tests.atm_service.world import Clerk, Customer, Person, Service

MILLION = 1_000_000
STEP = 10_000
EVE = datetime(2026, 12, 27, 16, 59, 59, tzinfo=UTC)  # a second before midnight in Vietnam


@dataclass
class Book:
    """The plain model: everything that was done, with its day, and open codes, each with its moment and amount."""

    rules: policy.Policy
    cash: list[tuple[date, int]] = field(default_factory=list)
    sent: list[tuple[date, int]] = field(default_factory=list)
    live: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def used(self, today: date) -> Used:
        month = [
            amount
            for day, amount in self.cash + self.sent
            if (day.year, day.month) == (today.year, today.month)
        ]
        held = sum(amount for _, amount in self.live.values())
        return Used(self.on(self.cash, today) + held, sum(month) + held)

    def on(self, moved: list[tuple[date, int]], today: date) -> int:
        return sum(amount for day, amount in moved if day == today)

    def may(self, amount: int, today: date) -> bool:
        of, used = self.rules.customer, self.used(today)
        in_month = of.per_month is None or used.month + amount <= of.per_month
        return used.day + amount <= of.per_day and in_month

    def may_send(self, amount: int, today: date) -> bool:
        most, used = self.rules.customer.per_month, self.used(today)
        in_month = most is None or used.month + amount <= most
        return self.on(self.sent, today) + amount <= self.rules.transfer.per_day and in_month


@dataclass
class Story:
    """One customer, one clerk, some days."""

    service: Service
    book: Book
    customer: Customer
    payee: Customer
    clerk: Clerk
    boss: Person
    reached: set[tuple[str, str]] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.service.now.astimezone(calendar.VIETNAM).date()

    def limit(self, answer: Response) -> str:
        """Give the refusal, and remember which limit it was."""
        slug = refused(answer)
        self.reached.add((slug, answer.json().get("period", "day")))
        return slug

    def code(self, amount: int, keep: bool) -> None:  # noqa: FBT001  chosen by lot
        answer = self.customer.authorise(amount)
        if len(self.book.live) >= self.book.rules.withdrawal.live_codes_max:
            assert refused(answer) == "too-many-live-codes"
        elif not self.book.may(amount, self.today):
            assert self.limit(answer) == "customer-limit-reached"
        elif keep:
            self.book.live[answer.json()["id"]] = self.service.now, amount
        else:
            assert self.clerk.serve(self.customer, answer.json()).status_code == 201
            self.book.cash.append((self.today, amount))

    def end(self, id: str) -> None:
        """Pay an open code, of today or of yesterday; give it up when its time is over."""
        made, amount = self.book.live.pop(id)
        if self.service.now - made < timedelta(days=1):
            assert self.clerk.serve(self.customer, self.customer.look(id)).status_code == 201
            self.book.cash.append((self.today, amount))
        else:
            assert self.customer.cancel(id).status_code == 200

    def deposit(self, amount: int, undo: bool) -> None:  # noqa: FBT001  chosen by lot
        notes = {"10000": amount // STEP}
        if not self.book.may(amount, self.today):
            assert self.limit(propose(self.clerk, self.customer, notes)) == "customer-limit-reached"
            return
        id = deposited(self.clerk, self.customer, notes)["subject"]
        if undo:
            asked = ask_to_reverse(self.clerk, id, "deposits").json()
            assert decide(self.boss, asked).status_code == 200
            assert reverse(self.clerk, id, notes, of="deposits").status_code == 201
        else:
            self.book.cash.append((self.today, amount))

    def send(self, amount: int) -> None:
        answer = transfers.propose(self.clerk, self.customer, self.payee, amount)
        if self.book.may_send(amount, self.today):
            assert transfers.confirm(self.clerk, answer.json()).status_code == 201
            self.book.sent.append((self.today, amount))
        else:
            assert self.limit(answer) in {"customer-limit-reached", "transfer-limit-reached"}

    def at(self, moment: datetime) -> None:
        self.service.clock.now = moment
        self.customer, self.payee = self.service.again(self.customer), self.service.again(self.payee)
        self.clerk = self.service.again(self.clerk)
        self.boss = again(self.service, self.boss)

    def compare(self) -> None:
        with self.service.context.transaction() as session:
            use = store.of_customer(session, self.customer.id, self.service.now)
        assert use.used == self.book.used(self.today)
        assert use.sent_today == self.book.on(self.book.sent, self.today)
        assert use.live == len(self.book.live)


def begin(service: Service, name: str) -> Story:
    service.clock.now = EVE
    service.under(name)
    customer, payee = service.customer(balance=1_000 * MILLION), service.customer(balance=0)
    clerk = service.clerk(cash=500 * MILLION)
    return Story(service, Book(service.context.policy), customer, payee, clerk, supervisor(service))


def controls_hold(service: Service, rules: policy.Policy) -> bool:
    with audit_store.snapshot(service.context.engine) as session:
        found = {one.name: one for one in watching.controls(session, rules, service.now)}
    return found["customers-within-limits"].holds


@pytest.mark.parametrize("name", ["bank_agent", "mobile_money"])
def test_days_a_month_and_a_year_end(service: Service, name: str) -> None:
    """Whatever is done before and after midnight: allowed, refused and counted as the model says."""
    story, lot = begin(service, name), random.Random(name)
    midnights = [EVE + timedelta(days=number, seconds=1) for number in range(7)]
    for moment in [EVE, *(one for night in midnights for one in (night, night + timedelta(hours=23)))]:
        story.at(moment)
        story.compare()
        for _ in range(6):
            left = story.book.rules.customer.per_day - story.book.used(story.today).day
            edges = [one for one in (left, left + STEP) if STEP < one <= 10 * MILLION and one >= 50_000]
            amount = lot.choice([5 * MILLION, 9_990_000, 10 * MILLION, *edges])
            deed = lot.choice(["code", "code", "end", "deposit", "send", "send"])
            if deed == "code":
                story.code(amount, keep=lot.random() < 0.3)
            elif deed == "end":
                if story.book.live:
                    story.end(lot.choice(sorted(story.book.live)))
            elif deed == "deposit":
                story.deposit(amount, undo=lot.random() < 0.3)
            else:
                story.send(amount)
            story.compare()
    assert story.today == date(2027, 1, 3)
    months = {("customer-limit-reached", "month")} if name == "mobile_money" else set()
    assert story.reached == {("customer-limit-reached", "day"), ("transfer-limit-reached", "day"), *months}
    _controls_say_the_same(story)


def _controls_say_the_same(story: Story) -> None:
    """They hold at the figures that were used, and break one đồng below each of them."""
    book, rules = story.book, story.book.rules
    days = {day for day, _ in book.cash + book.sent}
    day = max(book.on(book.cash, one) for one in days)
    sent = max(book.on(book.sent, one) for one in days)
    month = max(book.used(one).month for one in days)
    exact = rules.model_copy(
        update={
            "customer": rules.customer.model_copy(update={"per_day": day, "per_month": month}),
            "transfer": rules.transfer.model_copy(update={"per_day": sent}),
        }
    )
    assert controls_hold(story.service, exact)
    for part, figure in (("customer", "per_day"), ("customer", "per_month"), ("transfer", "per_day")):
        section = getattr(exact, part)
        less = section.model_copy(update={figure: getattr(section, figure) - 1})
        assert not controls_hold(story.service, exact.model_copy(update={part: less}))


def test_a_new_day_begins_at_midnight_in_vietnam(service: Service) -> None:
    """The last second of a day that is used up refuses; the first one of the next day does not."""
    story = begin(service, "bank_agent")
    for _ in range(2):
        paid(service, story.clerk, story.customer, 10 * MILLION)
    assert refused(story.customer.authorise(50_000)) == "customer-limit-reached"
    story.at(EVE + timedelta(seconds=1))
    assert story.customer.authorise(50_000).status_code == 201


def test_whoever_comes_at_once_shares_one_limit(service: Service) -> None:
    """Codes and deposits of one customer, asked for together: exactly as much as the day has room for."""
    story = begin(service, "bank_agent")
    customer, clerk = story.customer, story.clerk
    card = {"id_number": customer.facts["id_number"], "checked": "qr"}
    proposals = [propose(clerk, customer, {"500000": 10}).json() for _ in range(4)]

    def act(number: int) -> Any:
        if number % 2:
            return confirm(clerk, proposals[number // 2], "card", **card)
        return customer.authorise(5 * MILLION)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(act, range(8)))
    done = [answer for answer in answers if answer.status_code == 201]
    over = {refused(answer) for answer in answers if answer.status_code != 201}
    assert len(done) == 4
    assert over <= {"customer-limit-reached", "too-many-live-codes"}
    with service.context.transaction() as session:
        assert store.of_customer(session, customer.id, story.service.now).used.day == 20 * MILLION
