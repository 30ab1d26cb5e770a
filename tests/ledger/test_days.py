"""Closed days: nothing is posted into one, and nothing slips in while it is closed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

import ledger
from ledger import DayNotOver, Reason
from tests.database import Database
from tests.ledger.builders import (
    ANNA,
    BANK,
    NOW,
    TODAY,
    entry,
    fill,
    hold,
    one,
    payment,
    posted,
    prepare,
    refused,
    top_up,
)
from tests.waiting import wait_until_blocked

YESTERDAY = TODAY - timedelta(days=1)
CLOSED = refused(Reason.DAY_CLOSED)


def test_a_closed_day_accepts_no_more(database: Database) -> None:
    """Neither it nor an earlier one; the day after does, and an entry there names the one it corrects."""
    wrong = top_up(business_date=YESTERDAY)
    prepare(database.owner, [wrong])
    with database.app.begin() as session:
        assert ledger.closed_through(session) is None
        assert ledger.close_day(session, YESTERDAY, NOW) == YESTERDAY
        assert ledger.closed_through(session) == YESTERDAY
    with database.app.begin() as session:
        days = (YESTERDAY, YESTERDAY - timedelta(days=1), date(2000, 1, 1), TODAY)
        outcomes = ledger.post(session, [top_up(business_date=day) for day in days], NOW)
        assert outcomes[:3] == [CLOSED] * 3
        posted(outcomes[3:])
        posted([one(session, top_up(business_date=TODAY, corrects=wrong.id))])


def test_what_was_posted_stays_known(database: Database) -> None:
    """A repetition finds its entry although the day is closed since."""
    first = top_up(business_date=YESTERDAY)
    prepare(database.owner, [first])
    with database.app.begin() as session:
        ledger.close_day(session, YESTERDAY, NOW)
        assert one(session, first).id == first.id


def test_a_capture_is_an_entry_too(database: Database) -> None:
    """A hold is not paid into a closed day, and stays as it was."""
    placed = hold()
    prepare(database.owner, [top_up(), placed])
    with database.app.begin() as session:
        ledger.close_day(session, YESTERDAY, NOW)
        assert one(session, payment(placed, business_date=YESTERDAY)) == CLOSED
        assert one(session, payment(placed)).reason is Reason.INSUFFICIENT_FUNDS  # the drawer is empty


@pytest.mark.parametrize("day", [TODAY, TODAY + timedelta(days=1), date(1999, 12, 31)])
def test_a_day_must_be_over(database: Database, day: date) -> None:
    """Today cannot be closed, whether asked in Python or by hand."""
    with database.app.connect() as session, pytest.raises(DayNotOver):
        ledger.close_day(session, day, NOW)
    with database.app.connect() as session, pytest.raises(DBAPIError):
        session.exec_driver_sql("SELECT ledger.close_day(%s, %s)", (day, NOW))


def test_a_clock_that_is_ahead_closes_nothing(database: Database) -> None:
    """The database's own clock must agree: a wrong one at a shell cannot end the ledger for good."""
    with database.app.connect() as session:
        theirs: datetime = session.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    tomorrows_noon = datetime.combine(ledger.business_date(theirs) + timedelta(days=1), time(5), UTC)
    for at in (tomorrows_noon, datetime(2199, 12, 31, 12, tzinfo=UTC)):
        day = ledger.business_date(at) - timedelta(days=1)
        with database.app.connect() as session, pytest.raises(DBAPIError, match="it is not over"):
            ledger.close_day(session, day, at)


def test_a_quarter_of_an_hour_is_left_after_midnight(database: Database) -> None:
    """Midnight is Vietnam's: at 17:14:59 UTC the day is still open, at 17:15 it can be closed."""
    end = datetime(2026, 3, 1, 17, 15, tzinfo=UTC)
    early = end - timedelta(microseconds=1)
    with database.app.connect() as session, pytest.raises(DayNotOver):
        ledger.close_day(session, YESTERDAY, early)
    with database.app.connect() as session, pytest.raises(DBAPIError):
        session.exec_driver_sql("SELECT ledger.close_day(%s, %s)", (YESTERDAY, early))
    with database.app.begin() as session:
        assert ledger.close_day(session, YESTERDAY, end) == YESTERDAY


