"""Thirty-two threads post random overlapping batches while days close: no deadlock, and nothing lost or doubled.

SOFT_ATM_TEST_SECONDS says for how long, SOFT_ATM_TEST_SEED repeats what each thread tries.
"""

import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine

import ledger
from atm_service.platform import database as db
from ledger import Capture, Command, Entry, Expire, Hold, Posting, Reason, Status, Void, controls
from ledger.fingerprint import fingerprint
from tests.database import Database
from tests.ledger.builders import NOW, TODAY
from tests.ledger.crowd import ACCOUNTS, DAYS_BACK, Person, Told, Town

THREADS: Final = 32
SECONDS: Final = float(os.environ.get("SOFT_ATM_TEST_SECONDS") or 5)
ROLLED_BACK: Final = 0.05
# Waiting is no fault on a busy machine; a circle is found by PostgreSQL after a second, and fails the test.
PATIENCE: Final = "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '60s'"

Row = tuple[str, UUID, bytes]


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """Give as many connections as there are threads."""
    engine = db.app_engine(database.url, pool_size=THREADS + 1)
    with engine.begin() as session:
        ledger.open_accounts(session, ACCOUNTS, NOW)
    yield engine
    engine.dispose()


def live(engine: Engine, person: Person, until: float) -> None:
    """Post batch after batch; now and then change one's mind before the commit."""
    while time.monotonic() < until:
        now, closed = person.town.now(), person.town.closed_through
        batch = person.batch(now)
        with engine.connect() as session:
            session.exec_driver_sql(PATIENCE)
            outcomes = ledger.post(session, batch, now)
            if person.dice.random() < ROLLED_BACK:
                continue
            session.commit()
        person.hear(batch, outcomes)
        for command, outcome in zip(batch, outcomes, strict=True):
            entry = command.entry if isinstance(command, Capture) else command
            if isinstance(entry, Entry) and entry.business_date <= closed:
                assert outcome.status is not Status.POSTED


def close_days(engine: Engine, town: Town, seconds: float) -> None:
    """Close one day after another while the others go on posting into them."""
    for back in range(DAYS_BACK, 0, -1):
        time.sleep(seconds / (DAYS_BACK + 1))
        with engine.begin() as session:
            session.exec_driver_sql(PATIENCE)
            closed = ledger.close_day(session, TODAY - timedelta(days=back), town.now())
        town.closed_through = closed


def told_by_all(engine: Engine) -> list[Told]:
    seed = int(os.environ.get("SOFT_ATM_TEST_SEED") or random.SystemRandom().randrange(10**9))
    print(f"SOFT_ATM_TEST_SEED={seed}")
    town, until = Town(), time.monotonic() + SECONDS
    people = [Person(random.Random(seed + n), town) for n in range(THREADS - 1)]
    with ThreadPoolExecutor(THREADS) as pool:
        lives = [pool.submit(live, engine, person, until) for person in people]
        lives.append(pool.submit(close_days, engine, town, SECONDS))
        for one in lives:
            one.result()
    return [told for person in people for told in person.told]


def test_a_crowd_is_told_the_truth(engine: Engine) -> None:
    """What each was told is in the books exactly once, nothing else is there, and every control holds."""
    told = told_by_all(engine)
    seen = Counter((one.outcome.status, one.outcome.reason) for one in told)
    print(f"{len(told):,} outcomes", dict(seen))
    assert {reason for _, reason in seen} >= {
        None, Reason.REFERENCE_REUSED, Reason.UNKNOWN_HOLD, Reason.HOLD_ENDED, Reason.HOLD_LAPSED, Reason.DAY_CLOSED,
        Reason.UNKNOWN_ENTRY, Reason.UNKNOWN_ACCOUNT, Reason.INSUFFICIENT_FUNDS,
    }  # fmt: skip
    with engine.connect() as session:
        assert [control for control in controls.run(session) if not control.holds] == []
        rows = {row[0]: row for row in recorded(session)}
        assert balances(session) == made_by(
            one.command for one in told if one.outcome.status is Status.POSTED
        )
    posted = [one for one in told if one.outcome.status is Status.POSTED]
    assert Counter(map(name, posted)) == Counter(rows.keys())
    for one in told:
        if one.outcome.status is not Status.REFUSED:
            assert rows[name(one)] == (name(one), one.outcome.id, fingerprint(one.command))
        elif one.outcome.reason is Reason.REFERENCE_REUSED:
            assert rows[name(one)][2] != fingerprint(one.command)


def name(told: Told) -> str:
    """Name a command by its scope and reference."""
    scope = {Entry: "entry", Capture: "entry", Hold: "hold", Void: "end", Expire: "end"}[type(told.command)]
    return f"{scope} {told.command.reference}"


def recorded(session: Connection) -> Iterable[Row]:
    """Give every row that a command makes: its name, id and fingerprint."""
    for row in session.exec_driver_sql("""
        SELECT 'entry ' || reference, id, fingerprint FROM ledger.entry
        UNION ALL
        SELECT 'hold ' || reference, id, fingerprint FROM ledger.hold
        UNION ALL
        SELECT 'end ' || reference, hold_id, fingerprint FROM ledger.hold_end WHERE reference IS NOT NULL
    """):
        yield row[0], row[1], bytes(row[2])


def balances(session: Connection) -> dict[str, tuple[int, int, int, int]]:
    rows = session.exec_driver_sql(
        "SELECT code, debits, credits, version, held FROM ledger.account WHERE version + held > 0"
    )
    return {code: (debits, credits_, version, held) for code, debits, credits_, version, held in rows}


def made_by(commands: Iterable[Command]) -> dict[str, tuple[int, int, int, int]]:
    """Add up what the commands make of each account: debits, credits, number of postings, open holds."""
    made: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    holds: dict[UUID, Hold] = {}
    ended: list[UUID] = []
    for command in commands:
        postings: tuple[Posting, ...] = ()
        match command:
            case Entry():
                postings = command.postings
            case Capture(hold_id, entry):
                postings = entry.postings
                ended.append(hold_id)
            case Hold():
                holds[command.id] = command
            case Void(hold_id, _) | Expire(hold_id, _):
                ended.append(hold_id)
        for posting in postings:
            made[posting.debit][0] += posting.amount
            made[posting.credit][1] += posting.amount
            made[posting.debit][2] += 1
            made[posting.credit][2] += 1
    assert len(set(ended)) == len(ended)
    for hold_id in ended:
        del holds[hold_id]
    for hold in holds.values():
        made[hold.account][3] += hold.amount
    return {code: (a, b, c, d) for code, (a, b, c, d) in made.items()}
