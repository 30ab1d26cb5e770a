"""Ours over HTTP: complete withdrawals (authorise, present, pay), each answer checked, and the drawers at the end."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import quantiles
from typing import Final
from uuid import uuid4

import uvloop
from sqlalchemy import text

from atm_service.control.audit import service as audit
from atm_service.control.audit import store as audit_store
from atm_service.platform import chart
from bench import line, serving
from bench.books import Clock
from bench.clients import apart
from bench.figures import ratio_at_least
from bench.line import Line
from bench.rounds import Measured, Workload
from bench.server import Server
from bench.town import CASH, CUSTOMERS, NOTE, NOTES, OFFICES, PIN, Clerk, Person, Town, founded, signed_in
from ledger import reading

PART: Final = "the service over HTTP: complete withdrawals"
AMOUNT: Final = 50_000
CLIENTS: Final = (1, 8, 32)
PROCESSES: Final = (1, 2)
HOT_CLIENTS: Final = (8, 32)
WARM_S: Final = 1
CREATED: Final = 201
GOAL: Final = ratio_at_least(0.05)


class WrongAnswer(RuntimeError):  # noqa: N818  named for what happened
    """The service refused what must pass, or answered about something else."""


class WrongBooks(RuntimeError):  # noqa: N818  named for what happened
    """After the run a control is broken, or a drawer's sum is not what was paid from it."""


@dataclass(frozen=True)
class Load:
    """Who withdraws where: one client after another takes a customer, and its own clerk pays."""

    url: str
    people: Sequence[Person]
    clerks: Sequence[Clerk]
    clients: int
    seconds: float


@dataclass
class Paid:
    """What a load did: withdrawals in the time that counts, how long each took, and all that were paid."""

    counted: int = 0
    total: int = 0
    seconds: float = 0
    took_s: list[float] = field(default_factory=list)


@dataclass
class Turns:
    """A fresh office for each run at one hot drawer: an office may not pay for ever in one day."""

    town: Town
    paid: int = 0
    hot: Iterator[Clerk] = field(init=False)

    def __post_init__(self) -> None:
        self.hot = itertools.cycle(self.town.clerks[max(CLIENTS) :] or self.town.clerks)


def workloads(
    on: Server, clock: Clock, customers: int = CUSTOMERS, offices: int = OFFICES
) -> tuple[list[Workload], Callable[[], None]]:
    """Found the town; give the workloads, and what proves afterwards that the books are right."""
    town = signed_in(founded(on, "bench_service", clock, customers, offices), clock())
    open_shifts(town)
    turns = Turns(town)
    kinds = [
        (f"{processes} service process{'es' if processes > 1 else ''}{where}", processes, number, bool(where))
        for where, numbers in (("", CLIENTS), (", one hot drawer", HOT_CLIENTS))
        for processes in PROCESSES
        for number in numbers
    ]
    made = [
        Workload(
            PART,
            what,
            number,
            "withdrawals/s",
            partial(measure, turns, processes, number, is_hot=is_hot),
            GOAL if number > 1 else None,
        )
        for what, processes, number, is_hot in kinds
    ]
    before = _paid_so_far(town)
    return made, lambda: prove(town, before, turns.paid, clock)


def open_shifts(town: Town) -> None:
    """Let every clerk count the drawer and open a shift, as the counter asks for it."""
    with town.context.transaction() as session:
        known = text("SELECT clerk_id FROM service.shift WHERE closed_at IS NULL")
        on_shift = set(session.execute(known).scalars())
    absent = [clerk for clerk in town.clerks if clerk.id not in on_shift]
    if absent:
        with serving.serving(town, 1) as url:
            apart(partial(_open, url, absent))


def _open(url: str, clerks: Sequence[Clerk]) -> None:
    async def work() -> None:
        async with line.opened(url) as counter:
            for clerk in clerks:
                counts = {"drawer": 1, "counts": {NOTE: NOTES}}
                await ask(counter, "/counter/v1/shifts", clerk.token, counts, str(uuid4()))

    uvloop.run(work())