def test_closing_again_or_an_earlier_day_changes_nothing(database: Database) -> None:
    """The last closed day is the answer, and its row stays as it was."""
    with database.app.begin() as session:
        ledger.close_day(session, YESTERDAY, NOW)
        assert ledger.close_day(session, YESTERDAY - timedelta(days=9), NOW) == YESTERDAY
        assert ledger.close_day(session, YESTERDAY, NOW + timedelta(hours=1)) == YESTERDAY
        rows = session.exec_driver_sql("SELECT business_date, closed_at FROM ledger.closed_day").all()
    assert [tuple(row) for row in rows] == [(YESTERDAY, NOW)]


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO ledger.closed_day VALUES ('2026-01-01', now())",
        "UPDATE ledger.closed_day SET closed_at = now()",
        "DELETE FROM ledger.closed_day",
        "TRUNCATE ledger.closed_day",
    ],
)
def test_a_close_is_not_undone_by_hand(database: Database, change: str) -> None:
    """Neither the service nor the owner opens a day again, or closes one beside the function."""
    for engine in (database.app, database.owner):
        with engine.connect() as session, pytest.raises(DBAPIError):
            session.exec_driver_sql(change)


@pytest.mark.parametrize(("earlier", "lines"), [(1, 1), (2, 1), (40, 1), (1, 2), (40, 2)])
def test_a_close_waits_for_who_is_posting_into_the_day(database: Database, earlier: int, lines: int) -> None:
    """What was begun before the close is in the journal when it ends; what comes after is refused."""
    day = TODAY - timedelta(days=earlier)
    prepare(database.owner)
    with database.app.begin() as session:
        ledger.close_day(session, TODAY - timedelta(days=50), NOW)

    def close() -> bool:
        with database.app.begin() as session:
            ledger.close_day(session, YESTERDAY, NOW)
            found = session.exec_driver_sql("SELECT count(*) FROM ledger.entry WHERE reference = 'first'")
            return bool(found.scalar_one())

    def late() -> ledger.Outcome:
        with database.app.begin() as session:
            return one(session, entry(*[(BANK, ANNA, 1)] * lines, business_date=day))

    with ThreadPoolExecutor(2) as pool, database.app.connect() as slow:
        posted([one(slow, entry(*[(BANK, ANNA, 1)] * lines, reference="first", business_date=day))])
        closing = pool.submit(close)
        wait_until_blocked(database.owner, closing)
        coming = pool.submit(late)
        wait_until_blocked(database.owner, closing, coming)
        with database.app.begin() as session:
            posted([one(session, fill())])  # today is not kept waiting
        slow.commit()
        assert closing.result() is True
        assert coming.result() == CLOSED


def test_a_first_close_waits_for_any_earlier_day(database: Database) -> None:
    """With nothing closed before, an entry of the year 2000 is waited for as well."""
    prepare(database.owner)
    with ThreadPoolExecutor(1) as pool, database.app.connect() as slow:
        posted([one(slow, top_up(business_date=date(2000, 1, 2)))])
        closing = pool.submit(_close, database)
        wait_until_blocked(database.owner, closing)
        slow.commit()
        assert closing.result() == YESTERDAY


def test_the_next_close_touches_only_its_own_day(database: Database) -> None:
    """Somebody who posts into today does not keep yesterday open, nor does yesterday's close wait for him."""
    prepare(database.owner)
    with database.app.begin() as session:
        ledger.close_day(session, YESTERDAY - timedelta(days=1), NOW)
    with database.app.connect() as slow:
        posted([one(slow, top_up(business_date=TODAY))])
        assert _close(database) == YESTERDAY


def _close(database: Database) -> date:
    with database.app.begin() as session:
        return ledger.close_day(session, YESTERDAY, NOW)
