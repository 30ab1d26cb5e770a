"""The witness of locks sees what it is there to see, and docs/locking.md tells what is locked."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, TextClause, text

import atm_service
import ledger
from atm_service.platform.locking import Rank
from atm_service.registers.customers import store as customers
from atm_service.registers.withdrawals import store as withdrawals
from ledger import Entry, Posting
from tests.conftest import witness
from tests.database import Database
from tests.locks import _LOCKS, _MARK, AGAIN, RANKS, TABLES, Held, may_wait, written

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/locking.md").read_text(encoding="utf-8")
UP = ["/* lock: withdrawal */ SELECT", "/* lock: shift */ SELECT", "/* lock: accounts */ SELECT"]
NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


def taken(*statements: str) -> list[str]:
    held = Held()
    told = [held.take(statement, f"place {n}") for n, statement in enumerate(statements)]
    return [wrong for wrong in told if wrong is not None]


def test_ranks_that_go_up_are_right() -> None:
    """Nothing is wrong with locks in order."""
    assert taken(*UP) == []


@pytest.mark.parametrize("late", UP[:2])
def test_a_rank_that_goes_down_names_both_places(late: str) -> None:
    """Who must mend it sees where the later lock is, and where the earlier one."""
    (wrong,) = taken(UP[2], late)

    assert "is locked after accounts" in wrong
    assert "place 0" in wrong
    assert "place 1" in wrong


def test_what_is_passed_by_is_not_waited_for_but_held() -> None:
    """SKIP LOCKED may come late; who waits after it for an earlier rank is wrong."""
    due = "/* lock: withdrawal */ SELECT FOR UPDATE SKIP LOCKED"

    assert taken("/* lock: shift */ SELECT", due) == []
    (wrong,) = taken(due, "/* lock: customer */ SELECT")
    assert "customer is locked after withdrawal" in wrong


def test_a_rank_that_is_locked_twice_needs_a_reason() -> None:
    """Two statements of one rank may lock rows in two orders."""
    assert Rank.CUSTOMER not in AGAIN
    (wrong,) = taken("/* lock: customer */ SELECT", "/* lock: customer */ SELECT")
    assert "customer is locked after customer" in wrong
    assert taken(*["/* lock: attempt */ SELECT"] * 2) == []


def test_a_write_of_what_is_held_may_come_late() -> None:
    """Notes are taken after the ledger was asked; the drawer's were locked before."""
    write = "/* lock: notes, unless held */ INSERT"

    assert taken("/* lock: notes */ SELECT", UP[2], write) == []
    (wrong,) = taken(UP[2], write)
    assert "notes is locked after accounts" in wrong


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM service.shift WHERE id = 1 FOR UPDATE",
        "SELECT id FROM service.shift FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT id FROM service.office FOR SHARE",
        "SELECT pg_advisory_xact_lock(1)",
        "LOCK TABLE service.office",
        "SELECT * FROM ledger.post(1)",
    ],
)
def test_a_lock_without_a_rank_is_told(statement: str) -> None:
    """A new lock cannot stay outside of the table."""
    (wrong,) = taken(statement)
    assert "does not name its rank" in wrong


@pytest.mark.parametrize("word", ["shfit", "accounts-and-notes"])
def test_a_rank_that_does_not_exist_is_told(word: str) -> None:
    """A slip of the pen is no lock that nobody watches."""
    (wrong,) = taken(f"/* lock: {word} */ SELECT")
    assert "no such rank" in wrong


def test_a_write_of_rows_that_were_not_locked_is_told() -> None:
    """An UPDATE is a lock; it is right without a rank where its transaction has the rows."""
    update = "UPDATE service.withdrawal SET status = 'paid'"

    (wrong,) = taken(update)
    assert "service.withdrawal is written and was not locked before" in wrong
    assert taken(UP[0], update) == []
    (unknown,) = taken(UP[0], "INSERT INTO service.anything ON CONFLICT DO NOTHING")
    assert "service.anything is written" in unknown
    assert taken("INSERT INTO service.anything") == []


def entry() -> Entry:
    day = ledger.business_date(NOW)
    return Entry(
        uuid4(), f"test/{uuid4()}", "top-up", day, "", (Posting("bank/1/settlement", "customer/1", 1),)
    )


def pay_backwards(session: Connection) -> None:
    """Post first, and lock afterwards what the money belongs to."""
    ledger.post(session, [entry()], NOW)
    withdrawals.find(session, UUID(int=1))


def test_the_service_is_watched(database: Database) -> None:
    """What the service does on its own connections in a wrong order is told with files and lines of both places."""
    with database.app.begin() as session:
        pay_backwards(session)

    (wrong,) = witness.take_out()
    assert "withdrawal is locked after accounts" in wrong
    assert re.search(
        r"accounts at\n +ledger/batch.py:\d+ post\n +tests/test_locks.py:\d+ pay_backwards", wrong
    )
    assert re.search(r"withdrawal at\n +atm_service/registers/withdrawals/store.py:\d+ find_each\n", wrong)


