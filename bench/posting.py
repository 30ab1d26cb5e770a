"""Ours: entries through SQL alone, from Python one a call and in batches; among all customers, or to one account."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import uvloop
from sqlalchemy import text

import ledger
from atm_service.platform import database as db
from atm_service.platform.sharing import Shared
from bench import books, clients, server
from bench.books import HOT, Books, Clock
from bench.clients import Done, Prepare, Step
from bench.figures import Goal, ratio_at_least
from bench.rounds import Measured, Workload
from bench.server import Server
from ledger import Entry, NotPosted, Outcome

PART: Final = "the ledger"
SCRIPT: Final = Path(__file__).with_name("post.sql")
BATCH: Final = 100
CLIENTS: Final = (1, 8, 32)
HOT_CLIENTS: Final = (8, 32)
THREADS: Final = 32
SHARED: Final = (8, 32)

ONE_CALL: Final = ratio_at_least(1.2)
BATCHES: Final = ratio_at_least(2)

# The one place where the workloads say how an entry is posted from Python.
post: Final = books.post


@dataclass(frozen=True)
class _Kind:
    """How entries are posted: its name, the books, what runs it, and by how many clients."""

    what: str
    opened: Books
    run: Callable[[Books, int, int], Done]
    clients: tuple[int, ...]
    goals: dict[int, Goal] = field(default_factory=dict)


def workloads(on: Server, clock: Clock, customers: int = books.CUSTOMERS) -> list[Workload]:
    """Open the books and give the workloads. Each proves that the ledger holds what it counted."""
    opened = books.opened(on, "bench_ledger", clock, customers)
    _number_accounts(opened)
    hot, every = replace(opened, is_hot=True), dict.fromkeys(CLIENTS, BATCHES)
    shared = partial(_shared, clock)
    sql, one, hundred = partial(_sql, clock), partial(_python, clock, 1), partial(_python, clock, BATCH)
    kinds = [
        _Kind("one entry a call, SQL", opened, sql, CLIENTS, {8: ONE_CALL}),
        _Kind("one entry a call, SQL, hot account", hot, sql, HOT_CLIENTS),
        _Kind("one entry a call, Python", opened, one, CLIENTS, {8: ONE_CALL}),
        _Kind("one entry a call, Python, hot account", hot, one, HOT_CLIENTS),
        _Kind("one entry a call, threads of one process", opened, partial(_threads, clock), (THREADS,)),
        _Kind("one entry a request, sharing transactions", opened, shared, SHARED, {8: ONE_CALL}),
        _Kind("one entry a request, sharing, hot account", hot, shared, SHARED),
        _Kind("batches of 100, Python", opened, hundred, CLIENTS, every),
        _Kind("batches of 100, Python, hot account", hot, hundred, CLIENTS, every),
    ]
    return [
        Workload(
            PART,
            kind.what,
            number,
            "entries/s",
            partial(proved, kind.opened, partial(kind.run, kind.opened, number)),
            kind.goals.get(number),
        )
        for kind in kinds
        for number in kind.clients
    ]


def proved(opened: Books, run: Callable[[int], Done], seconds: int) -> Measured:
    """Run, and hold what was counted against the ledger."""
    before = books.count(opened)
    done = run(seconds)
    posted = books.count(opened) - before
    if posted != done.total:
        raise NotPosted(f"{done.total} entries were counted, and the ledger holds {posted} more")
    return Measured(done.rate)


def _number_accounts(opened: Books) -> None:
    """Let pgbench find accounts by number, as a client that knows their ids would."""
    owner = db.owner_engine(opened.url)
    with owner.begin() as session:
        session.execute(text("CREATE SCHEMA IF NOT EXISTS bench"))
        session.execute(
            text("CREATE TABLE IF NOT EXISTS bench.account (number integer PRIMARY KEY, id uuid NOT NULL)")
        )
        codes = [HOT, *opened.customers]
        values = {
            "numbers": list(range(len(codes))),
            "ids": [ledger.account_id(code) for code in codes],
        }
        session.execute(
            text(
                "INSERT INTO bench.account SELECT * FROM unnest(CAST(:numbers AS integer[]), CAST(:ids AS uuid[]))"
                " ON CONFLICT DO NOTHING"
            ),
            values,
        )
        session.execute(text(f"GRANT USAGE ON SCHEMA bench TO {db.APP_ROLE}"))
        session.execute(text(f"GRANT SELECT ON bench.account TO {db.APP_ROLE}"))
        session.execute(text("ANALYZE bench.account"))
    owner.dispose()


def _sql(clock: Clock, opened: Books, number: int, seconds: int) -> Done:
    printed = server.pgbench(
        opened.url,
        f"--client={number}",
        f"--jobs={min(number, 2)}",
        f"--time={seconds}",
        "--no-vacuum",
        "--protocol=prepared",
        f"--define=customers={len(opened.customers)}",
        f"--define=hot={int(opened.is_hot)}",
        f"--define=day='{ledger.business_date(clock())}'",
        f"--file={SCRIPT}",
        role=db.APP_ROLE,
    )
    counted = server.counted(printed)
    return Done(counted.per_second, counted.total)


def _python(clock: Clock, size: int, opened: Books, number: int, seconds: int) -> Done:
    return clients.processes(poster(clock, size, opened), number, seconds)


def _threads(clock: Clock, opened: Books, number: int, seconds: int) -> Done:
    return clients.threads(poster(clock, 1, opened), number, seconds)


@dataclass(frozen=True)
class _Ask:
    """One entry that somebody wants posted."""

    entry: Entry

    @property
    def subjects(self) -> tuple[str]:
        """Its reference."""
        return (self.entry.reference,)


def _shared(clock: Clock, opened: Books, number: int, seconds: int) -> Done:
    """Post one entry a request from the event loop of one process, by the mechanism under the service's use cases."""
    engine = db.app_engine(opened.url, pool_size=1)

    def work(asks: Sequence[_Ask]) -> list[Outcome]:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            return ledger.post(session, [ask.entry for ask in asks], clock())

    async def client(number: int, together: Shared[_Ask, Outcome], end: float) -> int:
        chance, done = random.Random(number), 0
        while time.perf_counter() < end:
            payer, payee = chance.sample(opened.customers, 2)
            entry = books.entry(payer, HOT if opened.is_hot else payee, 1, clock())
            ledger.must([await together(_Ask(entry))])
            done += 1
        return done

    async def crowd() -> Done:
        together = Shared(work)
        started = time.perf_counter()
        counts = await asyncio.gather(*(client(each, together, started + seconds) for each in range(number)))
        return Done(sum(counts) / (time.perf_counter() - started), sum(counts))

    try:
        return clients.apart(lambda: uvloop.run(crowd()))
    finally:
        engine.dispose()


def poster(clock: Clock, size: int, opened: Books) -> Prepare:
    """Give a client that posts `size` entries a call. Without a transaction around it, a call is one."""

    @contextmanager
    def prepare(number: int) -> Iterator[Step]:
        engine = db.app_engine(opened.url, pool_size=1)
        chance = random.Random(number)

        def step() -> int:
            now = clock()
            entries = []
            for _ in range(size):
                payer, payee = chance.sample(opened.customers, 2)
                entries.append(books.entry(payer, HOT if opened.is_hot else payee, 1, now))
            post(session, entries, now)
            return size

        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            yield step
        engine.dispose()

    return prepare
