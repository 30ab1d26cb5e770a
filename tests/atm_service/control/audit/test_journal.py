import csv
import io
import json
import random
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, text

import ledger
from atm_service.control.audit import beancount, hledger, service, store
from atm_service.control.audit.exports import Format
from atm_service.platform.refusals import Unavailable
from ledger import Account, AccountClass, Entry, Posting, Status, reading
from tests.atm_service.control.audit import tools
from tests.atm_service.control.audit.days import work
from tests.atm_service.control.audit.test_exports import TRICKY
from tests.atm_service.world import Service
from tests.database import Database
from tests.ledger.builders import entry, new_id

FIRST: Final = date(2026, 10, 20)
DAYS: Final = 40
LAST: Final = FIRST + timedelta(days=DAYS - 1)

ACCOUNTS: Final = [
    *(Account(f"customer/{new_id()}", AccountClass.LIABILITY, floored=True) for _ in range(12)),
    *(Account(f"office/05971-{n}/drawer/1", AccountClass.ASSET, floored=True) for n in (1, 2)),
    Account("office/05971-1/over-short", AccountClass.EXPENSE, floored=False),
    Account("office/05971-1/fees", AccountClass.INCOME, floored=False),
    Account("bank/970405/settlement", AccountClass.ASSET, floored=False),
    Account("treasury/funding", AccountClass.LIABILITY, floored=False),
    Account("capital/paid-in", AccountClass.EQUITY, floored=False),
    Account("suspense/never-moves", AccountClass.LIABILITY, floored=False),
]


def random_entry(dice: random.Random, day: date, earlier: list[Entry]) -> Entry:
    """Build an entry of one to four postings between any accounts, with any narration; some correct another."""
    codes = [account.code for account in ACCOUNTS if account.code != "suspense/never-moves"]
    lines = []
    for _ in range(dice.randint(1, 4)):
        debit, credit = dice.sample(codes, 2)
        lines.append((debit, credit, dice.choice([1, 10_000, 2_000_000, 10**12])))
    return entry(
        *lines,
        kind=dice.choice(["withdrawal", "top-up", "over-short", "x"]),
        business_date=day,
        narration=dice.choice(TRICKY),
        corrects=dice.choice(earlier).id if earlier and dice.random() < 0.1 else None,
    )


def fill(engine: Engine, seed: int = 1) -> list[Entry]:
    """Record hundreds of entries over forty days, some of them dated back; give those that were posted."""
    dice = random.Random(seed)
    done: list[Entry] = []
    with engine.begin() as session:
        ledger.open_accounts(session, ACCOUNTS, _noon(FIRST))
    for number in range(DAYS):
        today = FIRST + timedelta(days=number)
        wanted = [
            random_entry(dice, max(FIRST, today - timedelta(days=dice.choice([0, 0, 0, 3]))), done)
            for _ in range(15)
        ]
        with engine.begin() as session:
            outcomes = ledger.post(session, wanted, _noon(today))
        done += [
            one for one, outcome in zip(wanted, outcomes, strict=True) if outcome.status is Status.POSTED
        ]
    assert len(done) > 300
    return done


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, 0, tzinfo=UTC)


def trial_balance(engine: Engine, name: Any, last: date) -> dict[str, int]:
    """Give the service's own signed balances until a day, under the names of an export."""
    with engine.connect() as session:
        accounts = service.trial_balance(session, last)
    return {name(account.code, account.class_): account.signed for account in accounts}


def saved(engine: Engine, folder: Path, first: date, last: date, format_: Format) -> Path:
    path = folder / "journal"
    with path.open("wb") as file:
        assert service.write_journal(engine, first, last, format_, file) == path.stat().st_size
    return path


PERIODS: Final = [
    (FIRST, LAST),
    (FIRST - timedelta(days=30), LAST + timedelta(days=30)),
    (FIRST + timedelta(days=13), LAST),
    (FIRST + timedelta(days=13), FIRST + timedelta(days=20)),
    (FIRST + timedelta(days=20), FIRST + timedelta(days=20)),
    (LAST + timedelta(days=1), LAST + timedelta(days=9)),
    (date(1, 1, 1), date(9999, 12, 30)),
]


@pytest.fixture
def filled(database: Database) -> Engine:
    fill(database.app)
    return database.app


def test_hledger_and_beancount_come_to_the_trial_balance(filled: Engine, tmp_path: Path) -> None:
    """Of a whole journal and of every part of it, both tools compute our balances, account by account."""
    for first, last in PERIODS:
        path = saved(filled, tmp_path, first, last, Format.HLEDGER)
        tools.hledger_accepts(path)
        assert tools.hledger_balances(path) == trial_balance(filled, hledger.name, last)
        path = saved(filled, tmp_path, first, last, Format.BEANCOUNT)
        tools.bean_check_accepts(path)
        computed = tools.beancount_balances(path)
        stated = trial_balance(filled, beancount.name, last)
        assert {name: stated[name] for name in computed} == computed
        assert all(stated[name] == 0 for name in stated.keys() - computed.keys())


