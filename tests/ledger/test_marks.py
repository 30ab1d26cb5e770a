"""The controls over what is new: as good as those over everything, for whatever was recorded since the mark."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

import ledger
from ledger import controls
from ledger.controls import marks
from tests.database import Database, cloned
from tests.ledger.builders import (
    ANNA,
    BANK,
    BINH,
    TREASURY,
    entry,
    fill,
    hold,
    new_id,
    one,
    payment,
    posted,
    prepare,
    top_up,
)
from tests.ledger.seals.sealed import seal_all
from tests.ledger.test_controls import LOOSE, PLANTED

PLANTS = [(name, planted) for name, all_of in PLANTED.items() for planted in all_of]
MANY = 1_000


def mark(database: Database) -> int:
    """Set a mark as a good run does; give how many accounts have moved."""
    with database.app.connect().execution_options(isolation_level="REPEATABLE READ") as session:
        assert all(control.holds for control in controls.run(session))
        moved = marks.set_here(session)
        session.commit()
    return moved


def new(session: Connection) -> controls.New:
    last = marks.last(session)
    assert last is not None
    found = marks.new_since(session, last, MANY)
    assert found is not None
    return found


def broken_since(session: Connection) -> dict[str, tuple[str, ...]]:
    found = controls.run(session, new(session))
    return {control.name: control.examples for control in found if not control.holds}


def tamper(session: Connection, statement: str) -> None:
    for loosened in (*LOOSE, statement):
        session.exec_driver_sql(loosened)


@pytest.fixture(scope="module")
def moved_on(server_url: str, template: str) -> Iterator[Database]:
    """Give books that were marked after their first entry; all else is new, and sealed."""
    spent = hold(10, reference="spent")
    with cloned(server_url, template) as database:
        prepare(database.owner, [top_up(BINH, kind="old")])
        seal_all(database)
        mark(database)
        prepare(
            database.owner,
            [top_up(amount=1_110), fill(5_010), spent, payment(spent), hold(100, reference="open")],
        )
        seal_all(database)
        yield database


@pytest.fixture(scope="module")
def marked(server_url: str, template: str) -> Iterator[Database]:
    """Give books of which nothing is new."""
    spent = hold(10, reference="spent")
    with cloned(server_url, template) as database:
        prepare(
            database.owner,
            [top_up(amount=1_110), fill(5_010), spent, payment(spent), hold(100, reference="open")],
        )
        seal_all(database)
        mark(database)
        yield database


def test_what_is_new_holds(moved_on: Database) -> None:
    """Nothing is cried over that is in order; of the old entry nothing is looked at but its account."""
    with moved_on.app.connect() as session:
        found = new(session)
        assert len(found.ids) == 5
        assert broken_since(session) == {}


@pytest.mark.parametrize(("name", "corruption"), PLANTS)
def test_what_was_broken_since_is_found(moved_on: Database, name: str, corruption: str) -> None:
    """The control that is there for it finds it, though it looks at nothing older than the mark."""
    with moved_on.owner.connect() as session:
        tamper(session, corruption)
        assert name in broken_since(session)


@pytest.mark.parametrize(("name", "corruption"), PLANTS)
def test_what_is_old_is_found_by_looking_at_everything(marked: Database, name: str, corruption: str) -> None:
    """A mark keeps nothing from a run over everything."""
    with marked.owner.connect() as session:
        assert marks.last(session) is not None
        tamper(session, corruption)
        assert name in {control.name for control in controls.run(session) if not control.holds}


def test_an_account_that_has_not_moved_must_be_as_it_was(marked: Database) -> None:
    """Money that is moved from one old account to another by hand is found at once, and so is a lost account."""
    by_hand = (
        f"UPDATE ledger.account SET credits = credits + CASE code WHEN '{BINH}' THEN 5 ELSE -5 END"
        f" WHERE code IN ('{BINH}', '{TREASURY}')"
    )
    for statement, found in (
        (by_hand, {"balances-equal-postings"}),
        (
            f"DELETE FROM ledger.account WHERE code = '{BANK}'",
            {"balances-equal-postings", "trial-balance-zero"},
        ),
    ):
        with marked.owner.connect() as session:
            tamper(session, statement)
            assert broken_since(session).keys() == found


def test_nothing_is_new_after_a_mark(marked: Database) -> None:
    """Only an account with money held is looked at again, since its holds may change without a posting."""
    with marked.app.connect() as session:
        found = new(session)
    assert (list(found.ids), list(found.accounts)) == ([], [ledger.account_id(ANNA)])


def test_a_transaction_that_commits_late_is_looked_at(database: Database) -> None:
    """It began before the mark and committed after it: its entry is found in a later seal, its postings at once."""
    prepare(database.owner, [top_up(), fill()])
    with database.owner.connect() as slow:
        late = top_up(BINH)
        posted([one(slow, late)])
        for statement in (*LOOSE[-1:], f"UPDATE ledger.entry SET lines = 2 WHERE id = '{late.id}'"):
            slow.exec_driver_sql(statement)
        with database.app.begin() as session:
            posted([one(session, entry(("office/05971-1/drawer/1", "treasury/cash", 5), own_id=new_id()))])
        seal_all(database)
        assert mark(database) == 6
        slow.exec_driver_sql(
            f"UPDATE ledger.posting SET credit_balance = credit_balance - 1 WHERE entry_id = '{late.id}'"
        )
        slow.commit()
    with database.app.connect() as session:
        assert broken_since(session).keys() == {"versions-follow"}
    seal_all(database)
    with database.app.connect() as session:
        assert broken_since(session).keys() == {"versions-follow", "entries-complete"}


def test_too_much_is_not_looked_at_piece_by_piece(moved_on: Database) -> None:
    """More ids than the limit: the caller looks at everything."""
    with moved_on.app.connect() as session:
        last = marks.last(session)
        assert last is not None
        assert marks.new_since(session, last, 4) is None
        assert marks.new_since(session, last, 5) is not None


def test_books_without_a_mark_or_a_seal_have_no_span(database: Database) -> None:
    """Nothing is taken for right that was never looked at."""
    prepare(database.owner, [top_up()])
    with database.app.connect() as session:
        assert marks.last(session) is None
    assert mark(database) == 6
    with database.app.connect() as session:
        assert marks.last(session) is None  # nothing was sealed then