def measure(turns: Turns, processes: int, clients: int, seconds: int, *, is_hot: bool) -> Measured:
    """Start the service, warm it, load it, stop it."""
    town = turns.town
    clerks = [next(turns.hot)] if is_hot else town.clerks
    with serving.serving(town, processes) as url:
        paid = apart(partial(run, Load(url, town.people[:CUSTOMERS], clerks, clients, seconds)))
    turns.paid += paid.total
    cuts = quantiles(paid.took_s, n=100)
    return Measured(
        paid.counted / paid.seconds, f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    )


def run(load: Load) -> Paid:
    """Withdraw as often as it goes, from one process with an event loop. Raises `WrongAnswer`."""
    paid = Paid()
    uvloop.run(_all(load, paid))
    return paid


async def _all(load: Load, paid: Paid) -> None:
    start = time.perf_counter() + WARM_S
    end = start + load.seconds
    each = [_client(load, number, start, end, paid) for number in range(load.clients)]
    await asyncio.gather(*each)
    paid.seconds = load.seconds


async def _client(load: Load, number: int, start: float, end: float, paid: Paid) -> None:
    """Withdraw one after another: the phone and the counter have a line each."""
    mine = load.people[number :: load.clients]
    clerk = load.clerks[number % len(load.clerks)]
    async with line.opened(load.url) as phone, line.opened(load.url) as counter:
        for place in itertools.count(random.randrange(len(mine))):
            began = time.perf_counter()
            if began >= end:
                break
            await withdraw(phone, counter, mine[place % len(mine)], clerk)
            now = time.perf_counter()
            paid.total += 1
            if start <= now < end:
                paid.counted += 1
                paid.took_s.append(now - began)


async def withdraw(phone: Line, counter: Line, person: Person, clerk: Clerk) -> None:
    """Authorise, present, pay. Raises `WrongAnswer` unless each answer is the one that must come."""
    wish = {"amount": AMOUNT, "pin": PIN}
    code = await ask(phone, "/wallet/v1/withdrawals", person.token, wish, str(uuid4()))
    shown = await ask(counter, "/counter/v1/presentations", clerk.token, {"code": code["code"]})
    checks = {"id_number": person.id_number, "checked": "qr"}
    path = f"/counter/v1/withdrawals/{shown['withdrawal_id']}/payment"
    receipt = await ask(counter, path, clerk.token, checks, str(uuid4()))
    told = (shown["withdrawal_id"], receipt["withdrawal_id"], receipt["amount"], receipt["office"])
    if told != (code["id"], code["id"], AMOUNT, clerk.office):
        raise WrongAnswer("the receipt is another withdrawal's")


async def ask(
    through: Line, path: str, token: str, body: Mapping[str, object], key: str | None = None
) -> dict[str, object]:
    """Post something that must pass. Raises `WrongAnswer`."""
    answer = await through.post(path, token, body, key)
    if answer.status != CREATED:
        raise WrongAnswer(f"{path}: {answer.status} {answer.body[:300]!r}")
    return answer.json()


def prove(town: Town, before: int, paid: int, clock: Clock) -> None:
    """Hold the books against what was paid. Raises `WrongBooks`."""
    context = town.context
    with audit_store.snapshot(context.engine) as session:
        broken = [one for one in audit.controls(session, context.policy, clock()) if not one.holds]
        drawers = [chart.drawer(clerk.office, 1) for clerk in town.clerks]
        left = sum(balance.normal for balance in reading.balances(session, drawers))
    if broken:
        raise WrongBooks("; ".join(f"{one.name}: {one.examples}" for one in broken))
    gone = len(drawers) * CASH - left
    if gone != (before + paid) * AMOUNT or _paid_so_far(town) != before + paid:
        raise WrongBooks(f"{before + paid} withdrawals were paid, and {gone} đồng left the drawers")


def _paid_so_far(town: Town) -> int:
    with town.context.transaction() as session:
        number: int = session.execute(text("SELECT count(*) FROM service.receipt")).scalar_one()
    return number