def test_parts_make_the_whole(database: Database) -> None:
    """JSON of the parts of a period is the whole, in order of business date, each entry as it was posted."""
    posted = {one.id: one for one in fill(database.app)}
    middle = FIRST + timedelta(days=17)
    parts = [(FIRST, middle), (middle + timedelta(days=1), LAST)]
    found = [
        one
        for first, last in parts
        for one in json.loads(b"".join(service.journal(database.app, first, last, Format.JSON)))
    ]
    assert found == json.loads(b"".join(service.journal(database.app, FIRST, LAST, Format.JSON)))
    assert [one["business_date"] for one in found] == sorted(one["business_date"] for one in found)
    assert len(found) == len(posted)
    for one in found:
        wrote = posted.pop(ledger_id := next(id for id in posted if str(id) == one["id"]))
        assert str(ledger_id) == one["id"]
        assert (one["kind"], one["narration"], one["reference"]) == (
            wrote.kind,
            wrote.narration,
            wrote.reference,
        )
        postings = tuple(Posting(line["debit"], line["credit"], line["amount"]) for line in one["postings"])
        assert postings == wrote.postings


def test_csv_carries_the_balances(filled: Engine) -> None:
    """The last row of each account in CSV, by version, has the balance of the account."""
    rows = csv.DictReader(
        io.StringIO(b"".join(service.journal(filled, FIRST, LAST, Format.CSV)).decode(), newline="")
    )
    last: dict[str, tuple[int, int]] = {}
    for row in rows:
        last[row["account"]] = max(
            last.get(row["account"], (0, 0)), (int(row["version"]), int(row["balance"]))
        )
    with filled.connect() as session:
        balances = {account.code: account.signed for account in reading.balances(session, list(last))}
    assert {code: balance for code, (_version, balance) in last.items()} == balances


def test_a_days_work_balances_elsewhere(service: Service, tmp_path: Path) -> None:
    """What two offices did in a day is the same in hledger and in beancount."""
    work(service)
    engine, today = service.context.engine, date(2026, 11, 16)
    path = saved(engine, tmp_path, today, today, Format.HLEDGER)
    tools.hledger_accepts(path)
    assert tools.hledger_balances(path) == trial_balance(engine, hledger.name, today)
    tools.bean_check_accepts(saved(engine, tmp_path, today, today, Format.BEANCOUNT))


def test_an_export_sees_one_moment(filled: Engine, database: Database) -> None:
    """What is posted while the file is written is not in it: it would not come to its own balances."""
    pieces = service.journal(filled, FIRST, LAST, Format.CSV)
    head = next(pieces)
    with database.app.begin() as session:
        late = entry(("bank/970405/settlement", "treasury/funding", 77), business_date=LAST, reference="late")
        assert ledger.post(session, [late], _noon(LAST))[0].status is Status.POSTED
    assert b"late" not in head + b"".join(pieces)
    assert b",late," in b"".join(service.journal(filled, FIRST, LAST, Format.CSV))


def test_an_export_only_reads(filled: Engine) -> None:
    """The export's transaction could not write if it wanted to."""
    with store.snapshot(filled) as session:
        settings = session.execute(
            text("""
                SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'),
                       current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')
            """)
        ).one()
    assert tuple(settings) == ("repeatable read", "on", "2min", "2min")
    with filled.connect() as session:
        after = session.execute(text("SELECT current_setting('transaction_isolation')")).scalar_one()
    assert after == "read committed"


def checked_out(engine: Engine) -> int:
    found = engine.pool.checkedout()  # type: ignore[attr-defined]
    assert isinstance(found, int)
    return found


def test_a_reader_who_leaves_frees_the_connection(filled: Engine) -> None:
    """An export that is given up in the middle gives its connection and its turn back."""
    for _ in range(service.AT_ONCE + 1):
        pieces = service.journal(filled, FIRST, LAST, Format.JSON)
        assert next(pieces)
        assert checked_out(filled) == 1
        pieces.close()
        assert checked_out(filled) == 0


def started(engine: Engine) -> Iterator[bytes]:
    pieces = service.journal(engine, FIRST, LAST, Format.JSON)
    next(pieces)
    return pieces


def test_few_exports_at_once(filled: Engine) -> None:
    """More than two exports at a time would take the connections of those who pay: they are asked to come back."""
    running = [started(filled) for _ in range(service.AT_ONCE)]
    with pytest.raises(Unavailable) as refused:
        started(filled)
    assert refused.value.members == {"retry_after_s": service.RETRY_S}
    assert list(running.pop())
    assert list(started(filled))
    assert list(running.pop())


def test_an_export_may_go_from_thread_to_thread(filled: Engine) -> None:
    """A web server reads each piece in another thread."""
    pieces = service.journal(filled, FIRST, LAST, Format.HLEDGER)
    read: list[bytes] = []
    while True:
        before = len(read)
        thread = threading.Thread(
            target=lambda: read.extend(piece for piece in [next(pieces, None)] if piece)
        )
        thread.start()
        thread.join()
        if len(read) == before:
            break
    assert b"".join(read).decode().rstrip().endswith("VND")
