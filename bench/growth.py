"""Growing a journal: a year of salaries, transfers and withdrawals, posted in large batches by several processes.

The days rise with the number of postings, so that ten million lie in the year before today. One posting in ten is a
withdrawal: a hold, its capture, and (set by set, from the ledger) what the service writes beside it.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import text

import ledger
from atm_service.platform import chart, ids
from atm_service.platform import database as db
from bench import clients, withdrawals
from bench.books import KIND, Clock
from bench.clients import Step
from bench.server import Server
from bench.town import CUSTOMERS, OFFICES, Person, Town, founded, settle, signed_in
from ledger import Capture, Command, Entry, Hold, Posting

HISTORY: Final = Path(__file__).with_name("history.sql")
A_DAY: Final = 27_400  # postings: ten million are a year
YEAR: Final = timedelta(days=366)
EACH: Final = 100  # postings of a customer, where there are more than a few
A_CALL: Final = 5_000
WITHDRAWN_EVERY: Final = 10
LOADERS: Final = 2
STRETCH_S: Final = 600  # within which a stretch ends
AT_A_TIME: Final = 200_000  # postings; what is between two of them is not lost when the loader is stopped


def grown(on: Server, size: int, clock: Clock, customers: int = CUSTOMERS, offices_: int = OFFICES) -> Town:
    """Found the town whose journal is to grow to that size, in a database of its own."""
    town = signed_in(founded(on, f"bench_growth_{size}", clock, customers, offices_), clock())
    withdrawals.open_shifts(town)
    return town


def load(town: Town, size: int, clock: Clock, say: Callable[[str], None]) -> float:
    """Post until the journal has at least `size` postings; give the rate (0: they were there)."""
    posted, took_s = 0, 0.0
    start = clock() - YEAR
    while (there := postings(town)) < size:
        missing = size - there
        loaders = LOADERS if missing > LOADERS * A_CALL else 1
        calls = max(1, min(missing, AT_A_TIME) // A_CALL // loaders)
        started = time.perf_counter()
        done = clients.processes(
            partial(_loader, town, start, there, calls, loaders), loaders, STRETCH_S, calls
        )
        took_s += time.perf_counter() - started
        posted += done.total
        say(f"{there + done.total:,} of {size:,} postings, {posted / took_s:,.0f}/s")
    _write_history(town)
    if posted:
        settle(town.url)
    return posted / took_s if posted else 0.0


def postings(town: Town) -> int:
    """Give how many postings the journal has."""
    owner = db.owner_engine(town.url)
    with owner.connect() as session:
        number: int = session.execute(text("SELECT count(*) FROM ledger.posting")).scalar_one()
    owner.dispose()
    return number


def _write_history(town: Town) -> None:
    owner = db.owner_engine(town.url)
    with owner.begin() as session:
        for statement in HISTORY.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                session.exec_driver_sql(statement)
    owner.dispose()


@contextmanager
def _loader(town: Town, start: datetime, there: int, calls: int, loaders: int, number: int) -> Iterator[Step]:
    """Give a client that posts five thousand postings a call, dated by how many there are before them.

    Each has its own share of the people and the drawers: loaders never wait for each other's locks.
    """
    engine = db.app_engine(town.url, pool_size=1)
    chance = random.Random(there + number)
    people = town.people[number::loaders]
    drawers = [chart.drawer(clerk.office, 1) for clerk in town.clerks[number::loaders]]
    nth = there // A_CALL + number * calls

    def step() -> int:
        nonlocal nth
        at = start + timedelta(days=nth * A_CALL / A_DAY)
        nth += 1
        commands: list[Command] = []
        for place in range(A_CALL):
            payer, payee = chance.sample(people, 2)
            if place % WITHDRAWN_EVERY:
                commands.append(_transfer(payer, payee, chance.randrange(1, 1_000), at))
            else:
                commands += _withdrawal(payer, chance.choice(drawers), at)
        with session.begin():
            outcomes = ledger.post(session, commands, at)
        ledger.must(outcomes)
        return A_CALL

    with engine.connect() as session:
        yield step
    engine.dispose()


def _transfer(payer: Person, payee: Person, amount: int, at: datetime) -> Entry:
    id = ids.new(at)
    postings_ = (Posting(chart.customer(payer.id), chart.customer(payee.id), amount),)
    return Entry(id, f"history/{id}", KIND, ledger.business_date(at), "", postings_)


def _withdrawal(payer: Person, drawer: str, at: datetime) -> list[Command]:
    id, account = ids.new(at), chart.customer(payer.id)
    amount = withdrawals.AMOUNT
    hold = Hold(id, f"withdrawal/{id}", account, amount, at + timedelta(days=1))
    entry = Entry(
        ids.new(at),
        f"withdrawal/{id}/paid",
        "withdrawal",
        ledger.business_date(at),
        "",
        (Posting(account, drawer, amount),),
    )
    return [hold, Capture(id, entry)]