def test_a_transaction_begins_with_nothing(database: Database) -> None:
    """Commit and rollback give the locks back, and with them their order."""
    with database.app.connect() as session:
        for end in (session.commit, session.rollback, session.commit):
            withdrawals.find(session, UUID(int=1))
            ledger.post(session, [entry()], NOW)
            end()

    assert witness.take_out() == []


def test_a_lock_of_the_connection_outlasts_the_transaction(database: Database) -> None:
    """Who keeps a payer's money over many transactions holds its rank in each."""
    lock = Rank.SHIFT.locks("SELECT pg_advisory_lock(1)")
    with database.app.connect() as session:
        session.execute(lock)
        session.commit()
        customers.lock_each(session, [UUID(int=1)])
        session.invalidate()

    (wrong,) = witness.take_out()
    assert "customer is locked after shift" in wrong


def test_the_owners_hand_is_not_watched(database: Database) -> None:
    """Whoever plays the hand at psql, or migrates, is not the service."""
    with database.owner.begin() as session:
        session.execute(text("SELECT code FROM service.office FOR UPDATE"))
        pay_backwards(session)

    assert witness.take_out() == []


def statements() -> Iterator[tuple[str, str]]:
    """Give all statements of the source, each with its module, run or not."""
    for package in (atm_service, ledger):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                for sql in _within(list(vars(importlib.import_module(module.name)).values()), module.name):
                    if isinstance(sql, TextClause):
                        yield module.name, sql.text
                    elif package is ledger and "SELECT" in sql:
                        yield module.name, sql


def _within(value: object, module: str) -> Iterator[TextClause | str]:
    """Give the statements that a module names: alone, in a dictionary, or as the fields of a value of its own."""
    if isinstance(value, TextClause | str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _within(one, module)
    elif is_dataclass(value) and type(value).__module__ == module:
        yield from _within([getattr(value, field.name) for field in fields(value)], module)


def marked() -> list[tuple[str, Rank, str]]:
    found = ((module, _MARK.search(sql), sql) for module, sql in statements())
    return [(module, RANKS[mark[1]], sql) for module, mark, sql in found if mark]


def test_every_statement_that_locks_names_its_rank() -> None:
    """Those too that no test runs; a write without a rank is of a table whose rank is known."""
    unmarked = [(module, sql) for module, sql in statements() if not _MARK.search(sql)]

    assert [one for one in unmarked if _LOCKS.search(one[1])] == []
    assert {table for _, sql in unmarked for table in written(sql)} <= {table for table, _ in TABLES}


def test_statements_that_lock_stand_in_one_place() -> None:
    """A statement made inside a function would hide from these tests."""
    for path in sorted([*ROOT.glob("atm_service/**/*.py"), *ROOT.glob("ledger/**/*.py")]):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match(r"\s+.*\b(?:text|exec_driver_sql)\(\s*f?\"", line) and may_wait(line):
                assert _MARK.search(line), f"{path}: {line}"


def test_several_rows_are_locked_in_order() -> None:
    """By one statement that sorts them, so that two who want the same rows do not hold one each."""
    for module, _, sql in marked():
        rows = re.search(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b", sql) and re.search(
            r"ANY \(|LIMIT|unnest", sql
        )
        upsert = "ON CONFLICT" in sql and "unnest" in sql
        if rows or upsert:
            assert "ORDER BY" in sql, f"{module}: {sql}"


def test_the_page_tells_every_rank_in_order() -> None:
    """One table, the same as in the code, and every module stands where its locks are told."""
    rows = re.findall(r"^\| (\d+) \| `([a-z-]+)` \|[^|]*\|[^|]*\|([^|]*)\|", PAGE, re.MULTILINE)

    assert [(int(number), word) for number, word, _ in rows] == [(rank.value, rank.word) for rank in Rank]
    told = {(word, place) for _, word, places in rows for place in re.findall(r"`([^`]+)`", places)}
    found = {(rank.word, _place(module)) for module, rank, _ in marked()}
    assert found <= told
    assert {place for _, place in told if place.endswith(".py")} == {place for _, place in found}
    assert all((ROOT / place).is_file() for _, place in told if place.startswith("ledger/"))


def test_the_page_tells_of_all_sql_that_locks() -> None:
    """What functions of the ledger lock, their callers have locked."""
    waiting = re.compile(f"{_LOCKS.pattern}|ON CONFLICT")
    for path in (ROOT / "ledger").glob("*.sql"):
        code = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        if waiting.search(code):
            assert f"`ledger/{path.name}`" in PAGE


def _place(module: str) -> str:
    file = inspect.getsourcefile(importlib.import_module(module))
    assert file is not None
    return str(Path(file).relative_to(ROOT)).removeprefix("atm_service/")
